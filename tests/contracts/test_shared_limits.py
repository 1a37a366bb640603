"""Quotas in Redis: one for all processes; where Redis is away each goes on with what it saw (F13)."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.rate_limits import RateLimits
from bot.infrastructure.shared import AWAY_SECONDS
from tests.contracts.conftest import REDIS
from tests.contracts.test_shared import Line


@dataclass
class Ahead:
    """The machine's clock, some seconds ahead."""

    by: float = 0.0

    def __call__(self) -> float:
        from bot.infrastructure.clock import UtcClock  # noqa: PLC0415  of this clock alone

        return UtcClock().now().timestamp() + self.by


@dataclass
class Processes:
    """Processes that share a Redis and a secret."""

    line: Line
    crypto: Crypto
    timer: Ahead
    stack: AsyncExitStack

    def one(self, most: int = 3) -> RateLimits:
        limits = RateLimits(
            "key", {60: most, 3600: 100}, self.crypto, redis_url=self.line.url, timer=self.timer
        )
        self.stack.push_async_callback(limits.close)
        return limits


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    line = Line()
    await line.mend()
    async with AsyncExitStack() as stack:
        yield Processes(line, Crypto(secrets.token_bytes(32)), Ahead(), stack)
    await line.cut()


NAMES: Final = "claude-bot:limits*"


async def test_two_processes_have_one_quota(processes: Processes) -> None:
    one, other = processes.one(), processes.one()

    taken = [await each.take("ada") for each in (one, other, one, other, one)]

    assert [each.is_spent for each in taken] == [False, False, False, True, True]
    assert [each.left for each in taken] == [2, 1, 0, 0, 0]
    assert 55 <= taken[-1].wait_seconds <= 60
    assert (await other.look("ada")).is_spent
    assert not (await other.take("eve")).is_spent


async def trips_of(processes: Processes, name: str) -> list[int]:
    """How often Redis is asked for each of six requests of one caller, to a process that is new."""
    one, trips = processes.one(), []
    for ask in (one.take, one.take, one.look, one.take, one.take, one.look):
        before = processes.line.trips
        await ask(name)
        trips.append(processes.line.trips - before)
    return trips


async def test_a_request_is_one_trip_and_one_too_many_is_none(processes: Processes) -> None:
    """A test beside this one may have Redis forget its scripts in the middle of one of them."""
    all_trips = [await trips_of(processes, name) for name in ("ada", "bea", "cleo")]

    # The first one connects, and teaches Redis the scripts where it does not know them.
    assert [1, 0, 1, 0, 0] in [others for first, *others in all_trips if first <= 6]


async def test_a_redis_that_was_restarted_is_taught_its_scripts_again(processes: Processes) -> None:
    one = processes.one()
    await one.take("ada")
    async with Redis.from_url(REDIS) as redis:
        await redis.script_flush()

    taken = [await one.take("ada"), await one.take("ada"), await processes.one().take("ada")]

    assert [each.is_spent for each in taken] == [False, False, True]


async def test_who_reads_redis_learns_nobodys_name_and_what_is_there_ends(processes: Processes) -> None:
    await processes.one().take("a key of Ada's, or her address")

    async with Redis.from_url(REDIS) as redis:
        names = [name async for name in redis.scan_iter(NAMES)]
        lives = [await redis.ttl(name) for name in names]

    assert names
    assert not any(b"Ada" in name for name in names)
    assert all(0 < life <= 3_600 for life in lives)


async def test_f13_while_redis_is_away_a_process_goes_on_with_what_it_saw(processes: Processes) -> None:
    one, other = processes.one(), processes.one()
    before = [await one.take("ada"), await one.take("ada")]

    with capture_logs() as lines:
        await processes.line.cut()
        away = [await one.take("ada"), await one.take("ada"), await other.take("ada")]
        await processes.line.mend()
        processes.timer.by = AWAY_SECONDS + 1
        await one.take("eve")
        back = await one.look("ada")

    assert [each.is_spent for each in (*before, *away)] == [False, False, False, True, False]
    assert back.is_spent
    assert [line["event"] for line in lines] == [
        "shared_limits_lost",
        "shared_limits_lost",
        "shared_limits_back",
    ]


async def test_f13_a_redis_that_holds_everything_back_is_not_waited_for_each_time(
    processes: Processes,
) -> None:
    one = processes.one()
    await one.take("ada")
    processes.line.holds = True

    taken = [await one.take("ada") for _ in range(3)]

    assert [each.is_spent for each in taken] == [False, False, True]


async def test_f13_of_many_who_wait_together_for_a_redis_that_says_nothing_no_more_come_through(
    processes: Processes,
) -> None:
    one = processes.one()
    processes.line.holds = True

    taken = await asyncio.gather(*(one.take("ada") for _ in range(20)))

    assert [each.is_spent for each in taken].count(False) == 3


async def test_f13_a_redis_that_was_emptied_lets_nobody_have_more_of_one_process(
    processes: Processes,
) -> None:
    one = processes.one()
    for _ in range(3):
        await one.take("ada")
    async with Redis.from_url(REDIS) as redis:
        for name in [name async for name in redis.scan_iter(NAMES)]:
            await redis.delete(name)

    assert (await one.take("ada")).is_spent
