"""A workspace, its people and channels, the app in it, and somebody who receives what Slack sends."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve
from standins.slack.state import Team
from tests.contracts.slack_standin.client import Client

SECRET = "a signing secret that is long enough"


@dataclass
class Door:
    """Keeps what arrives, the headers and the exact bytes, and answers as it is told."""

    url: str = ""
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.headers), await request.read()))
        if self.silent:
            await self.over.wait()
        return web.Response(status=self.status, text=self.body, headers=self.headers)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    it = Door()
    app = web.Application()
    app.router.add_post("/slack/events", it.receive)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield it
    it.over.set()
    await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Acme: alice, boss (an administrator) and a guest; the app is in #deploys and not in #random."""
    it = Slack(app=new_app(signing_secret=SECRET))
    acme = it.workspace("Acme")
    for name in ("alice", "dave"):
        it.person(name, acme)
    it.person("boss", acme, kind="admin", email="boss@acme.example.org")
    it.person("guest", acme, kind="guest")
    async with await serve(it):
        it.give_token(acme, by="boss")
        it.create_channel("deploys", acme, members=["claude", "alice", "boss"])
        it.create_channel("random", acme, members=["alice", "dave"])
        it.create_channel("secret", acme, kind="private", members=["boss"])
        yield it


@pytest.fixture
def acme(slack: Slack) -> Team:
    return next(iter(slack.teams.values()))


@pytest.fixture
async def client(slack: Slack) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(slack, session, token=next(iter(slack.tokens)))


@pytest.fixture
def listening(slack: Slack, door: Door) -> Door:
    """The app hears of everything from here on; what it does not take comes again at once."""
    slack.door_url = door.url
    slack.postman.retries_after_seconds = (0, 0, 0)
    return door
