"""Rows that the API reads, remembered: in this process, and behind it in Redis where there is one.

What is remembered has the place in the log at which it was read, and counts only while nothing has moved
since, which is looked up before each use (`news.py`): so it is never older than the question. What is not
remembered, or does not count, is read from the database. A read model that was made anew, and a backup that
was put back, are seen by the same look; how long anything is kept bounds what a process may find in Redis
that was not running meanwhile.
"""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping, MutableMapping
from functools import partial
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar
from weakref import WeakValueDictionary

from cachetools import TTLCache

from bot.api_records import KeptRow, Wanted
from bot.infrastructure.news import News
from bot.infrastructure.shared import Kept, Shared
from bot.infrastructure.tables import INTEGRATIONS

V = TypeVar("V")
Row = Mapping[str, Any]

SECONDS: Final = 60.0
MOST_ONES: Final = 2_000
MOST_LISTS: Final = 64
# A row of another version of the bot may have other columns: that is another row.
FORM: Final = hashlib.sha256(",".join(INTEGRATIONS.c.keys()).encode()).hexdigest()[:12]


class Read(NamedTuple, Generic[V]):
    """What was read, where the log ended then, and which log that was."""

    answer: V
    seq: int
    log: str


class Models(Protocol):
    """Integrations as they stand."""

    async def get(self, integration_id: str) -> Row | None: ...


class Pages(Protocol):
    """Integrations, a page at a time, and counted."""

    async def integrations(
        self, wanted: Wanted, *, after: tuple[str, str] | None, most: int
    ) -> list[Row]: ...

    async def counts(self, wanted: Wanted) -> list[Row]: ...


class KeptRows:
    """Each answer is as of the place that is named, or later; as of now where none is. Raises Unavailable."""

    def __init__(
        self,
        models: Models,
        pages: Pages,
        news: News,
        shared: Shared,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models, self._pages, self._news, self._shared = models, pages, news, shared
        self._ones: MutableMapping[str, Read[Row]] = TTLCache(MOST_ONES, SECONDS, timer=timer)
        self._lists: MutableMapping[Hashable, Read[list[Row]]] = TTLCache(MOST_LISTS, SECONDS, timer=timer)
        # Of each, one at a time reads; who comes meanwhile finds what the first one read.
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()
        self.found: Counter[tuple[str, ...]] = Counter()
        """How often what was found where: ("integration", "process"), and so on."""

    async def one(self, integration_id: str, *, as_of: int | None = None) -> Row | None:
        """The integration's row."""
        await self._look(as_of)
        near = self._ones.get(integration_id)
        if near is not None and self._holds(near, integration_id):
            return self._told(near, "integration", "process")
        async with self._turns.setdefault(integration_id, asyncio.Lock()):
            return await self._one(integration_id)

    async def page(
        self, wanted: Wanted, *, after: tuple[str, str] | None, most: int, as_of: int | None = None
    ) -> list[Row]:
        """A page of rows."""
        ask = partial(self._pages.integrations, wanted, after=after, most=most)
        return await self._list("list", (wanted, after, most), ask, as_of)

    async def counts(self, wanted: Wanted, *, as_of: int | None = None) -> list[Row]:
        """How many there are of each state in each repository."""
        return await self._list("counts", wanted, partial(self._pages.counts, wanted), as_of)

    async def appended(self, row: Row, seq: int) -> None:
        """This is the row since the event of that place: for this process, and for the others."""
        read = Read[Row](KeptRow(row), seq, self._news.log)
        self._ones[row["id"]] = read
        await self._share(row["id"], read)

    async def _one(self, integration_id: str) -> Row | None:
        near = self._ones.get(integration_id)
        if near is not None and self._holds(near, integration_id):
            return self._told(near, "integration", "process")
        if far := await self._far(integration_id):
            return self._told(far, "integration", "redis")
        self.found["integration", "database"] += 1
        return await self._read(integration_id)

    async def _far(self, integration_id: str) -> Read[Row] | None:
        """What a fellow process read, or appended, if that still counts."""
        log = self._news.log
        kept = await self._shared.get(_name(integration_id, log))
        read = _unpacked(kept, log) if kept else None
        if read is None or not self._holds(read, integration_id):
            return None
        self._ones[integration_id] = read
        return read

    async def _read(self, integration_id: str) -> Row | None:
        seq, log = self._news.end, self._news.log
        row = await self._models.get(integration_id)
        if row is not None:
            row = KeptRow(row)
            read = self._ones[integration_id] = Read[Row](row, seq, log)
            await self._share(integration_id, read)
        return row

    async def _share(self, integration_id: str, read: Read[Row]) -> None:
        await self._shared.put(_name(integration_id, read.log), _packed(read), seconds=SECONDS)

    async def _list(
        self, what: str, key: Hashable, ask: Callable[[], Awaitable[list[Row]]], as_of: int | None
    ) -> list[Row]:
        await self._look(as_of)
        near = self._lists.get(key)
        if near is not None and self._holds_all(near):
            return self._told(near, what, "process")
        async with self._turns.setdefault(key, asyncio.Lock()):
            near, where = self._lists.get(key), "process"
            if near is None or not self._holds_all(near):
                seq, log = self._news.end, self._news.log
                near, where = Read[list[Row]]([*map(KeptRow, await ask())], seq, log), "database"
                self._lists[key] = near
        return self._told(near, what, where)

    async def _look(self, as_of: int | None) -> None:
        if as_of is None or as_of > self._news.end:
            await self._news.now()

    def _holds(self, read: Read[Row], integration_id: str) -> bool:
        return read.log == self._news.log and self._news.holds(read.seq, integration_id)

    def _holds_all(self, read: Read[list[Row]]) -> bool:
        return read.log == self._news.log and self._news.holds_all(read.seq)

    def _told(self, read: Read[V], what: str, where: str) -> V:
        self.found[what, where] += 1
        return read.answer


def _name(integration_id: str, log: str) -> str:
    return f"integration {FORM} {integration_id} {log}"


def _packed(read: Read[Row]) -> bytes:
    return json.dumps([read.seq, dict(read.answer)]).encode()


def _unpacked(kept: Kept, log: str) -> Read[Row]:
    seq, row = json.loads(kept.content)
    return Read(KeptRow(row), seq, log)
