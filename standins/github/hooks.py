"""Webhooks: what is told to the App, and how it is sent."""

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import aiohttp

from standins.github.calls import Attempt
from standins.github.shapes.accounts import account, organization
from standins.github.shapes.repositories import repository as repository_shape
from standins.github.state import Account, Delivery, Installation, Repository
from standins.github.world import Missing, World

DEADLINE_SECONDS = 10
ALWAYS_TOLD = {"installation", "installation_repositories"}


def tell(
    world: World,
    event: str,
    *,
    by: Account,
    repository: Repository,
    payload: Callable[[], dict[str, Any]],
) -> None:
    """Put an event into the outbox, if the App hears of this repository and of this kind of event."""
    installation = world.installation_on(repository)
    if installation is None or installation.suspended_at or event not in world.app.events:
        return
    if world.webhook_url is None:
        return
    owner = repository.owner
    body = payload() | {"repository": repository_shape(world, repository)}
    if owner.type == "Organization":
        body["organization"] = organization(world, owner)
    body["installation"] = {"id": installation.id, "node_id": f"I_{installation.id}"}
    send_later(world, event, body, by=by, installation=installation, repository=repository)


def send_later(
    world: World,
    event: str,
    body: dict[str, Any],
    *,
    by: Account,
    installation: Installation,
    repository: Repository | None = None,
) -> None:
    """Write the delivery down; the postman takes it from there."""
    body = body | {"sender": account(world, by)}
    delivery = Delivery(
        guid=str(uuid.uuid4()),
        event=event,
        action=body.get("action"),
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
        installation_id=installation.id,
        repository_id=repository.id if repository else None,
    )
    world.deliveries.append(delivery)
    world.outbox.append(delivery)


def headers(world: World, delivery: Delivery) -> dict[str, str]:
    """All that GitHub sends with a delivery; the signature is over the exact bytes."""
    digest = hmac.new(world.app.webhook_secret.encode(), delivery.body, hashlib.sha256).hexdigest()
    return {
        "User-Agent": "GitHub-Hookshot/0123abc",
        "Content-Type": "application/json",
        "X-GitHub-Hook-ID": str(world.app.id + 1),
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-Installation-Target-ID": str(world.app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-GitHub-Delivery": delivery.guid,
        "X-Hub-Signature-256": f"sha256={digest}",
    }


class Postman:
    """Sends what is in the outbox, once each and without retry, as GitHub does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.twice = False
        self.holding = False
        self.losing = False
        self._sending = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    async def post(self) -> None:
        """Send everything that is waiting, in the order in which it happened."""
        async with self._sending:
            while self.world.outbox and not self.holding:
                delivery = self.world.outbox.pop(0)
                await self.send(delivery)
                if self.twice:
                    await self.send(delivery)

    async def release(self, guids: Iterable[str] | None = None) -> None:
        """Send what is held back, in this order; those that are not named stay held back."""
        held = {each.guid: each for each in self.world.outbox}
        for guid in list(held if guids is None else guids):
            self.world.outbox.remove(held[guid])
            await self.send(held[guid])

    async def redeliver(self, guid: str) -> Delivery:
        """Send it again under its GUID. Raises Missing."""
        for delivery in self.world.deliveries:
            if delivery.guid == guid:
                await self.send(delivery)
                return delivery
        raise Missing(f"no delivery {guid}")

    async def send(self, delivery: Delivery) -> None:
        started = time.monotonic()
        status = 0 if self.losing else await self._status(delivery)
        attempt = Attempt(
            id=self.world.new_id(),
            at=self.world.now(),
            seconds=round(time.monotonic() - started, 3),
            status=status,
            again=bool(delivery.attempts),
        )
        delivery.attempts.append(attempt)

    async def _status(self, delivery: Delivery) -> int:
        """The receiver's status, 0 where it cannot be reached or takes too long."""
        if self.world.webhook_url is None:
            return 0
        try:
            async with self._open().post(
                self.world.webhook_url, data=delivery.body, headers=headers(self.world, delivery)
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_SECONDS))
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
