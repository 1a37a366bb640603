"""The event log beside bare single-row commits on the same database: `python -m benchmarks.event_store`.

SQLite in a temporary directory; PostgreSQL too, in a schema of its own, where TEST_POSTGRES_URL is set.
The events are those of a run: what the model answered, and what its tools made of it, turn by turn.
"""

import asyncio
import gc
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

import psycopg

from bot.domain import events as e
from bot.domain.integration import fold
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.observing import Nobody
from bot.records import Fact

SECONDS: Final = 3.0
WRITERS: Final = 8
REPLAYED: Final = 10_000
TRIES: Final = 7
META: Final = {"actor": 42, "door": "github", "delivery": "d" * 36, "workflow": "int-0123456789abcdef"}
ROW: Final = ("s", 1, "TurnTaken", "x" * 300)
Commit = Callable[[int], object]


class WallClock:
    """The time of day."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def answer(turn: int) -> e.Event:
    return e.TurnTaken(
        step="generate_code",
        attempt=1,
        turn=turn,
        answer=digest(f"answer {turn}"),
        stop_reason="tool_use",
        model="claude-opus-5-5",
        input_tokens=1_200 + turn,
        output_tokens=450,
        cache_read_tokens=30_000,
        cache_write_tokens=900,
        micro_usd=12_345,
    )


def results(turn: int) -> e.Event:
    return e.ToolsRun(
        attempt=1, turn=turn, results=digest(f"results {turn}"), change=digest(f"change {turn}")
    )


FACTS: Final[Sequence[Fact]] = e.encode(
    event for turn in range(REPLAYED // 2) for event in (answer(turn), results(turn))
)


def rate(commit: Commit) -> float:
    """Commits a second of one writer."""
    began, done = perf_counter(), 0
    while perf_counter() - began < SECONDS:
        commit(done)
        done += 1
    return done / (perf_counter() - began)


@contextmanager
def bare_sqlite(directory: str) -> Iterator[Commit]:
    """The driver alone: one row, one durable commit."""
    with closing(sqlite3.connect(f"{directory}/bare.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE bare (n INTEGER PRIMARY KEY, a, b, c, d)")
        yield lambda n: connection.execute("INSERT INTO bare VALUES (?, ?, ?, ?, ?)", (n, *ROW))


@contextmanager
def bare_postgresql(url: str) -> Iterator[Commit]:
    """The driver alone: one row, one durable commit."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (n BIGINT PRIMARY KEY, a TEXT, b INT, c TEXT, d TEXT)")
        yield lambda n: connection.execute("INSERT INTO bare VALUES (%s, %s, %s, %s, %s)", (n, *ROW))


@contextmanager
def schema_of_its_own(server: str) -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bench_event_store")
        try:
            yield f"{server}?options=-csearch_path%3Dbench_event_store"
        finally:
            connection.execute("DROP SCHEMA bench_event_store CASCADE")


@asynccontextmanager
async def log_on(url: str) -> AsyncIterator[EventStore]:
    database = await Database.open(url)
    await database.migrate()
    yield EventStore(database, WallClock(), lambda *_: None, Nobody())
    await database.close()


async def append(log: EventStore, stream: str, after: int, count: int = 1) -> None:
    facts = [FACTS[place % REPLAYED] for place in range(after, after + count)]
    await log.append(stream, facts, after=after, key=f"{stream}:{after}", meta=META, row={}, follow_ups=())


async def appends(log: EventStore, *, writers: int) -> float:
    """Events a second, each in a transaction of its own, each writer on its own stream."""
    began, done = perf_counter(), 0

    async def write(stream: str) -> None:
        nonlocal done
        version = 0
        while perf_counter() - began < SECONDS:
            await append(log, stream, version)
            version, done = version + 1, done + 1

    await asyncio.gather(*(write(f"{writers}-{n}") for n in range(writers)))
    return done / (perf_counter() - began)


async def replay(log: EventStore) -> float:
    """Milliseconds from the stored 10,000 facts to the integration, the best of some tries."""
    for after in range(0, REPLAYED, 1000):
        await append(log, "long", after, count=1000)
    tries = []
    for _ in range(TRIES):
        began = perf_counter()
        fold("long", e.decode(await log.read("long")))
        tries.append(perf_counter() - began)
    return 1000 * min(tries)


async def folding(log: EventStore) -> tuple[float, float]:
    """Milliseconds to make events of those facts, and of the events the integration; the best of each."""
    records = await log.read("long")
    decodes, folds = [], []
    for _ in range(TRIES):
        began = perf_counter()
        events = e.decode(records)
        decoded = perf_counter()
        fold("long", events)
        decodes.append(decoded - began)
        folds.append(perf_counter() - decoded)
    return 1000 * min(decodes), 1000 * min(folds)


async def verification(log: EventStore) -> float:
    """Events a second that `verify` checks."""
    seq, _ = await log.head()
    began = perf_counter()
    broken = await log.verify()
    return 0 if broken else seq / (perf_counter() - began)


async def measure(name: str, url: str, bare: float) -> None:
    async with log_on(url) as log:
        one, many = await appends(log, writers=1), await appends(log, writers=WRITERS)
        print(f"{name}: one row, one commit, the driver alone   {bare:9.0f}/s   ratio 1.00")
        print(f"{name}: append, 1 writer                        {one:9.0f}/s   ratio {one / bare:.2f}")
        print(
            f"{name}: append, {WRITERS} writers                       {many:9.0f}/s   ratio {many / bare:.2f}"
        )
        read = await replay(log)
        made, folded = await folding(log)
        print(f"{name}: replay of {REPLAYED} events of one stream  {read:9.1f} ms")
        print(f"{name}: making {REPLAYED} events of what was read  {made:9.1f} ms")
        print(f"{name}: fold of {REPLAYED} events                  {folded:9.1f} ms")
        print(f"{name}: verify                                  {await verification(log):9.0f} events/s")


def main() -> None:
    gc.freeze()  # as the server does once it is up
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as directory:
        with bare_sqlite(directory) as commit:
            bare = rate(commit)
        asyncio.run(measure("SQLite    ", f"sqlite:///{directory}/bot.db", bare))
    if server := os.environ.get("TEST_POSTGRES_URL"):
        with schema_of_its_own(server) as url:
            with bare_postgresql(url) as commit:
                bare = rate(commit)
            asyncio.run(measure("PostgreSQL", url, bare))


if __name__ == "__main__":
    main()
