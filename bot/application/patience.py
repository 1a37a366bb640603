"""A step that something outside holds up: once that lasts, people are told of it, and of its end."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, TypeVar

from bot.application.ports import World
from bot.application.recording import amend, load
from bot.domain import holding_up
from bot.records import Unavailable

T = TypeVar("T")

HOLDS_UP: Final = frozenset(("claude", "github", "git", "index", "disk"))
A_MOMENT: Final = timedelta(seconds=5)


def patient(work: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """The step, for one call of the engine's: what holds it up for longer than a moment is noted."""
    since: datetime | None = None
    is_noted = False

    @wraps(work)
    async def patiently(world: World, integration_id: str, *args: Any, key: str) -> T:
        nonlocal since, is_noted
        since = since or world.clock.now()
        try:
            result = await work(world, integration_id, *args, key=key)
        except Unavailable as trouble:
            if held_up_by(trouble) and lasts(trouble, world.clock.now() - since):
                is_noted = True
                await note(world, integration_id, trouble, key=key)
            raise
        if is_noted:
            await note_end(world, integration_id, key=key)
        return result

    return patiently


def held_up_by(trouble: Unavailable) -> str | None:
    """What outside, or which part of the machine, did not do its work; None where we are busy ourselves."""
    dependency, _, how = trouble.code.partition("_")
    return dependency if dependency in HOLDS_UP and how != "busy" else None


def lasts(trouble: Unavailable, lasted: timedelta) -> bool:
    """Whether it has taken longer than a moment, or is said to."""
    return lasted + timedelta(seconds=trouble.retry_after or 0) > A_MOMENT


async def note(world: World, integration_id: str, trouble: Unavailable, *, key: str) -> None:
    """Once for as long as it lasts; without a database there is nobody to tell."""
    by, code = held_up_by(trouble) or "", trouble.code
    with suppress(Unavailable):
        version = (await load(world, integration_id)).version
        own = f"{key}:held:{version}"
        await amend(world, integration_id, lambda it: holding_up.hold_up(it, by=by, code=code), key=own)


async def note_end(world: World, integration_id: str, *, key: str) -> None:
    """It answers again, where no other fact has shown that yet."""
    with suppress(Unavailable):
        await amend(world, integration_id, holding_up.go_on, key=f"{key}:went-on")
