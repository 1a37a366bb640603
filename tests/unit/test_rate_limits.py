"""Quotas in the process: moving windows, each caller's own, of a bounded number of callers."""

from dataclasses import dataclass
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.moving_windows import NearWindows
from bot.infrastructure.rate_limits import RateLimits

CRYPTO: Final = Crypto(b"a secret of an operator, 32 bytes and more")


@dataclass
class Timer:
    """A clock that stands still until it is set."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


async def test_what_is_taken_comes_back_one_by_one_as_it_went() -> None:
    timer = Timer()
    limits = RateLimits("key", {60: 2, 3600: 100}, CRYPTO, timer=timer)

    first = await limits.take("ada")
    timer.now += 30
    second, third = await limits.take("ada"), await limits.take("ada")

    assert (first.left, second.left, third.left) == (1, 0, 0)
    assert (first.is_spent, second.is_spent, third.is_spent) == (False, False, True)
    assert (third.most, third.wait_seconds) == (2, 30)
    timer.now += 30
    fourth, fifth = await limits.take("ada"), await limits.take("ada")
    assert (fourth.is_spent, fifth.is_spent) == (False, True)
    assert fifth.wait_seconds == 30


async def test_looking_takes_nothing_and_callers_and_kinds_have_each_their_own() -> None:
    timer = Timer()
    limits = RateLimits("key", {60: 1}, CRYPTO, timer=timer)

    seen = [(await limits.look("ada")).left for _ in range(3)]

    assert seen == [1, 1, 1]
    assert not (await limits.take("ada")).is_spent
    assert (await limits.look("ada")).is_spent
    assert not (await limits.take("eve")).is_spent


@given(st.lists(st.floats(min_value=0, max_value=40), max_size=60))
async def test_ab_03_in_no_window_is_more_than_it_may_hold(pauses: list[float]) -> None:
    timer, granted = Timer(), []
    limits = RateLimits("key", {60: 5, 300: 12}, CRYPTO, timer=timer)
    for pause in pauses:
        timer.now += pause
        if not (await limits.take("ada")).is_spent:
            granted.append(timer.now)

    for seconds, most in ((60, 5), (300, 12)):
        for at in granted:
            assert sum(at - seconds < other <= at for other in granted) <= most


def test_ab_03_who_has_not_asked_for_longest_is_forgotten_before_memory_is_full() -> None:
    windows = NearWindows({60: 5}, most_callers=10)

    for caller in range(1_000):
        windows.add(f"caller {caller}", caller / 1_000)

    assert len(windows) == 10
    assert [each.left for each in windows.seen("caller 999", 1.0)] == [4]
    assert [each.left for each in windows.seen("caller 0", 1.0)] == [5]
