"""What the doors are tested with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from bot.infrastructure.database import Database
from tests.doors.api import Opened
from tests.doors.api_filled import copied, filled
from tests.doors.api_places import GitHubsWord, Watch
from tests.doors.webapp import Client, Connect, FakeInbox, FakeMetrics, Given, served


@pytest.fixture
def given() -> Given:
    return Given()


@pytest.fixture
def inbox(given: Given) -> FakeInbox:
    return given.inbox


@pytest.fixture
def metrics(given: Given) -> FakeMetrics:
    return given.metrics


@pytest.fixture
def connect(given: Given, aiohttp_client: Connect) -> Callable[[], Awaitable[Client]]:
    """A client of the application as it is given by then."""
    return lambda: served(given, aiohttp_client)


@pytest.fixture
async def client(connect: Callable[[], Awaitable[Client]]) -> Client:
    return await connect()


@pytest.fixture(scope="session")
def filled_api(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Mapping[str, str]]:
    """A database with integrations and keys, made once."""
    url = f"sqlite:///{tmp_path_factory.mktemp('api')}/bot.db"
    return url, asyncio.run(filled(url))


@pytest.fixture
async def opened(filled_api: tuple[str, Mapping[str, str]], tmp_path: Path) -> AsyncIterator[Opened]:
    """The API as it is given by the time it is served."""
    url, texts = filled_api
    database = await Database.open(copied(url, tmp_path))
    yield Opened(database=database, clock=Watch(), github=GitHubsWord(), metrics=FakeMetrics(), texts=texts)
    await database.close()


@pytest.fixture
async def api(opened: Opened, aiohttp_client: Connect) -> Client:
    return await opened.served(aiohttp_client)
