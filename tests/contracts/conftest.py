"""A database to test on: SQLite and, where TEST_POSTGRES_URL names a server, PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy

from bot.infrastructure.database import Database
from bot.records import FollowUp
from tests.contracts.by_hand import run

SERVER = os.environ.get("TEST_POSTGRES_URL")
REDIS = os.environ.get("TEST_REDIS_URL", "")
# A commit can be lost, and a process cut off, only where there is a way; what Redis does, only Redis shows.
collect_ignore = [] if SERVER else ["test_adopting.py", "test_lost_commits.py"]
collect_ignore += [] if REDIS else ["test_kept_in_redis.py", "test_shared.py", "test_shared_limits.py"]


@dataclass
class Watch:
    """A clock that stands still until it is moved."""

    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def moves(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class Tray:
    """An outbox that keeps what it is given in a table of its own, in the transaction it is given it in."""

    fails: list[Exception] = field(default_factory=list)

    def __call__(self, connection: sqlalchemy.Connection, follow_ups: Sequence[FollowUp]) -> None:
        for follow_up in follow_ups:
            connection.execute(sqlalchemy.text("INSERT INTO tray VALUES (:it)"), {"it": repr(follow_up)})
        if self.fails:
            raise self.fails.pop()


@dataclass
class Witness:
    """An observer that remembers what it was told."""

    told: list[str] = field(default_factory=list)

    def before(self, point: str) -> None:
        self.told.append(f"before {point}")

    def after(self, point: str) -> None:
        self.told.append(f"after {point}")


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def outbox() -> Tray:
    return Tray()


@pytest.fixture
def observer() -> Witness:
    return Witness()


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database in which nothing is yet, and of which nothing stays."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/bot.db"
        return
    schema = f"test_{uuid4().hex}"
    with psycopg.connect(str(SERVER), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        yield f"{SERVER}?options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """A database with its tables, and one more for what the outbox is given."""
    database = await Database.open(empty_url)
    await database.migrate()
    await run(database, "CREATE TABLE tray (it TEXT PRIMARY KEY)")
    yield database
    await database.close()
