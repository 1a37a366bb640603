"""Those who follow the log: each is told what is theirs, in order, none lost or doubled, whoever appends."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from bot.application.live import Line, Live, TooMany
from bot.infrastructure.database import Database
from bot.infrastructure.feed import Feed
from bot.records import Recorded, Unavailable

ROOT: Final = Path(__file__).parents[2]
COUNT: Final = 40


@asynccontextmanager
async def watching(live: Live) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(live.watch())
        yield
        watch.cancel()


async def told(line: Line, count: int) -> list[int]:
    """The versions that come, until there are so many."""
    found: list[int] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            found += [fact.version for fact in await line.taken(seconds=5)]
    return found


async def process(url: str, stream: str, count: int = COUNT) -> None:
    """Append in another process, to its end."""
    command = (sys.executable, "-m", "tests.contracts.appending", url, stream, str(count))
    appending = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await appending.wait() == 0


async def test_two_processes_append_and_each_follower_has_its_own_in_order(
    database: Database, empty_url: str
) -> None:
    live = Live(Feed(database), each=10, total=10, looks=0.01)

    async def follows(stream: str) -> list[int]:
        async with live.line("ada", stream) as line:
            return await told(line, COUNT)

    async with watching(live), asyncio.TaskGroup() as group:
        streams = ("one", "one", "two")
        readers = [group.create_task(follows(stream)) for stream in streams]
        for stream in set(streams):
            group.create_task(process(empty_url, stream))

    assert [reader.result() for reader in readers] == [list(range(1, COUNT + 1))] * 3
    assert live.followers == 0


async def test_who_comes_later_is_told_of_what_comes_later(database: Database, empty_url: str) -> None:
    live = Live(Feed(database), each=10, total=10, looks=0.01)
    await process(empty_url, "one", 2)

    async with watching(live):
        async with live.line("ada", "two") as line:
            await process(empty_url, "two", 1)
            assert await told(line, 1) == [1]
        async with live.line("ada", "one") as line:
            assert await line.taken(seconds=0.1) == []


class Quiet:
    """A feed in which nothing happens; it counts who asks, and may be away."""

    def __init__(self) -> None:
        self.asked, self.is_away = 0, False

    async def end(self) -> int:
        return 7

    async def since(self, seq: int, *, most: int) -> list[Recorded]:
        self.asked += 1
        if self.is_away:
            raise Unavailable("database")
        return []


async def test_nobody_follows_and_nobody_asks() -> None:
    feed = Quiet()
    live = Live(feed, each=1, total=1, looks=0.001)

    async with watching(live):
        async with live.line("ada", "one") as line:
            while feed.asked < 3:
                assert await line.taken(seconds=0.01) == []
        asked = feed.asked
        for _ in range(50):
            await asyncio.sleep(0)

    assert feed.asked <= asked + 1


async def test_a_database_that_is_away_is_said_once_and_nobody_is_let_go() -> None:
    feed = Quiet()
    live = Live(feed, each=1, total=1, looks=0.001)

    with capture_logs() as lines:
        async with watching(live), live.line("ada", "one") as line:
            feed.is_away = True
            while feed.asked < 3:
                assert await line.taken(seconds=0.01) == []
            feed.is_away, asked = False, feed.asked
            while feed.asked < asked + 2:
                assert await line.taken(seconds=0.01) == []

    assert [each["event"] for each in lines] == ["live_feed_lost", "live_feed_back"]


async def test_places_are_for_callers_and_for_all() -> None:
    live = Live(Quiet(), each=1, total=2)

    async with live.line("ada", "one"), live.line("eve", "one"):
        with pytest.raises(TooMany) as none:
            async with live.line("bob", "one"):
                raise AssertionError
    async with live.line("ada", "one"):
        with pytest.raises(TooMany) as own:
            async with live.line("ada", "two"):
                raise AssertionError

    assert (none.value.is_full, own.value.is_full) == (True, False)


async def test_once_it_stops_every_line_ends_and_none_begins() -> None:
    live = Live(Quiet(), each=1, total=1)

    async with live.line("ada", "one") as line:
        live.close()
        assert await line.taken(seconds=60) == []
        assert line.is_closed
    with pytest.raises(Unavailable):
        async with live.line("ada", "one"):
            raise AssertionError


def test_a_line_that_nobody_takes_holds_so_much_and_then_nothing() -> None:
    line, fact = Line(most=2), Recorded(1, "one", 1, "Counted", "{}", "{}", None, "")  # type: ignore[arg-type]

    line.give([fact, fact])
    assert not line.is_behind
    line.give([fact])

    assert line.is_behind
    assert asyncio.run(line.taken(seconds=1)) == []
