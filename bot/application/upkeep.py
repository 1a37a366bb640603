"""Workflow: the head of the chain into the log every hour; what has been kept long enough goes, every day."""

from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from dbos import DBOS

from bot.application.ports import Clock
from bot.infrastructure.engine import Schedule, forget_workflows, step

log = structlog.get_logger()

EVERY_HOUR: Final = "0 0 * * * *"
EVERY_NIGHT: Final = "0 17 3 * * *"


class Chain(Protocol):
    """The hash chain of the log."""

    async def note_head(self) -> tuple[int, str]: ...


class Store(Protocol):
    """Something whose old content may go."""

    async def expire(self, before: datetime) -> int: ...


async def note_head(chain: Chain, *, key: str) -> None:
    """Write the head down where an intruder in the database cannot reach it."""
    seq, digest = await chain.note_head()
    log.info("chain_head_noted", seq=seq, hash=digest, step=key)


async def expire(store: Store, clock: Clock, days: int, *, key: str) -> None:
    """Drop what is older than so many days."""
    dropped = await store.expire(clock.now() - timedelta(days=days))
    log.info("old_content_dropped", store=type(store).__name__, dropped=dropped, step=key)


async def forget(clock: Clock, days: int, *, key: str) -> None:
    """Drop the engine's records of finished workflows."""
    dropped = await forget_workflows(clock.now() - timedelta(days=days))
    log.info("old_workflows_dropped", dropped=dropped, step=key)


def register(
    clock: Clock, chain: Chain, stores: dict[str, tuple[Store, int]], *, workflow_days: int
) -> list[Schedule]:
    """Tell the engine of the upkeep; wiring calls this before launch, in every process."""

    @DBOS.workflow(name="ops.note_head_v1")
    async def note_head_v1(_planned: Any, _context: Any) -> None:
        """Every hour."""
        await step(note_head, chain)

    @DBOS.workflow(name="ops.expire_v1")
    async def expire_v1(_planned: Any, _context: Any) -> None:
        """Every night."""
        for _, (store, days) in sorted(stores.items()):
            await step(expire, store, clock, days)
        await step(forget, clock, workflow_days)

    return [
        Schedule(name="note_head", cron=EVERY_HOUR, workflow=note_head_v1),
        Schedule(name="expire", cron=EVERY_NIGHT, workflow=expire_v1),
    ]
