"""Small answers kept for a short while."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from weakref import WeakValueDictionary

from cachetools import LRUCache, TLRUCache

from bot.infrastructure.shared import Shared

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# An answer is compared before it is used, so its age does not matter; what nobody asks for again goes.
SHARED_SECONDS: Final = 3600.0
LARGEST_SHARED_BYTES: Final = 256 * 1024


class UntilItEnds(Generic[K, V]):
    """Values that end, each asked for once however many wait for it."""

    def __init__(
        self,
        *,
        size: int,
        seconds: Callable[[V], float],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept: TLRUCache[K, V] = TLRUCache(
            size, ttu=lambda _key, value, now: now + seconds(value), timer=timer
        )
        self._locks: WeakValueDictionary[K, asyncio.Lock] = WeakValueDictionary()

    async def get(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        """The value while it lasts; else the first to come asks and the others wait for the answer."""
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            return await self._asked(key, ask)

    def known(self, key: K) -> V | None:
        """The value while it lasts, and nothing where it has to be asked for."""
        return self._kept.get(key)

    def drop(self, key: K, value: V) -> None:
        """Forget this value; one that has replaced it already stays."""
        if self._kept.get(key) is value:
            self._kept.pop(key, None)

    def forget(self, key: K) -> None:
        """Forget whatever there is."""
        self._kept.pop(key, None)

    async def _asked(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = await ask()
        return kept


def weighed(size: int, weigh: Callable[[Any], int]) -> MutableMapping[Any, Any]:
    """A dictionary of values that weigh so much in all; it forgets the least used."""
    return LRUCache(size, getsizeof=weigh)


def recently_used(size: int) -> MutableMapping[Any, Any]:
    """A dictionary of so many entries that forgets the least used."""
    return LRUCache(size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An HTTP answer as it came, with the name its sender gave to this very content."""

    etag: str
    body: bytes
    content_type: str
    link: str


class Pages(Generic[K]):
    """Answers to compare by ETag, the least used forgotten first; so many bytes in all."""

    def __init__(self, *, size: int) -> None:
        self._largest = size // 8
        self._kept: LRUCache[K, Page] = LRUCache(size, getsizeof=lambda page: len(page.body) + 512)

    def get(self, key: K) -> Page | None:
        return self._kept.get(key)

    def keep(self, key: K, page: Page) -> None:
        """Keep it, unless it alone would push out too many others."""
        if len(page.body) < self._largest:
            self._kept[key] = page


class SharedPages:
    """Pages of this process, and behind them those that its fellows kept."""

    def __init__(self, near: Pages[str], shared: Shared) -> None:
        self._near, self._shared = near, shared

    async def get(self, key: str) -> Page | None:
        """The page as this process has it, else as another one had it."""
        page = self._near.get(key)
        if page is None and (kept := await self._shared.get(key)):
            page = _unpacked(kept.content)
            self._near.keep(key, page)
        return page

    async def keep(self, key: str, page: Page) -> None:
        """Keep it here; for the others too, unless to send it about would take long."""
        self._near.keep(key, page)
        if len(page.body) <= LARGEST_SHARED_BYTES:
            await self._shared.put(key, _packed(page), seconds=SHARED_SECONDS)


def _packed(page: Page) -> bytes:
    return json.dumps([page.etag, page.content_type, page.link]).encode() + b"\n" + page.body


def _unpacked(content: bytes) -> Page:
    head, _, body = content.partition(b"\n")
    etag, content_type, link = json.loads(head)
    return Page(etag=etag, body=body, content_type=content_type, link=link)
