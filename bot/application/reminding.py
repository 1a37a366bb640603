"""Workflow: every ten minutes, whoever is waited for is reminded where it is time. It is a fact first."""

from contextlib import suppress
from typing import Any, Final

from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import lapsing
from bot.application.ports import World
from bot.application.recording import amend
from bot.domain import events as e
from bot.domain.integration import fold
from bot.domain.reminding import FIRST, LAPSES, due, remind
from bot.infrastructure.engine import Schedule, step
from bot.records import StepFailed

EVERY_TEN_MINUTES: Final = "0 */10 * * * *"
# A deployment waits for people only where its run does.
WAITS: Final = (*LAPSES, "deployment")
WORKFLOW: Final = "notify.remind_v1"


async def find_quiet(world: World, *, key: str) -> list[str]:
    """What waits for people, and of which nothing was heard for so long that they may be reminded."""
    before = (world.clock.now() - FIRST).isoformat()
    waiting = [row for what in WAITS for row in await world.integrations.find(waiting_for=what)]
    return [str(row["id"]) for row in waiting if row["updated_at"] <= before]


async def remind_of(world: World, integration_id: str, *, key: str) -> None:
    """Note that people are reminded, where it is time; what is told of facts says it."""
    records = await world.log.read(integration_id)
    it = fold(integration_id, e.decode(records))
    reminder = due(it, records, now=world.clock.now())
    if reminder is not None:
        own = f"remind:{it.id}:{it.version}"
        await amend(world, it.id, lambda now: remind(now, reminder, seen=it.version), key=own)


def register(world: World) -> list[Schedule]:
    """Tell the engine of it; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def remind_v1(_planned: Any, _context: Any) -> None:
        """Each by itself: one that cannot be read keeps nobody else from being reminded."""
        for integration_id in await step(find_quiet, world):
            with bound_contextvars(integration=integration_id), suppress(StepFailed):
                await step(remind_of, world, integration_id, unforeseen="internal")

    return [Schedule(name="remind", cron=EVERY_TEN_MINUTES, workflow=remind_v1), *lapsing.register(world)]
