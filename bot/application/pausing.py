"""A run that reached a ceiling, or is frozen, rests, and looks now and then whether that is over."""

from collections.abc import Sequence

from bot.application.frozen import ended_since, freezes_on
from bot.application.ports import World
from bot.application.recording import amend, load, stop_of, unstopped
from bot.application.spending import check_month
from bot.application.steps import Standing, standing
from bot.domain import events as e
from bot.domain import pausing
from bot.domain.freezing import FROZEN
from bot.domain.integration import Integration
from bot.domain.timing import is_used_up
from bot.records import STOPPED, Recorded, StepFailed


async def pause(world: World, integration_id: str, cause: str, detail: str, *, key: str) -> Standing:
    """Let it rest. Raises StepFailed where what stopped it is nothing that one rests for."""
    if cause == STOPPED:
        stop = await stop_of(world, integration_id)
        if stop is None and await _was_over_meanwhile(world, integration_id):
            return standing(await load(world, integration_id))
        stop = stop or StepFailed(STOPPED)
        cause, detail = stop.code, stop.detail
    if cause not in pausing.LONGEST:
        raise StepFailed(cause, detail)
    if cause == FROZEN and not await _is_frozen(await load(world, integration_id), world):
        return standing(await load(world, integration_id))  # it was lifted a moment ago
    it = await amend(world, integration_id, lambda it: pausing.pause(it, cause=cause, detail=detail), key=key)
    return standing(it)


async def look(world: World, integration_id: str, *, key: str) -> Standing:
    """Go on where the cause is over. Raises StepFailed: what stops it, or `..._overdue`."""
    it = await unstopped(world, integration_id)
    if it.paused is None:
        return standing(it)
    if await _is_frozen(it, world):
        return standing(await amend(world, integration_id, pausing.freeze, key=key))
    records = await world.log.read(integration_id)
    if it.paused.cause == FROZEN or not await _holds(it, records, world):
        return standing(await amend(world, integration_id, pausing.resume, key=key))
    since = max(record.at for record in records if record.type == e.Paused.__name__)
    if world.clock.now() - since >= pausing.LONGEST[it.paused.cause]:
        raise StepFailed(f"{it.paused.cause}_overdue", it.paused.detail)
    return standing(it)


async def _is_frozen(it: Integration, world: World) -> bool:
    return bool(await freezes_on(it.repository, world))


async def _was_over_meanwhile(world: World, integration_id: str) -> bool:
    """Whether a ceiling was raised, or a freeze lifted, since it began: then nothing may stop it any more."""
    records = await world.log.read(integration_id)
    if any(record.type == e.BudgetRaised.__name__ for record in records):
        return True
    it = await load(world, integration_id)
    return await ended_since(records[0].at, it.repository, world)


async def _holds(it: Integration, records: Sequence[Recorded], world: World) -> bool:
    """Whether it would be stopped again at once."""
    if it.limit_reached() or is_used_up(it, records, now=world.clock.now()):
        return True
    try:
        await check_month(it.repository, world)
    except StepFailed:
        return True
    return False
