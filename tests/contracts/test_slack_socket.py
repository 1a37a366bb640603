"""Socket Mode over real sockets: what comes in is kept before it is answered, and connections are renewed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.infrastructure.metrics import Metrics
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.slack_socket import SlackSocket
from bot.infrastructure.slack_wire import SlackWire
from bot.records import Delivery, Unavailable
from bot.web.slack import SlackDoor
from bot.web.slack_socket import SlackSocketDoor
from handlers.slack_payloads import read
from standins.faults import Fault
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve
from tests.story.waiting import until


class Plain:
    """Bodies as they are, to look into."""

    def seal(self, body: bytes, *, key: str) -> bytes:
        return body


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  this is a clock


@dataclass
class Kept:
    """An inbox in memory, which may be away for a while."""

    all: dict[str, Delivery] = field(default_factory=dict)
    meanings: set[str] = field(default_factory=set)
    away: int = 0
    broken: int = 0

    async def keep(self, delivery: Delivery) -> bool:
        if self.away:
            self.away -= 1
            raise Unavailable("database_away")
        if self.broken:
            self.broken -= 1
            raise RuntimeError("a mistake")
        fresh = delivery.key not in self.all and delivery.meaning not in self.meanings
        if fresh:
            self.all[delivery.key] = delivery
            self.meanings |= {delivery.meaning} if delivery.meaning else set()
        return fresh

    async def take(self, key: str) -> Delivery | None:
        return self.all.get(key)

    async def settle(self, key: str, follow_ups: Any = ()) -> None:
        del self.all[key]

    async def set_aside(self, key: str, *, why: str) -> None:
        del self.all[key]


@dataclass
class Side:
    slack: Slack
    kept: Kept

    @property
    def kinds(self) -> list[str]:
        return [each.kind for each in self.kept.all.values()]

    async def connected(self, *, times: int = 1) -> None:
        async def so_often() -> bool:
            return self.slack.sockets.connected >= times and bool(self.slack.sockets.open)

        async def how_often() -> str:
            return f"{self.slack.sockets.connected} times"

        await until(so_often, otherwise=how_often)


@asynccontextmanager
async def at_work(slack: Slack, kept: Kept, *, token: str | None = None) -> AsyncIterator[Side]:
    async with aiohttp.ClientSession() as session:
        wire = SlackWire(session, Policy("slack", **POLICIES["slack"]), base_url=f"{slack.url}/api/")
        door = SlackDoor(
            inbox=kept, secrets=(), seals=Plain(), hears=lambda _: True, clock=Now(), metrics=Metrics()
        )
        receive = SlackSocketDoor(door=door).receive
        socket = SlackSocket(session, wire, token or slack.sockets.token, receive, pause=_soon)
        async with socket.held():
            yield Side(slack, kept)


async def _soon(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    it = Slack(app=new_app())
    acme = it.workspace("Acme")
    for name in ("boss", "alice"):
        it.person(name, acme)
    async with await serve(it):
        it.give_token(acme)
        it.create_channel("deploys", acme, members=["claude", "boss", "alice"])
        it.postman.retries_after_seconds = (0.0, 0.0, 0.0)
        yield it
        assert it.violations == []


async def test_events_commands_and_acts_are_kept_as_the_door_keeps_them(slack: Slack) -> None:
    async with at_work(slack, Kept()) as side:
        await side.connected()
        await slack.opens_home("alice")
        command = await slack.commands("alice", "deploys", "status k7p2m4q9xa & more")

    assert side.kinds == ["slack:event.app_home_opened", "slack:command"]
    assert command.accepted
    event, typed = side.kept.all.values()
    assert read(event.body)["event"]["user"] == slack.named("alice").id
    assert read(typed.body)["text"] == "status k7p2m4q9xa & more"
    assert (typed.workspace, typed.source) == (slack.named("alice").team.id, "slack")


async def test_sl_07_what_comes_twice_is_kept_once(slack: Slack) -> None:
    slack.postman.twice = True
    async with at_work(slack, Kept()) as side:
        await side.connected()
        await slack.opens_home("alice")
        await slack.commands("alice", "deploys", "help")

    assert len(side.kept.all) == 2


async def test_what_could_not_be_kept_is_not_answered_and_comes_again(slack: Slack) -> None:
    slack.postman.deadline_seconds = 0.3
    async with at_work(slack, Kept(away=1)) as side:
        await side.connected()
        await slack.opens_home("alice")

    assert side.kinds == ["slack:event.app_home_opened"]
    assert [each.why for each in slack.deliveries[-1].attempts] == ["timeout", None]


async def test_what_breaks_whoever_hears_it_keeps_nothing_else_from_being_heard(slack: Slack) -> None:
    slack.postman.deadline_seconds = 0.3
    slack.postman.retries_after_seconds = ()
    with capture_logs() as logged:
        async with at_work(slack, Kept(broken=1)) as side:
            await side.connected()
            await slack.opens_home("alice")
            await slack.commands("alice", "deploys", "help")

    assert side.kinds == ["slack:command"]
    assert "slack_envelope_broke" in [each["event"] for each in logged]


async def test_a_connection_that_slack_ends_or_that_is_lost_is_opened_anew(slack: Slack) -> None:
    async with at_work(slack, Kept()) as side:
        await side.connected()
        await slack.sockets.refresh()
        await side.connected(times=2)
        await slack.sockets.cut()
        await side.connected(times=3)
        await slack.opens_home("alice")

    assert side.kinds == ["slack:event.app_home_opened"]


async def test_while_slack_cannot_be_asked_it_is_asked_again(slack: Slack) -> None:
    slack.faults.add(Fault(kind="refuse", route="/api/apps.connections.open", status=503, times=2))
    async with at_work(slack, Kept()) as side:
        await side.connected()

    assert [each.status for each in slack.calls if each.method == "apps.connections.open"] == [503, 503, 200]


async def test_a_token_that_slack_does_not_take_is_told(slack: Slack) -> None:
    with capture_logs() as logged:
        async with at_work(slack, Kept(), token="xapp-1-nobodys"):

            async def refused() -> bool:
                return any(each["event"] == "slack_socket_refused" for each in logged)

            async def story() -> str:
                return str(logged)

            await until(refused, otherwise=story)

    assert "xapp-1-nobodys" not in json.dumps(logged)
    slack.violations.clear()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '"x"', '{"type": "events_api"}',
     '{"type": "events_api", "payload": 1, "envelope_id": "e"}',
     '{"type": "other", "payload": {}, "envelope_id": "e"}'],
)  # fmt: skip
async def test_what_is_no_envelope_is_not_answered(slack: Slack, text: str) -> None:
    kept = Kept()
    door = SlackDoor(
        inbox=kept, secrets=(), seals=Plain(), hears=lambda _: True, clock=Now(), metrics=Metrics()
    )

    assert await SlackSocketDoor(door=door).receive(text) is None
    assert kept.all == {}


async def test_what_is_answered_at_once_goes_with_the_answer_and_is_not_kept() -> None:
    async def wrong(kind: str, _body: bytes) -> dict[str, str] | None:
        return {"response_action": "errors"} if kind == "slack:view_submission" else None

    kept = Kept()
    door = SlackDoor(
        inbox=kept,
        secrets=(),
        seals=Plain(),
        hears=lambda _: True,
        clock=Now(),
        metrics=Metrics(),
        at_once=wrong,
    )
    receive = SlackSocketDoor(door=door).receive

    answers = [
        await receive(json.dumps({"type": "interactive", "envelope_id": "e-1", "payload": {"type": kind}}))
        for kind in ("view_submission", "block_actions")
    ]

    assert [json.loads(answer or "") for answer in answers] == [
        {"envelope_id": "e-1", "payload": {"response_action": "errors"}},
        {"envelope_id": "e-1"},
    ]
    assert [each.kind for each in kept.all.values()] == ["slack:block_actions"]
