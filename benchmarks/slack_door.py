"""Slack's door beside a bare slack-bolt handler that keeps nothing: `python -m benchmarks.slack_door`.

As `benchmarks.door`: one server process with uvloop, 64 connections, the servers take turns. What is sent is
signed, no two alike, of 0.4 to 1.4 KB: events, a command, a button; three of eight somebody handles, so they
go on to the engine in the same commit. Each answer is an empty 200. SQLite with synchronous=FULL; PostgreSQL
too, in a schema of its own, where TEST_POSTGRES_URL is set.
"""

import hashlib
import hmac
import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import uvloop

from benchmarks.door import Connection, compare, fired, inbox_on, on_both, until_told

SECRET: Final = "a-signing-secret-of-32-characters"
RECORDED: Final = Path(__file__).parents[1] / "tests/contracts/data/slack/requests"

# Recorded requests, in the shares in which a workspace that talks much may send them.
MIX: Final = (
    "event/app_mention/8a094a6e.json",
    "event/message/968dcce6.json",
    "event/message/9a135dbd.json",
    "slash_command/6e9fc414.form",
    "event/message/c11bccde.json",
    "event/reaction_added/f6ca00ee.json",
    "block_actions/ecd39bfa.form",
    "event/message.bot_message/5be12a78.json",
)
HANDED_ON: Final = frozenset({"slack:event.app_mention", "slack:command", "slack:block_actions"})
MODULE: Final = "benchmarks.slack_door"


def requests_of(run: str) -> Iterator[bytes]:
    """Endless requests, ready to be written to a socket; no two alike."""
    kept = [(path, (RECORDED / path).read_bytes()) for path in MIX]
    for number, (path, body) in enumerate(cycle(kept), start=int(run, 16) << 20):
        yield request(renamed(body, number) if path.endswith(".form") else renamed_event(body, number))


def renamed_event(body: bytes, number: int) -> bytes:
    return json.dumps(json.loads(body) | {"event_id": f"Ev{number}"}, separators=(",", ":")).encode()


def renamed(body: bytes, number: int) -> bytes:
    form, trigger = dict(parse_qsl(body.decode(), keep_blank_values=True)), f"1.1.{number}"
    if "payload" not in form:
        return urlencode(form | {"trigger_id": trigger}).encode()
    return urlencode({"payload": json.dumps(json.loads(form["payload"]) | {"trigger_id": trigger})}).encode()


def request(body: bytes) -> bytes:
    stamp = str(int(time.time()))
    signed = b"v0:" + stamp.encode() + b":" + body
    signature = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    kind = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: */*\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={signature}\r\n\r\n"
    )
    return head.encode() + body


class SlackConnection(Connection):
    """What Slack counts as taken is a 200."""

    def check(self, head: bytes, body: bytes) -> None:
        assert head.startswith(b"HTTP/1.1 200"), head + body


async def serve_bare() -> None:
    """slack-bolt and aiohttp: check the signature, parse, acknowledge by listeners that do nothing."""
    from aiohttp import web
    from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    async def authorize(**_: Any) -> Any:
        return AuthorizeResult(enterprise_id=None, team_id="T111", bot_id="BZYBOTHED", bot_user_id="W2")

    async def listens() -> None: ...

    async def acknowledges(ack: Any) -> None:
        await ack()

    bolt = AsyncApp(signing_secret=SECRET, authorize=authorize)
    for event in ("app_mention", "message", "reaction_added"):
        bolt.event(event)(listens)
    bolt.command("/org-level-command")(acknowledges)
    bolt.action("a")(acknowledges)

    async def receive(incoming: web.Request) -> web.Response:
        answer: web.Response = await to_aiohttp_response(
            await bolt.async_dispatch(await to_bolt_request(incoming))
        )
        return answer

    app = web.Application()
    app.router.add_post("/slack/events", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await until_told(runner.addresses[0][1])


async def serve_ours(url: str) -> None:
    """The door as it is served, with its logs and figures."""
    from bot.infrastructure.clock import UtcClock
    from bot.infrastructure.crypto import Crypto
    from bot.infrastructure.metrics import MeteringObserver, Metrics
    from bot.infrastructure.redaction import LiveSecrets
    from bot.infrastructure.sealed_bodies import SealedBodies
    from bot.infrastructure.telemetry import set_up_logs
    from bot.web.gateway import build_app, listening
    from bot.web.health import HealthDoor
    from bot.web.slack import SlackDoor

    set_up_logs(level="warning", form="json", secrets=LiveSecrets())
    metrics = Metrics()
    async with inbox_on(url, MeteringObserver(metrics), HANDED_ON) as inbox:
        slack = SlackDoor(
            inbox=inbox,
            secrets=(SECRET.encode(),),
            seals=SealedBodies(Crypto(b"k" * 32)),
            hears=HANDED_ON.__contains__,
            clock=UtcClock(),
            metrics=metrics,
        )
        health = HealthDoor(needs={}, states={}, metrics=metrics, metrics_token=None, is_public=False)
        app = build_app(slack=slack, health=health, metrics=metrics)
        async with listening(app, host="127.0.0.1", port=0) as port:
            await until_told(port)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare"]:
            uvloop.run(serve_bare())
        case ["ours", address]:
            uvloop.run(serve_ours(address))
        case ["fire", port, run, count]:
            fired(int(port), list(islice(requests_of(run), int(count))), SlackConnection)
        case _:
            on_both(partial(compare, module=MODULE))
