"""How an integration ends of which nothing came: noted, taken back, finished, or never answered."""

from datetime import timedelta

import structlog

from bot.application.frozen import freezes_on
from bot.application.ports import World
from bot.application.recording import amend, unstopped
from bot.application.steps import Standing, standing
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.integration import fold
from bot.domain.reminding import LAPSES
from bot.domain.states import State
from bot.domain.timing import waits_since
from bot.records import STOPPED, StepFailed

log = structlog.get_logger()


async def fail(world: World, integration_id: str, reason: str, detail: str, *, key: str) -> Standing:
    """Note that it came to nothing, before anything is taken back; the log says what only operators need."""
    if reason == STOPPED:
        # If not the log says what stopped it, then an operator did.
        reason, detail = await _stop_of(world, integration_id)
    log.warning("integration_failed", integration=integration_id, reason=reason, detail=detail)
    it = await amend(
        world,
        integration_id,
        lambda it: deciding.fail(it, reason=reason, detail=detail),
        key=key,
    )
    return standing(it)


async def _stop_of(world: World, integration_id: str) -> tuple[str, str]:
    """For good: what is only frozen fails of nothing."""
    try:
        await unstopped(world, integration_id)
    except StepFailed as stop:
        return stop.code, stop.detail
    return "job_failed", ""


async def finish(world: World, integration_id: str, *, key: str) -> Standing:
    """Everything that could be taken back was."""
    return standing(await amend(world, integration_id, deciding.finish_undo, key=key))


async def wake_overdue(world: World, integration_id: str, waiting_for: str, *, key: str) -> float | None:
    """Nobody came in time, by the clock; else how many seconds are left, as the engine's timer was early.

    While it is frozen nobody could come.
    """
    records = await world.log.read(integration_id)
    it = fold(integration_id, e.decode(records))
    is_awaited = it.waiting_for == waiting_for and it.state is not State.DEPLOYING
    if not is_awaited or await freezes_on(it.repository, world):
        return None
    waited = world.clock.now() - waits_since(integration_id, records)
    left = LAPSES.get(waiting_for, waited) - waited
    if left > timedelta():
        return left.total_seconds()
    raise StepFailed(f"{waiting_for}_overdue")
