"""Workflow: every minute, what hangs is brought to an end: runs whose saga broke, facts nobody was told."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import notifying, slack_threads, undoing
from bot.application.lives import UNDOES, is_past, undo_id, undo_of
from bot.application.ports import World
from bot.application.recording import load
from bot.infrastructure.engine import Schedule, start, step
from bot.infrastructure.workflows import broken
from bot.records import Start

log = structlog.get_logger()

EVERY_MINUTE: Final = "0 * * * * *"
WORKFLOW: Final = "ops.settle_v1"
WINDOW: Final = timedelta(days=1)
TELLINGS: Final = 30


async def find_broken(world: World, name: str, *, key: str) -> dict[str, int]:
    """The integrations for which a workflow of this name ended in error within the last day; how often.

    What broke in an earlier life was settled in it.
    """
    found = await broken(name, since=world.clock.now() - WINDOW)
    return dict(Counter([of for workflow, of in found if not is_past(workflow, await load(world, of))]))


async def unended(world: World, integration_id: str, nth: int, *, key: str) -> str | None:
    """The nth undo's name, where there is still something to bring to an end."""
    it = await load(world, integration_id)
    if it.ended:
        return None
    log.error("saga_broken")
    return undo_id(it, nth=nth)


async def take_back(world: World, saga: str, integration_id: str) -> None:
    """A run whose saga broke has failed: take back what it made, and say so."""
    undo = await step(unended, world, integration_id, 1)
    if undo is not None:
        await start(_undo(undo, saga, integration_id))


async def take_back_again(world: World, saga: str, integration_id: str, times: int) -> None:
    """An undo that broke off itself is begun anew, until it has so often that what is left is a person's."""
    undo = await step(unended, world, integration_id, times + 1)
    if undo is None:
        return
    if times < UNDOES:
        await start(_undo(undo, saga, integration_id))
    else:
        await step(undoing.give_up, world, integration_id)


def _undo(name: str, saga: str, integration_id: str) -> Start:
    """The undo of that name; one that is at work, or has been, is not begun again."""
    return Start(queue="saga", workflow=undo_of(saga), id=name, args=(integration_id, "internal"))


async def tell_again(world: World, integration_id: str, planned: Any, times: int) -> None:
    """A fact that could not be told is told now, but only so many times a day."""
    if times >= TELLINGS:
        return
    version = await step(notifying.untold, world, integration_id)
    if version:
        again = Start(
            queue="notify",
            workflow=notifying.WORKFLOW,
            id=f"tell-{integration_id}-{version}-{planned}",
            args=(integration_id, version, 0),
            partition=integration_id,
        )
        await start(again)


async def show_again(world: World, integration_id: str, planned: Any, times: int) -> None:
    """The same in Slack."""
    if times < TELLINGS:
        await slack_threads.tell_again(world, integration_id, planned)


def register(world: World, sagas: Iterable[str]) -> list[Schedule]:
    """Tell the engine of the sweep; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def settle_v1(planned: Any, _context: Any) -> None:
        """Look for what hangs, and settle each."""
        for saga in sagas:
            for integration_id in await step(find_broken, world, saga):
                with bound_contextvars(integration=integration_id):
                    await take_back(world, saga, integration_id)
        # An earlier version recorded a list: each of it counts once.
        for integration_id, times in Counter(await step(find_broken, world, notifying.WORKFLOW)).items():
            with bound_contextvars(integration=integration_id):
                await tell_again(world, integration_id, planned, times)
        for saga in sagas:
            for integration_id, times in (await step(find_broken, world, undo_of(saga))).items():
                with bound_contextvars(integration=integration_id):
                    await take_back_again(world, saga, integration_id, times)
        for integration_id, times in (await step(find_broken, world, slack_threads.WORKFLOW)).items():
            with bound_contextvars(integration=integration_id):
                await show_again(world, integration_id, planned, times)

    return [Schedule(name="settle", cron=EVERY_MINUTE, workflow=settle_v1)]
