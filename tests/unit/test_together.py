"""Questions that come at the same time are asked as one, and no answer is older than its question."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from bot.infrastructure.together import Together
from bot.records import Unavailable


@dataclass
class Shelf:
    """Answers with the number of the question; can be held, and can be away."""

    asked: list[Sequence[str]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    is_away: bool = False

    async def ask(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.asked.append(sorted(keys))
        self.begun.set()
        number = len(self.asked)
        await self.held.wait()
        if self.is_away:
            raise Unavailable("database")
        return {key: number for key in keys if key != "nothing"}


async def begun(shelf: Shelf, group: asyncio.TaskGroup, together: Together[int]) -> asyncio.Task[int | None]:
    """A first question, being asked."""
    first = group.create_task(together.get("a"))
    await shelf.begun.wait()
    return first


async def test_what_comes_while_one_is_asked_is_the_next_question() -> None:
    shelf = Shelf()
    together = Together(shelf.ask)

    async with asyncio.TaskGroup() as group:
        first = await begun(shelf, group, together)
        later = [group.create_task(together.get(key)) for key in ("a", "b", "a", "nothing")]
        await asyncio.sleep(0)
        shelf.held.set()

    assert shelf.asked == [["a"], ["a", "b", "nothing"]]
    assert (first.result(), [each.result() for each in later]) == (1, [2, 2, 2, None])


async def test_where_nobody_answers_each_is_told_and_the_next_is_asked_anew() -> None:
    shelf = Shelf(is_away=True)
    shelf.held.set()
    together = Together(shelf.ask)

    told = await asyncio.gather(together.get("a"), together.get("a"), return_exceptions=True)
    shelf.is_away = False

    assert [type(each) for each in told] == [Unavailable, Unavailable]
    assert await together.get("a") == len(shelf.asked)


async def test_who_goes_away_takes_no_answer_from_another() -> None:
    shelf = Shelf()
    together = Together(shelf.ask)

    async with asyncio.TaskGroup() as group:
        first = group.create_task(together.get("a"))
        second = group.create_task(together.get("a"))
        await shelf.begun.wait()
        first.cancel()
        shelf.held.set()

    assert first.cancelled()
    assert second.result() == 2


async def test_what_nobody_foresaw_is_told_to_whoever_asked_and_the_others_ask_again() -> None:
    async def broken(_keys: Sequence[str]) -> Mapping[str, int]:
        raise ZeroDivisionError

    together = Together(broken)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await together.get("a")


async def test_who_goes_away_before_it_was_asked_leaves_it_to_another() -> None:
    shelf = Shelf()
    together = Together(shelf.ask)

    async with asyncio.TaskGroup() as group:
        first = await begun(shelf, group, together)
        leading, following = (group.create_task(together.get(key)) for key in ("b", "c"))
        await asyncio.sleep(0)
        leading.cancel()
        await asyncio.sleep(0)
        shelf.held.set()

    assert (first.result(), leading.cancelled(), following.result()) == (1, True, 2)
    assert shelf.asked == [["a"], ["c"]]
