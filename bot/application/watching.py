"""Long work that stops as soon as a fact says so."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from bot.application.ports import World
from bot.application.recording import running

T = TypeVar("T")

LOOK_EVERY_SECONDS: Final = 1.0


async def watched(world: World, integration_id: str, work: Coroutine[Any, Any, T]) -> T:
    """Do the work, but look at the stream once a second. Raises StepFailed: cancelled, rejected, budget."""
    try:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(world, integration_id))
            result = await work
            watch.cancel()
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return result


async def _watch(world: World, integration_id: str) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        await running(world, integration_id)
