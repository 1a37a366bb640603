"""Workflow: what GitHub sent while nobody listened is asked for again, at each start and then on."""

from datetime import timedelta
from typing import Any, Final

import structlog
from dbos import DBOS

from bot.application.delivery_ports import Deliveries
from bot.application.ports import Clock
from bot.infrastructure.engine import Schedule, step
from bot.records import Start, StepFailed

log = structlog.get_logger()

EVERY_FIVE_MINUTES: Final = "30 */5 * * * *"
WINDOW: Final = timedelta(days=3)
WORKFLOW: Final = "ops.redeliver_v1"


async def find_lost(deliveries: Deliveries, clock: Clock, *, key: str) -> list[int]:
    """What never arrived, within the three days in which GitHub can send it again."""
    return await deliveries.lost(since=clock.now() - WINDOW)


async def send_again(deliveries: Deliveries, delivery: int, *, key: str) -> None:
    """Ask for one; the inbox keeps it once, however often it comes."""
    log.warning("delivery_asked_again", attempt=delivery)
    await deliveries.send_again(delivery)


def at_once(token: str) -> Start:
    """The sweep at the start of a process; the token is new for each."""
    return Start(queue="ops", workflow=WORKFLOW, id=f"redeliver-{token}", args=("start", ""))


def register(deliveries: Deliveries, clock: Clock) -> list[Schedule]:
    """Tell the engine of the sweep; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def redeliver_v1(_planned: Any, _context: Any) -> None:
        """Find what was lost, and ask for each; if GitHub cannot be asked now, the next sweep will."""
        try:
            for delivery in await step(find_lost, deliveries, clock):
                await step(send_again, deliveries, delivery)
        except StepFailed as failure:
            log.warning("redelivery_failed", why=failure.code)

    return [Schedule(name="redeliver", cron=EVERY_FIVE_MINUTES, workflow=redeliver_v1)]
