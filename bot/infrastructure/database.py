"""The database, SQLite or PostgreSQL: connections, transactions, migrations, and the lock on a file."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn, Self, TextIO, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.infrastructure import migrations
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crew import Crew
from bot.infrastructure.pooling import Pool
from bot.infrastructure.sentinel import Sentinel
from bot.infrastructure.snapshots import Snapshots
from bot.records import FollowUp

T = TypeVar("T")

Outbox = Callable[[Connection, Sequence[FollowUp]], None]
"""Hands follow-ups to the engine, in the transaction of the connection it is given."""

PATIENCE_SECONDS: Final = 30.0
SQLITE_READERS: Final = 4
CONNECTIONS: Final = 8
REACH: Final[dict[str, int]] = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 8_000}
# Whatever else goes wrong with it, for those who tell people of it.
DATABASE_FAULTS: Final = (SQLAlchemyError,)
NUMBER_CHARACTERS: Final = 10
KNOWS_SUBSECONDS: Final = (3, 42)


class AlreadyRunning(Exception):
    """Another process works on this database file; stop it first."""


class Database:
    """One database: what reads sees what is committed, what writes commits as a whole or not at all.

    `read` and `write` do a piece of work in a thread, and raise Unavailable where it cannot answer now.
    """

    def __init__(self, url: str, *, connections: int = CONNECTIONS) -> None:
        self.url = url
        self.path = path_of(url)
        self._writes = self.crew(size=1 if self.path else connections)
        readers = Crew(_sqlite(url, "BEGIN"), size=SQLITE_READERS) if self.path else None
        self._reads = readers or self._writes.without_transactions()
        self._sentinel = Sentinel(self.path) if self.path else None
        self._snapshots = None if self.path else Snapshots(url, REACH)

    @property
    def pools(self) -> Mapping[str, Pool]:
        """How its connections are used: SQLite has one that writes beside those that read."""
        reads = {"database_reads": self._reads.pool} if self.path else {}
        return {"database": self._writes.pool, **reads}

    @classmethod
    async def open(cls, url: str, *, connections: int = CONNECTIONS) -> Self:
        """The database at this address; a SQLite file is made, for its owner alone, where there is none."""
        if path := path_of(url):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
        return cls(url, connections=connections)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._reads.run(work)

    def version(self) -> int | None:
        """Another number than before where anybody has written meanwhile; None where nobody can say."""
        return self._sentinel.version() if self._sentinel else None

    async def state(self) -> int | str | None:
        """The same, on PostgreSQL too, where it is a question of its own, asked after this was called."""
        asked = self._snapshots or self._sentinel
        return await asked.now() if asked else None

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Done again where the connection was lost, so the work must find by its key that it is done."""
        return await self._writes.run(work)

    def crew(self, *, size: int, patience: float = PATIENCE_SECONDS) -> Crew:
        """Writers of their own, who wait so many seconds at most for somebody else's lock."""
        if self.path:
            return Crew(_sqlite(self.url, "BEGIN IMMEDIATE", patience=patience), size=size)
        engine = create_engine(_psycopg(self.url), pool_size=size, hide_parameters=True, connect_args=REACH)
        event.listen(engine, "connect", _limit(patience))
        return Crew(engine, size=size)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that may say what happens on a conflict."""
        return sqlite.insert(table) if self.path else postgresql.insert(table)

    async def migrate(self) -> None:
        """Bring the tables up to date, whole or not at all; two processes at once take turns."""
        await self.write(migrations.upgrade)
        if self.path:
            await asyncio.to_thread(_sync_directory, self.path.parent)

    async def wipe(self) -> None:
        """Fold SQLite's log into its file and empty it: what was deleted is then no more on the disk."""
        if self.path:
            await asyncio.to_thread(_checkpoint, self.path)

    async def close(self) -> None:
        await self._writes.close()
        if self._sentinel:
            self._sentinel.close()
        if self._snapshots:
            self._snapshots.close()
        if self.path:
            await self._reads.close()


def _sync_directory(directory: Path) -> None:
    """SQLite's first journal is gone for good: after a power cut it would be rolled back to nothing."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold a SQLite file as the one server on it; raises AlreadyRunning. PostgreSQL takes any number."""
    path = path_of(url)
    if path is None:
        yield
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("a+", encoding="utf-8") as side_car:
        try:
            fcntl.flock(side_car, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"another process{_named_in(side_car)} works on {path}") from error
        side_car.truncate(0)
        side_car.write(f"{os.getpid()}\n")
        side_car.flush()
        yield


def _named_in(side_car: TextIO) -> str:
    """The number that whoever holds the file wrote there, where there is one."""
    side_car.seek(0)
    number = side_car.readline(NUMBER_CHARACTERS).strip()
    return f" ({number})" if number.isdecimal() else ""


@contextmanager
def migrated_apart(url: str) -> Iterator[None]:
    """Bring the tables up to date in a process of its own: the memory that it takes goes away with it.

    Only before there is any thread; they are there at the end of the block. What goes wrong is told by the
    `migrate` that is to follow.
    """
    child = os.fork()
    if not child:
        _migrate_and_leave(url)
    try:
        yield
    finally:
        os.waitpid(child, 0)


def _migrate_and_leave(url: str) -> NoReturn:
    try:
        with alone(url):
            asyncio.run(_migrated(url))
    finally:
        os._exit(0)


async def _migrated(url: str) -> None:
    database = await Database.open(url)
    await database.migrate()


def path_of(url: str) -> Path | None:
    """The file of a `sqlite:///` address; None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("a SQLite database must be a file: sqlite:///path/to/bot.db")
    return Path(parsed.database)


def as_text(moment: datetime) -> str:
    """ISO 8601 in UTC to the microsecond: texts of one length, in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _sqlite(url: str, begin: str, *, patience: float = PATIENCE_SECONDS) -> Engine:
    """Durable connections whose transactions begin where we say: a late lock would fail at once."""

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        give_clock(connection)
        for pragma in (f"busy_timeout={int(patience * 1000)}", *_PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")

    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


# Pages of 4 KiB in the log before it is folded into the file: seldom, since a page is then written once for
# many transactions.
FOLDED_TOGETHER: Final = 4_000

_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"wal_autocheckpoint={FOLDED_TOGETHER}",
)


def _limit(patience: float) -> Callable[[Any, object], None]:
    def connected(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET statement_timeout = {int(patience * 1000)}")
        connection.autocommit = False

    return connected


def give_clock(connection: sqlite3.Connection) -> None:
    """An older SQLite does not know unixepoch('subsec'), with which the engine dates the rows it writes."""
    if sqlite3.sqlite_version_info < KNOWS_SUBSECONDS:
        connection.create_function(
            "unixepoch", -1, lambda *_modifiers: round(UtcClock().now().timestamp(), 3)
        )


def _checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
