"""Rows that processes share in Redis: another need not read them, and Redis may go at any time (F13)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.infrastructure.database import Database
from bot.infrastructure.shared import AWAY_SECONDS
from tests.contracts.keeping import Processes
from tests.contracts.test_event_log import tamper
from tests.contracts.test_kept_rows import PUT_BACK
from tests.contracts.test_shared import Opens, Timer, line, names_in, opens, prefix, redis

__all__ = ["opens", "prefix", "redis"]
ONE = "i1"


@pytest.fixture
async def processes(database: Database, opens: Opens) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        yield Processes(database.url, stack, opens())


async def test_what_one_process_read_or_appended_another_has_without_a_read(
    processes: Processes, opens: Opens
) -> None:
    first, second = await processes.one(opens()), await processes.one(opens())
    await first.appends(ONE, 0)
    await first.appends(ONE, 1)

    assert await second.version(ONE) == 2
    assert (first.models.reads, second.models.reads) == (0, 0)
    assert second.kept.found["integration", "redis"] == 1


async def test_what_is_there_from_before_an_append_is_not_believed(
    processes: Processes, opens: Opens
) -> None:
    reader, silent = (
        await processes.one(opens()),
        await processes.one(opens(b"another secret" * 3)),
    )
    await reader.appends(ONE, 0)
    await silent.appends(ONE, 1)  # it tells nobody: its Redis is sealed with another secret
    third = await processes.one(opens())

    assert (await third.version(ONE), await reader.version(ONE)) == (2, 2)
    assert third.models.reads == 1


async def test_f13_a_redis_that_goes_in_mid_run_makes_it_slower_and_never_wrong(
    processes: Processes, opens: Opens
) -> None:
    timer = Timer()
    async with line() as way:
        one = await processes.one(opens(url=way.url, timer=timer))
        two = await processes.one(opens(url=way.url, timer=timer))
        seen: list[tuple[int, int, int]] = []
        for version in range(12):
            if version == 4:
                await way.cut()
            if version == 8:
                await way.mend()
                timer.now += AWAY_SECONDS
            await (one, two)[version % 2].appends(ONE, version)
            versions = await asyncio.gather(one.version(ONE), two.version(ONE))
            seen.append((version + 1, *versions))

    assert seen == [(version,) * 3 for version in range(1, 13)]
    assert one.models.reads + two.models.reads == 4  # once for each append while Redis was away


async def test_f13_a_redis_that_was_flushed_is_filled_again(
    processes: Processes, opens: Opens, redis: Redis, prefix: str
) -> None:
    first = await processes.one(opens())
    await first.appends(ONE, 0)
    await redis.delete(*await names_in(redis, prefix))

    second, third = await processes.one(opens()), await processes.one(opens())

    assert [await each.version(ONE) for each in (second, third)] == [1, 1]
    assert (second.models.reads, third.models.reads) == (1, 0)


async def test_what_a_process_shared_of_a_log_that_is_no_more_is_not_believed_again(
    processes: Processes, opens: Opens
) -> None:
    one, other = await processes.one(opens()), await processes.one(opens())
    await other.appends(ONE, 0)
    await one.news.now()
    await other.appends(ONE, 1)
    await one.news.now()

    await tamper(other.database, *PUT_BACK)
    await one.news.now()
    await other.appends("i3", 0)

    assert await one.version(ONE) == 1
    assert one.models.reads == 1


async def test_what_a_process_shared_before_the_read_model_was_made_anew_counts_no_more(
    processes: Processes, opens: Opens
) -> None:
    one, other = await processes.one(opens()), await processes.one(opens())
    await other.appends(ONE, 0)
    row = {**(await other.models.get(ONE) or {}), "branch": "mended"}

    await other.log.replace_rows([row], as_of=1)
    late = await processes.one(opens())
    reads = other.models.reads
    seen = [await each.kept.one(ONE) for each in (one, late, other)]

    assert [each and each["branch"] for each in seen] == ["mended"] * 3
    assert (one.models.reads, late.models.reads, other.models.reads) == (1, 0, reads)
