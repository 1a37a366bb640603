"""Long work that stops as soon as a fact says so."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar

from bot.application.patience import patient
from bot.application.ports import World
from bot.application.recording import running, stop_of
from bot.infrastructure.engine import step
from bot.records import Unavailable

T = TypeVar("T")

LOOK_EVERY_SECONDS: Final = 1.0


async def watched(world: World, integration_id: str, work: Coroutine[Any, Any, T]) -> T:
    """Do the work, but look at the stream once a second. Raises StepFailed: cancelled, rejected, budget."""
    return await looked_after(partial(running, world, integration_id), work)


async def looked_after(look: Callable[[], Awaitable[object]], work: Coroutine[Any, Any, T]) -> T:
    """Do the work, but look once a second; where that raises StepFailed the work ends with it."""
    try:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(look))
            result = await work
            watch.cancel()
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return result


async def _watch(look: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        with suppress(Unavailable):  # a look that cannot be had now is had a second later
            await look()


async def is_stopped(world: World, integration_id: str) -> bool:
    """Whether anything stops it; where that cannot be told now, nothing does."""
    try:
        return await stop_of(world, integration_id) is not None
    except Unavailable:
        return False


async def stoppable(work: Callable[..., Awaitable[T]], world: World, integration_id: str, *args: object) -> T:
    """Run as one recorded step, which is stopped between its tries as well: see `step` and `watched`."""
    pause = partial(_pause, world, integration_id)
    return await step(patient(work), world, integration_id, *args, pause=pause)


async def _pause(world: World, integration_id: str, seconds: float) -> None:
    await watched(world, integration_id, asyncio.sleep(seconds))
