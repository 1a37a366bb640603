"""F15: a loop that something holds up is told of, with the place, while it still stands."""

import asyncio
import inspect
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from structlog.testing import capture_logs

from bot.infrastructure.metrics import Metrics
from bot.infrastructure.stalls import MOST_FRAMES, watched_loop, where

LONGEST = 0.5


@contextmanager
def told_in(logged: list[MutableMapping[str, Any]]) -> Iterator[None]:
    """Stands on the loop until the watch has told of it: a call that blocks."""
    told = threading.Event()

    def look() -> None:
        while not told.wait(0.005):
            if any(each["event"] == "loop_stalled" for each in logged):
                told.set()

    looking = threading.Thread(target=look)
    looking.start()
    told.wait(30)
    told.set()
    looking.join()
    yield


async def test_f15_a_stall_is_told_of_while_it_lasts_and_counted_once_it_is_over() -> None:
    metrics, counted = Metrics(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def count(seconds: float) -> None:
        metrics.loop_stalled(seconds)
        loop.call_soon_threadsafe(counted.set)

    with capture_logs() as logged, watched_loop(count, longest=LONGEST):
        await asyncio.sleep(0)
        with told_in(logged):
            await asyncio.wait_for(counted.wait(), 30)

    places = [place for each in logged if each["event"] == "loop_stalled" for place in each["at"]]
    assert any(place.endswith(" told_in") for place in places)
    assert "loop_went_on" in [each["event"] for each in logged]
    assert (metrics.registry.get_sample_value("bot_loop_stall_seconds_count") or 0) >= 1
    assert (metrics.registry.get_sample_value("bot_loop_stall_seconds_sum") or 0) >= LONGEST


async def test_f15_a_loop_that_goes_on_is_not_told_of() -> None:
    with capture_logs() as logged, watched_loop(lambda _: None, longest=30):
        await asyncio.sleep(0)

    assert logged == []


def test_f15_a_place_is_named_without_what_stands_there() -> None:
    secret = "canary"

    places = where(inspect.currentframe())

    assert places[0].startswith("test_stalls.py:")
    assert places[0].endswith(" test_f15_a_place_is_named_without_what_stands_there")
    assert len(places) == MOST_FRAMES
    assert secret not in str(places)
    assert where(None) == []
