"""How the app is told: signed, within three seconds, and an event again where it was not taken."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import aiohttp

from standins.slack.state import Attempt, Delivery
from standins.slack.world import Refused, World

DEADLINE_SECONDS: Final = 3
# At once, after a minute, after five.
RETRIES_AFTER_SECONDS: Final = (0.0, 60.0, 300.0)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's own: version, moment and the exact bytes."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class Postman:
    """Sends what is in the outbox. An event that is not taken comes again, three times at most."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.twice = False
        self.holding = False
        self.losing = False
        self.too_late = 0  # so many answers to each are taken for none
        self.deadline_seconds: float = DEADLINE_SECONDS
        self.retries_after_seconds: tuple[float, ...] = RETRIES_AFTER_SECONDS
        self.due: list[tuple[float, Delivery]] = []
        self._sending = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    async def post(self) -> None:
        """Send everything that waits, in the order in which it happened, then what is due again."""
        async with self._sending:
            while self.world.outbox and not self.holding:
                delivery = self.world.outbox.pop(0)
                await self.send(delivery)
                if self.twice:
                    await self.send(delivery)
            await self._again()

    async def _again(self) -> None:
        while not self.holding and (ready := [each for each in self.due if each[0] <= self._moment()]):
            self.due.remove(ready[0])
            await self.send(ready[0][1])

    def _moment(self) -> float:
        return self.world.now().timestamp()

    def next_due_seconds(self) -> float | None:
        """How long until something has to be sent again."""
        return max(0.0, min(at for at, _ in self.due) - self._moment()) if self.due else None

    async def release(self, keys: Iterable[str] | None = None) -> None:
        """Send what is held back, in this order; those that are not named stay held back."""
        held = {each.key: each for each in self.world.outbox}
        for key in list(held if keys is None else keys):
            self.world.outbox.remove(held[key])
            await self.send(held[key])

    async def redeliver(self, key: str) -> Delivery:
        """Send the same again, as whoever replays it would. Raises Refused."""
        for delivery in self.world.deliveries:
            if delivery.key == key:
                await self.send(delivery)
                return delivery
        raise Refused("no_such_delivery")

    async def send(self, delivery: Delivery) -> None:
        number = len(delivery.attempts)
        started = time.monotonic()
        status, why, reply, stop = await self._answer(delivery, number)
        delivery.attempts.append(
            Attempt(
                at=self.world.now(),
                status=status,
                seconds=round(time.monotonic() - started, 3),
                why=why,
                reply=reply,
            )
        )
        if delivery.kind == "event" and why is not None and not stop:
            self._repeat(delivery, number)

    def _repeat(self, delivery: Delivery, number: int) -> None:
        if number < len(self.retries_after_seconds):
            after = timedelta(seconds=self.retries_after_seconds[number])
            self.due.append(((self.world.now() + after).timestamp(), delivery))

    async def _answer(self, delivery: Delivery, number: int) -> tuple[int, str | None, str, bool]:
        """Status, what was wrong as Slack names it, what was said, and whether it is not to come again."""
        if self.world.sockets.open and not self.losing:
            return await self._over_socket(delivery)
        if self.losing or self.world.door_url is None:
            return 0, "connection_failed", "", False
        try:
            async with self._open().post(
                self.world.door_url, data=delivery.body, headers=self._headers(delivery, number)
            ) as answer:
                reply = await answer.text()
                stop = answer.headers.get("x-slack-no-retry") == "1"
                if number < self.too_late:
                    return 0, "http_timeout", "", False
                good = answer.status in range(200, 300)
                return answer.status, None if good else "http_error", reply, stop
        except TimeoutError:
            return 0, "http_timeout", "", False
        except aiohttp.ClientError:
            return 0, "connection_failed", "", False

    async def _over_socket(self, delivery: Delivery) -> tuple[int, str | None, str, bool]:
        try:
            reply = await self.world.sockets.tell(delivery, seconds=self.deadline_seconds)
        except (TimeoutError, ConnectionError):
            return 0, "timeout", "", False
        return 200, None, reply, False

    def _headers(self, delivery: Delivery, number: int) -> dict[str, str]:
        """All that Slack sends; the signature is of this attempt, over the exact bytes."""
        timestamp = str(int(self.world.now().timestamp()))
        shown = {
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Content-Type": delivery.content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self.world.app.signing_secret, timestamp, delivery.body),
        }
        if number and delivery.kind == "event":
            why = delivery.attempts[-1].why or "http_error"
            shown |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": why}
        return shown

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=self.deadline_seconds)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
