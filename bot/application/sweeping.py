"""Workflow: every minute, what was kept and is worked by nobody is handed on again; then it is set aside."""

from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application.intake import WORKFLOW as SETTLE
from bot.application.intake import Intake, give_up
from bot.application.ports import Clock
from bot.infrastructure.engine import Schedule, start, step
from bot.infrastructure.workflows import arguments_at_work, is_known
from bot.records import Start

log = structlog.get_logger()

EVERY_MINUTE: Final = "45 * * * * *"
PATIENCE: Final = timedelta(minutes=5)
MOST_AT_ONCE: Final = 100
WORKFLOW: Final = "ops.sweep_v1"


class Unsettled(Protocol):
    """The deliveries that wait for their end."""

    async def unsettled(self, *, before: datetime) -> list[str]: ...


async def find_strays(deliveries: Unsettled, clock: Clock, *, key: str) -> list[str]:
    """What was kept minutes ago and is in no workflow's hands, oldest first."""
    old = await deliveries.unsettled(before=clock.now() - PATIENCE)
    worked = await arguments_at_work(SETTLE) if old else frozenset()
    return [delivery_key for delivery_key in old if delivery_key not in worked][:MOST_AT_ONCE]


async def was_swept(workflow_id: str, *, key: str) -> bool:
    """Whether it was handed on again before."""
    return await is_known(workflow_id)


async def sweep(intake: Intake, delivery_key: str) -> None:
    """Hand it on once more, alone: if it was another delivery that broke its batch, that is over."""
    workflow_id = f"swept-{delivery_key}"
    if await step(was_swept, workflow_id):
        await give_up(intake, delivery_key, "abandoned")
        return
    log.error("delivery_swept")
    await start(
        Start(queue="intake", workflow=SETTLE, id=workflow_id, args=(delivery_key,), partition=workflow_id)
    )


def register(intake: Intake, deliveries: Unsettled, clock: Clock) -> list[Schedule]:
    """Tell the engine of the sweep; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def sweep_v1(_planned: Any, _context: Any) -> None:
        """Look for what nobody works, and bring each to its end."""
        for delivery_key in await step(find_strays, deliveries, clock):
            with bound_contextvars(delivery=delivery_key):
                await sweep(intake, delivery_key)

    return [Schedule(name="sweep", cron=EVERY_MINUTE, workflow=sweep_v1)]
