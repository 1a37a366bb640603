"""A run that reached a ceiling rests, and looks now and then whether that is over."""

from collections.abc import Sequence

from bot.application.ports import World
from bot.application.recording import amend, load, running, stop_of
from bot.application.spending import check_month
from bot.application.steps import Standing, standing
from bot.domain import events as e
from bot.domain import pausing
from bot.domain.integration import Integration
from bot.domain.timing import is_used_up
from bot.records import STOPPED, Recorded, StepFailed


async def pause(world: World, integration_id: str, cause: str, detail: str, *, key: str) -> Standing:
    """Let it rest. Raises StepFailed where what stopped it is nothing that one rests for."""
    if cause == STOPPED:
        stop = await stop_of(world, integration_id)
        if stop is None and await _was_raised(world, integration_id):
            return standing(await load(world, integration_id))
        stop = stop or StepFailed(STOPPED)
        cause, detail = stop.code, stop.detail
    if cause not in pausing.LONGEST:
        raise StepFailed(cause, detail)
    it = await amend(world, integration_id, lambda it: pausing.pause(it, cause=cause, detail=detail), key=key)
    return standing(it)


async def look(world: World, integration_id: str, *, key: str) -> Standing:
    """Go on where the cause is over. Raises StepFailed: what stops it, or `..._overdue`."""
    it = await running(world, integration_id)
    if it.paused is None:
        return standing(it)
    records = await world.log.read(integration_id)
    if not await _holds(it, records, world):
        return standing(await amend(world, integration_id, pausing.resume, key=key))
    since = max(record.at for record in records if record.type == e.Paused.__name__)
    if world.clock.now() - since >= pausing.LONGEST[it.paused.cause]:
        raise StepFailed(f"{it.paused.cause}_overdue", it.paused.detail)
    return standing(it)


async def _was_raised(world: World, integration_id: str) -> bool:
    """Whether a ceiling was raised since it began: that may be why nothing stops it any more."""
    return any(record.type == e.BudgetRaised.__name__ for record in await world.log.read(integration_id))


async def _holds(it: Integration, records: Sequence[Recorded], world: World) -> bool:
    """Whether it would be stopped again at once."""
    if it.limit_reached() or is_used_up(it, records, now=world.clock.now()):
        return True
    try:
        await check_month(it, world)
    except StepFailed:
        return True
    return False
