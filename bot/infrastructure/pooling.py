"""Connections that are kept to be used again: how many there may be, how many are in use, who waited."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp


@dataclass(slots=True)
class Pool:
    """Of one kind, to one place. `waited` is how often one was wanted while all were in use."""

    size: int
    wanted: int = 0
    waited: int = 0

    @property
    def in_use(self) -> int:
        """How many are in use now."""
        return min(self.wanted, self.size)

    def takes(self) -> None:
        """One more is wanted."""
        self.waited += self.wanted >= self.size
        self.wanted += 1

    def gives_back(self, _: object = None) -> None:
        """One less."""
        self.wanted -= 1


class Places:
    """As many at a time as the pool has; the others wait for one to be given back."""

    def __init__(self, size: int) -> None:
        self.pool = Pool(size)
        self._free = asyncio.Semaphore(size)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a place."""
        self.pool.takes()
        try:
            async with self._free:
                yield
        finally:
            self.pool.gives_back()


def session_of(name: str, size: int, pools: MutableMapping[str, Pool]) -> aiohttp.ClientSession:
    """A session of so many connections at most; under its name among the pools stands how it is used."""
    pool = pools[name] = Pool(size)
    trace = aiohttp.TraceConfig()

    async def begins(*_: object) -> None:
        pool.takes()

    async def ends(*_: object) -> None:
        pool.gives_back()

    trace.on_request_start.append(begins)
    trace.on_request_end.append(ends)
    trace.on_request_exception.append(ends)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=size), trace_configs=[trace])
