"""Workflow: every minute, what hangs is brought to an end: runs whose saga broke, facts nobody was told."""

from collections.abc import Iterable
from typing import Any, Final

import structlog
from dbos import DBOS

from bot.application import notifying
from bot.application.ports import World
from bot.application.recording import load
from bot.application.saga import undo_of
from bot.infrastructure.engine import Schedule, broken, start, step
from bot.records import Start

log = structlog.get_logger()

EVERY_MINUTE: Final = "0 * * * * *"


async def find_broken(name: str, *, key: str) -> list[str]:
    """The integrations for which a workflow of this name ended in error."""
    return await broken(name)


async def is_unended(world: World, integration_id: str, *, key: str) -> bool:
    """Whether there is still something to bring to an end."""
    it = await load(world, integration_id)
    if not it.ended:
        log.error("saga_broken", integration=it.id, step=key)
    return not it.ended


async def take_back(world: World, saga: str, integration_id: str) -> None:
    """A run whose saga broke has failed: take back what it made, and say so."""
    if await step(is_unended, world, integration_id):
        undo = Start(
            queue="saga",
            workflow=undo_of(saga),
            id=f"undo-{integration_id}",
            args=(integration_id, "internal"),
        )
        await start(undo)


async def tell_again(world: World, integration_id: str, planned: Any) -> None:
    """A fact that could not be told is told now."""
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


def register(world: World, sagas: Iterable[str]) -> list[Schedule]:
    """Tell the engine of the sweep; wiring calls this before launch, in every process."""

    @DBOS.workflow(name="ops.settle_v1")
    async def settle_v1(planned: Any, _context: Any) -> None:
        """Look for what hangs, and settle each."""
        for saga in sagas:
            for integration_id in await step(find_broken, saga):
                await take_back(world, saga, integration_id)
        for integration_id in await step(find_broken, notifying.WORKFLOW):
            await tell_again(world, integration_id, planned)

    return [Schedule(name="settle", cron=EVERY_MINUTE, workflow=settle_v1)]
