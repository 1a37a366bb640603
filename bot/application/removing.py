"""Workflow: what runs is taken out for good, by a pull request; once that is merged it is deprecated."""

from collections.abc import Awaitable, Callable
from typing import Final

from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application.deprecating import HELD, OPEN, OUT, finish, give_up, look, merge_removal, open_removal
from bot.application.lives import REMOVAL
from bot.application.ports import World
from bot.application.recording import FACTS
from bot.infrastructure.engine import heard, step
from bot.records import StepFailed

LOOK_EVERY_SECONDS: Final = 6 * 3600.0
LOOK_FROZEN_SECONDS: Final = 600.0


async def remove(integration_id: str, world: World) -> None:
    """Open it, merge it where that is allowed, wait until it is decided, and finish."""
    standing = await _once_it_may(open_removal, integration_id, world)
    if standing == OPEN:
        standing = await _once_it_may(merge_removal, integration_id, world)
    while standing == OPEN:
        await heard(FACTS, seconds=LOOK_EVERY_SECONDS)
        standing = await _taken(look, integration_id, world)
    if standing == OUT:
        try:
            await step(finish, world, integration_id, "", unforeseen="internal")
        except StepFailed as failure:
            await step(finish, world, integration_id, failure.code)


async def _once_it_may(work: Callable[..., Awaitable[str]], integration_id: str, world: World) -> str:
    """The same, as soon as it is not frozen any more."""
    standing = await _taken(work, integration_id, world)
    while standing == HELD:
        await heard(FACTS, seconds=LOOK_FROZEN_SECONDS)
        standing = await _taken(work, integration_id, world)
    return standing


async def _taken(work: Callable[..., Awaitable[str]], integration_id: str, world: World) -> str:
    """Where it stands after this step; who does not answer now is asked again at the next look."""
    try:
        return await step(work, world, integration_id, unforeseen="internal")
    except StepFailed as failure:
        if failure.code == "unavailable" and work is not open_removal:
            return OPEN
        return await step(give_up, world, integration_id, failure.code)


def register(world: World) -> None:
    """Tell the engine of it; whoever registers the sagas calls this before launch, in every process."""

    # It may wait for weeks, and be taken up by any number of restarts.
    @DBOS.workflow(name=REMOVAL, max_recovery_attempts=None)
    async def removal_v1(integration_id: str) -> None:
        """Take out for good what runs."""
        with bound_contextvars(integration=integration_id):
            await remove(integration_id, world)
