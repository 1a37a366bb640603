"""The web application as tests open it: fakes with a memory, and requests signed as GitHub signs them."""

import asyncio
import hmac
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.records import Delivery, FollowUp, Unavailable
from bot.web.gateway import SERVING, build_app
from bot.web.health import HealthDoor, Probe
from bot.web.reading import Allowance
from bot.web.setup import SetUpDoor
from bot.web.slack import ANSWER_SECONDS, SlackDoor
from bot.web.webhooks import GitHubDoor

SECRET = b"a-webhook-secret-of-32-characters"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

Client = TestClient[Any, Any]
Connect = Callable[..., Awaitable[Client]]


@dataclass
class FakeInbox:
    """Keeps each delivery and each meaning once, in memory; can be told to be unavailable."""

    kept: list[Delivery] = field(default_factory=list)
    failure: Exception | None = None
    is_slow: bool = False

    async def keep(self, delivery: Delivery) -> bool:
        if self.is_slow:
            await asyncio.Event().wait()
        if self.failure is not None:
            raise self.failure
        known = any(
            delivery.key == k.key or (delivery.meaning is not None and delivery.meaning == k.meaning)
            for k in self.kept
        )
        self.kept += [] if known else [delivery]
        return not known

    async def take(self, key: str) -> Delivery | None:
        return next((delivery for delivery in self.kept if delivery.key == key), None)

    async def settle(self, key: str, follow_ups: Sequence[FollowUp] = ()) -> None: ...

    async def set_aside(self, key: str, *, why: str) -> None: ...

    def is_down(self) -> None:
        self.failure = Unavailable("database_unreachable", retry_after=7)


class FakeSeals:
    """Turns a body round, and says whose it is."""

    def seal(self, body: bytes, *, key: str) -> bytes:
        return key.encode() + b" " + body[::-1]


@dataclass
class FakeMetrics:
    """Remembers what was counted."""

    kept: list[bool] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answered: list[tuple[str, int]] = field(default_factory=list)

    def delivery_kept(self, *, fresh: bool) -> None:
        self.kept.append(fresh)

    def delivery_refused(self, reason: str) -> None:
        self.refused.append(reason)

    def request_answered(self, *, route: str, status: int, seconds: float) -> None:
        self.answered.append((route, status))

    def exposition(self) -> bytes:
        return b"deliveries_kept_total 1.0\n"


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOON


def sign(body: bytes, *, secret: bytes = SECRET, algorithm: str = "sha256") -> str:
    return f"{algorithm}={hmac.new(secret, body, algorithm).hexdigest()}"


_ids = itertools.count(1)


def headers_for(body: bytes, event: str = "issue_comment", **more: str) -> dict[str, str]:
    """The headers of a good delivery of this body."""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": f"delivery-{next(_ids)}",
        "X-Hub-Signature-256": sign(body),
    } | {name.replace("_", "-"): value for name, value in more.items()}


def comment(**changes: Any) -> bytes:
    """The body of a comment that was just made."""
    payload = {
        "action": "created",
        "issue": {"id": 1, "number": 1},
        "comment": {"id": 7, "updated_at": "2026-01-01T00:00:00Z", "body": "/claude help"},
        "repository": {"id": 3},
        "sender": {"id": 4},
    }
    return json.dumps(payload | changes).encode()


@dataclass(kw_only=True)
class Given:
    """What the application of a test is built with; a test bends what it is about."""

    inbox: FakeInbox = field(default_factory=FakeInbox)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    allowance: Allowance = field(default_factory=Allowance)
    secrets: Sequence[bytes] = (SECRET,)
    app_id: str | None = None
    seals: FakeSeals = field(default_factory=FakeSeals)
    unheard: Sequence[str] = ()
    slack_patience: float = ANSWER_SECONDS
    metrics_token: str | None = None
    is_public: bool = False
    setup_token: str | None = None
    needs: Mapping[str, Probe] = field(default_factory=dict)
    beside: Mapping[str, Probe] = field(default_factory=dict)


def app_of(given: Given) -> web.Application:
    """The application with these parts."""
    github = GitHubDoor(
        inbox=given.inbox,
        secrets=given.secrets,
        app_id=given.app_id,
        clock=Noon(),
        metrics=given.metrics,
        allowance=given.allowance,
    )
    slack = SlackDoor(
        inbox=given.inbox,
        secrets=given.secrets,
        seals=given.seals,
        hears=lambda kind: kind not in given.unheard,
        clock=Noon(),
        metrics=given.metrics,
        allowance=given.allowance,
        patience=given.slack_patience,
    )
    health = HealthDoor(
        needs=given.needs,
        beside=given.beside,
        states={"breakers": lambda: {"github": "closed"}},
        metrics=given.metrics,
        metrics_token=given.metrics_token,
        is_public=given.is_public,
    )
    setup = SetUpDoor(token=given.setup_token, steps=("Make the GitHub App.",))
    return build_app(
        github=github, slack=slack, health=health, setup=setup, metrics=given.metrics, shows_schemas=True
    )


async def served(given: Given, aiohttp_client: Connect) -> Client:
    """A client of the application, which is served as in production."""
    server = TestServer(app_of(given))
    await server.start_server(**SERVING)
    return await aiohttp_client(server)
