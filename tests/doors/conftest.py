"""What the doors are tested with."""

from collections.abc import Awaitable, Callable

import pytest

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
