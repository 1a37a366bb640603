"""Two things at the same time: neither waits for the other, and a failure stays what it is."""

import asyncio

import pytest

from bot.application.side_by_side import beside, both
from bot.records import StepFailed, Unavailable


async def meets(mine: asyncio.Event, other: asyncio.Event) -> str:
    mine.set()
    await other.wait()
    return "came"


async def fails(failure: Exception) -> str:
    raise failure


async def test_both_are_under_way_at_once() -> None:
    one, other = asyncio.Event(), asyncio.Event()

    assert await both(meets(one, other), meets(other, one)) == ("came", "came")


async def test_where_one_fails_the_other_is_broken_off() -> None:
    never = asyncio.Event()

    with pytest.raises(StepFailed, match="no"):
        await both(meets(asyncio.Event(), never), fails(StepFailed("no")))


async def test_a_courtesy_comes_to_its_end_whatever_becomes_of_the_work() -> None:
    shown = list[str]()

    async def shows() -> None:
        await asyncio.sleep(0)
        shown.append("eyes")

    with pytest.raises(Unavailable):
        await beside(shows(), fails(Unavailable("github_unreachable")))

    assert shown == ["eyes"]


async def test_a_courtesy_that_fails_takes_nothing_from_the_work() -> None:
    async def shows() -> None:
        raise StepFailed("no")

    async def works() -> str:
        return "done"

    assert await beside(shows(), works()) == "done"
