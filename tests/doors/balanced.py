"""Two processes of the bot behind nginx, on one PostgreSQL and one Redis: real ones."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from bot.application.keys import create
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.records import Actor
from standins.github.people import GitHub
from tests.contracts.conftest import REDIS
from tests.doors.proxied import Proxy, nginx
from tests.doors.running import BEGINS_SECONDS, ROOT, free_port, listens
from tests.faults import crash, stories
from tests.story.databases import Template

SERVICES: Final = ("auth", "integrations")
CLIENT_SECRET: Final = "client-secret-" + "c" * 20
HAS_SERVERS: Final = bool(os.environ.get("TEST_POSTGRES_URL") and REDIS)  # noqa: TID251  of the tests
needs_servers: Final = pytest.mark.skipif(
    not HAS_SERVERS, reason="TEST_POSTGRES_URL and TEST_REDIS_URL name no servers"
)


@dataclass(kw_only=True)
class Process:
    """`python -m bot run auth integrations`, at a port that stays the same."""

    environment: Mapping[str, str]
    directory: Path
    port: int = field(default_factory=free_port)
    running: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.directory / f"{self.port}.log"

    @property
    def at_work(self) -> asyncio.subprocess.Process:
        assert self.running is not None, "it was never started"
        return self.running

    async def starts(self) -> None:
        with self.log.open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", *SERVICES),
                cwd=self.directory,
                env={**self.environment, "PYTHONPATH": str(ROOT), "PORT": str(self.port)},
                stderr=log,
            )
        async with asyncio.timeout(BEGINS_SECONDS):
            await listens(self.running, self.port)

    async def dies(self) -> None:
        """Killed, and dead."""
        self.at_work.kill()
        await self.at_work.wait()

    async def stops(self) -> int:
        """Told to stop, and gone; its status."""
        self.at_work.terminate()
        return await self.at_work.wait()

    async def ends(self) -> None:
        """Whatever became of it, it is not there any more."""
        if self.running is not None and self.running.returncode is None:
            await self.dies()


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both, nginx before them, and GitHub behind."""

    github: GitHub
    processes: tuple[Process, Process]
    proxy: Proxy
    environment: Mapping[str, str]

    @property
    def addresses(self) -> set[str]:
        return {each.address for each in self.processes}

    def noted(self, event: str) -> int:
        """How often the two have written that in their logs."""
        return sum(each.log.read_text(encoding="utf-8").count(f'"{event}"') for each in self.processes)

    async def key_of(self, login: str, *scopes: str) -> str:
        """A key of that person, made beside the running processes."""
        database = await Database.open(self.environment["DATABASE_URL"])
        [installation] = self.github.installations
        _, text = await create(
            ApiKeys(database, Crypto(self.environment["SECRET_KEY"].encode())),
            person=Actor(id=self.github.account(login).id, login=login),
            installation_id=installation,
            scopes=scopes,
            days=1,
            now=UtcClock().now(),
        )
        await database.close()
        return text


@asynccontextmanager
async def paired(template: Template, here: Path, settings: Mapping[str, str]) -> AsyncIterator[Pair]:
    """Both at work on a database of their own, with these settings."""
    port = free_port()
    async with crash.life(stories.STORIES[0], template) as it, AsyncExitStack() as stack:
        environment = {
            **it.environ,
            "SECRET_KEY": secrets.token_hex(32),  # what is in Redis is under names that come from it
            "REDIS_URL": REDIS,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TRUSTED_PROXIES": "1",
            "GITHUB_CLIENT_ID": it.github.app.client_id,
            "GITHUB_CLIENT_SECRET": CLIENT_SECRET,
            "LOG_LEVEL": "warning",
            **settings,
        }
        it.github.app.client_secret = CLIENT_SECRET
        it.github.app.callback_urls = {f"{environment['PUBLIC_URL']}/auth/callback"}
        first, second = (Process(environment=environment, directory=here) for _ in range(2))
        for each in (first, second):
            stack.push_async_callback(each.ends)
        await asyncio.gather(first.starts(), second.starts())
        proxy = await stack.enter_async_context(nginx(here / "nginx", first.port, second.port, port=port))
        it.github.webhook_url = f"{proxy.url}/webhooks/github"
        yield Pair(github=it.github, processes=(first, second), proxy=proxy, environment=environment)
