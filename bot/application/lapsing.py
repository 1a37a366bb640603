"""Workflow: every ten minutes, approvals whose time is over lapse. It is a fact first.

What merges compares times itself, and alone notes it where it may merge: nothing depends on when this looks.
"""

from contextlib import suppress
from typing import Any, Final

from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application.ports import World
from bot.application.recording import amend
from bot.domain import vouching
from bot.infrastructure.engine import Schedule, step
from bot.records import StepFailed

EVERY_TEN_MINUTES: Final = "0 5-55/10 * * * *"
WORKFLOW: Final = "gate.lapse_v1"
# What waits for these may have approvals already.
WAITS: Final = ("approval", "merge")


async def find_waiting(world: World, *, key: str) -> list[str]:
    """What may have been approved, and is not merged."""
    rows = [row for what in WAITS for row in await world.integrations.find(waiting_for=what)]
    return [str(row["id"]) for row in rows]


async def lapse_of(world: World, integration_id: str, *, key: str) -> None:
    """Note which of its approvals are over; what is told of facts says it. What waits to be merged is woken:
    it notes that itself.
    """
    now = world.clock.now()
    await amend(world, integration_id, lambda it: vouching.notice(it, now=now), key=key)


def register(world: World) -> list[Schedule]:
    """Tell the engine of it; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def lapse_v1(_planned: Any, _context: Any) -> None:
        """Each by itself: one that cannot be read keeps no other approval from lapsing."""
        for integration_id in await step(find_waiting, world):
            with bound_contextvars(integration=integration_id), suppress(StepFailed):
                await step(lapse_of, world, integration_id, unforeseen="internal")

    return [Schedule(name="lapse", cron=EVERY_TEN_MINUTES, workflow=lapse_v1)]
