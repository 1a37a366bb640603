"""A repository, two people, the App installed, and somebody who receives the deliveries."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve
from tests.contracts.github_standin.client import Client

SECRET = "a secret that is long enough"


@dataclass
class Receiver:
    """Keeps what arrives: the headers and the exact bytes."""

    url: str = ""
    status: int = 202
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)

    def events(self) -> list[str]:
        return [headers["X-GitHub-Event"] for headers, _ in self.received]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    it = Receiver()
    app = web.Application()
    app.router.add_post("/webhooks/github", it.receive)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/github"
    yield it
    await runner.cleanup()


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[GitHub]:
    """acme/shop, where alice may write and bob may administer; a test that breaks the contract fails."""
    app = new_app(public_key=key_pair()[1], webhook_secret=SECRET)
    it = GitHub(app=app, directory=tmp_path / "github")
    it.create_repository("acme/shop", {"README.md": "# Shop\n", "src/pay.py": "paid = 1\n"})
    it.person("alice", {"acme/shop": "write"})
    it.person("bob", {"acme/shop": "admin"})
    async with await serve(it):
        await it.install("acme")
        yield it


@pytest.fixture
async def client(github: GitHub) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        it = Client(github, session)
        it.token = (await it.mint()).body["token"]
        yield it


@pytest.fixture
async def listening(github: GitHub, receiver: Receiver) -> Receiver:
    """The App hears of everything from here on."""
    github.webhook_url = receiver.url
    return receiver
