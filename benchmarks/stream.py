"""How soon and how fast the stream tells what is appended: `python -m benchmarks.stream`.

Readers follow one integration over server-sent events, in a process with uvloop; another process appends.
SQLite, and PostgreSQL where TEST_POSTGRES_URL is set.
"""

import asyncio
import os
import statistics
from collections.abc import Sequence
from functools import partial
from time import perf_counter
from typing import Any, Final

import uvloop

from benchmarks.api import filled, server
from benchmarks.door import on_both
from benchmarks.large import Size, id_of, turn

FOLLOWED: Final = id_of(2)  # one that goes on
SIZE: Final = Size(integrations=100, facts=10)
READERS: Final = (1, 10, 100)
ALONE: Final = 20  # appends that each wait until they are told
FACTS: Final = 500
TOGETHER: Final = 10  # of which so many are in one append


class Reader(asyncio.Protocol):
    """Counts the events that have come."""

    def __init__(self, request: bytes) -> None:
        self.request, self.count, self.rest = request, 0, b""
        self.rings, self.is_lost = asyncio.Event(), False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.rest += data
        *whole, self.rest = self.rest.split(b"\n\n")
        self.count += sum(b"event: " in each for each in whole)
        self.rings.set()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.is_lost = True
        self.rings.set()

    async def until(self, count: int) -> None:
        """Wait until so many have come."""
        while self.count < count:
            assert not self.is_lost, "cut off"
            await self.rings.wait()
            self.rings.clear()


async def follow(port: int, key: str, count: int, after: int) -> list[Reader]:
    """So many readers, each of whom has been told the last that was there."""
    path = f"/api/v1/integrations/{FOLLOWED}/stream?after={after - 1}"
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    loop, make = asyncio.get_running_loop(), partial(Reader, head)
    readers = [(await loop.create_connection(make, "127.0.0.1", port))[1] for _ in range(count)]
    await all_have(readers, 1)
    return readers


async def all_have(readers: Sequence[Reader], count: int) -> None:
    await asyncio.gather(*(reader.until(count) for reader in readers))


class Appender:
    """Appends to the integration that is followed."""

    def __init__(self, log: Any) -> None:
        self.log, self.version = log, SIZE.facts

    async def appends(self, count: int) -> None:
        from bot.domain.events import encode

        facts = encode([turn(self.version + number) for number in range(count)])
        key = f"more-{self.version}"
        await self.log.append(FOLLOWED, facts, after=self.version, key=key, meta={}, row={}, follow_ups=())
        self.version += count


async def measured(readers: Sequence[Reader], appender: Appender) -> tuple[list[float], float]:
    """How long each fact took alone, to the last reader; and how many events a second were told in all."""
    seconds, told = [], 1
    for _ in range(ALONE):
        await appender.appends(1)
        committed, told = perf_counter(), told + 1
        await all_have(readers, told)
        seconds.append(perf_counter() - committed)
    began = perf_counter()
    for _ in range(FACTS // TOGETHER):
        await appender.appends(TOGETHER)
    await all_have(readers, told + FACTS)
    return seconds, len(readers) * FACTS / (perf_counter() - began)


async def measure(url: str, port: int, key: str) -> None:
    from bot.infrastructure.clock import UtcClock
    from bot.infrastructure.database import Database
    from bot.infrastructure.event_store import EventStore
    from bot.infrastructure.observing import Nobody

    database = await Database.open(url)
    appender = Appender(EventStore(database, UtcClock(), lambda *_: None, Nobody()))
    for count in READERS:
        readers = await follow(port, key, count, appender.version)
        seconds, rate = await measured(readers, appender)
        middle, most = statistics.median(seconds) * 1e3, max(seconds) * 1e3
        print(
            f"{count:>4} readers: {middle:4.0f} ms after the commit (most {most:.0f}), {rate:6.0f} a second"
        )
        for reader in readers:
            reader.transport.close()
    await database.close()


def compare(name: str, url: str) -> None:
    key = uvloop.run(filled(url, SIZE))
    with server("ours", url) as at:
        print(name, f"load {os.getloadavg()[0]:.1f}")
        uvloop.run(measure(url, int(at.port), key))


if __name__ == "__main__":
    on_both(compare)
