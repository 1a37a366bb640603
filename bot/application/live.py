"""Facts as they are appended: one look at the log for all, and a line of their own for each who follows."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

import structlog

from bot.records import Recorded, Unavailable

LOOKS_SECONDS: Final = 0.25
AT_ONCE: Final = 500
MOST_WAITING: Final = 1_000  # facts that one reader has not taken yet

log = structlog.get_logger()


class Feed(Protocol):
    """The log from its end on."""

    async def end(self) -> int:
        """The seq of the newest fact; 0 where there is none."""

    async def since(self, seq: int, *, most: int) -> list[Recorded]:
        """So many facts of all streams, from behind that one on."""


class TooMany(Exception):
    """There is no place: the caller's own are taken, or `is_full` all are."""

    def __init__(self, *, is_full: bool) -> None:
        super().__init__()
        self.is_full = is_full


class Line:
    """What has come for one reader. Who does not take it is given no more: nothing is kept without an end."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._facts: deque[Recorded] = deque()
        self._most, self._rings = most, asyncio.Event()
        self.is_behind, self.is_closed = False, False

    def give(self, facts: Iterable[Recorded]) -> None:
        self._facts.extend(facts)
        if len(self._facts) > self._most:
            self._facts.clear()
            self.is_behind = True
        self._rings.set()

    def close(self) -> None:
        """Nothing more comes; whoever waits is told at once."""
        self.is_closed = True
        self._rings.set()

    async def taken(self, *, seconds: float) -> list[Recorded]:
        """What has come since the last time, in its order; nothing where that takes too long."""
        if not self.is_closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._rings.wait()
            self._rings.clear()
        facts = list(self._facts)
        self._facts.clear()
        return facts


class Live:
    """Who follows which stream: so many of each caller, so many in all."""

    def __init__(
        self, feed: Feed, *, each: int, total: int, looks: float = LOOKS_SECONDS, waiting: int = MOST_WAITING
    ) -> None:
        self._feed, self._each, self._total = feed, each, total
        self._looks, self._waiting = looks, waiting
        self._lines: dict[Line, tuple[str, str]] = {}
        self._seen: int | None = None
        self._wanted, self._is_away, self._is_over = asyncio.Event(), False, False
        self.cut_off = 0  # readers that did not take what was sent

    @property
    def followers(self) -> int:
        """How many follow something now."""
        return len(self._lines)

    @asynccontextmanager
    async def line(self, caller: str, stream: str) -> AsyncIterator[Line]:
        """Whatever is appended to the stream once this has begun. Raises TooMany, Unavailable."""
        self._check_room(caller)
        line = Line(self._waiting)
        self._lines[line] = (caller, stream)
        try:
            await self._begin()
            yield line
        finally:
            del self._lines[line]
            if not self._lines:
                self._wanted.clear()
                self._seen = None

    async def watch(self) -> None:
        """Look again and again, as long as somebody follows."""
        while True:
            await self._wanted.wait()
            is_more = await self._look()
            await asyncio.sleep(0 if is_more else self._looks)

    def close(self) -> None:
        """The process stops: every line ends, and none begins any more."""
        self._is_over = True
        for line in self._lines:
            line.close()

    def _check_room(self, caller: str) -> None:
        if self._is_over:
            raise Unavailable("stopping")
        if len(self._lines) >= self._total:
            raise TooMany(is_full=True)
        if sum(whose == caller for whose, _ in self._lines.values()) >= self._each:
            raise TooMany(is_full=False)

    async def _begin(self) -> None:
        if self._seen is None:
            end = await self._feed.end()
            # A look that was under way meanwhile may know an older end: from there on nobody misses any.
            self._seen = end if self._seen is None else self._seen
        self._wanted.set()

    async def _look(self) -> bool:
        """Hand on what is new, each to whom it is for; whether there may be more."""
        if self._seen is None:
            return False
        try:
            facts = await self._feed.since(self._seen, most=AT_ONCE)
        except Unavailable as trouble:
            self._turned(trouble.code, away=True)
            return False
        self._turned("", away=False)
        if not facts or not self._lines:
            return False
        self._seen = facts[-1].seq
        of_stream: dict[str, list[Recorded]] = {}
        for fact in facts:
            of_stream.setdefault(fact.stream, []).append(fact)
        for line, (_, stream) in self._lines.items():
            if stream in of_stream:
                line.give(of_stream[stream])
        return len(facts) == AT_ONCE

    def _turned(self, why: str, *, away: bool) -> None:
        if away and not self._is_away:
            log.warning("live_feed_lost", why=why)
        if self._is_away and not away:
            log.warning("live_feed_back")
        self._is_away = away
