"""One comment that is edited in place for as long as there is something to say of its subject."""

import asyncio
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from bot.application.ports import World
from bot.records import Repository, StepFailed

_TURNS: Final[WeakValueDictionary[str, asyncio.Lock]] = WeakValueDictionary()


def turn_at(name: str) -> asyncio.Lock:
    """One after the other says what stands there, as far as this process says it."""
    return _TURNS.setdefault(name, asyncio.Lock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Which comment it is: where it stands, under which name it is remembered, and its hidden marker."""

    repository: Repository
    number: int
    name: str
    marker: str


async def place(it: Placed, body: str, world: World) -> None:
    """Edit it; create it where there is none yet, and anew where somebody deleted it."""
    async with turn_at(it.name):
        await _place_anew(it, body, world)


async def _place_anew(it: Placed, body: str, world: World) -> None:
    nth = int(await world.notes.get(it.name) or 1)
    try:
        await _place(it, body, world, nth=nth)
    except StepFailed as failure:
        if failure.code != "comment_gone":
            raise
        await world.notes.put(it.name, str(nth + 1))
        await _place(it, body, world, nth=nth + 1)


async def _place(it: Placed, body: str, world: World, *, nth: int) -> None:
    """The first comment, or the one after so many; found again where it is in doubt whether it is there."""
    effect = it.name if nth == 1 else f"{it.name}:{nth}"
    intent = await world.effects.begin(effect)
    known = None if intent.result is None else int(intent.result)
    if known is None and (nth > 1 or not intent.fresh):
        known = await world.comments.find(it.repository, it.number, marker=it.marker)
    if known is None:
        known = await world.comments.create(it.repository, it.number, body=body)
    else:
        await world.comments.edit(it.repository, known, body=body)
    if intent.result is None:
        await world.effects.finish(effect, result=str(known))
