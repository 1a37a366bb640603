"""Workflow: the head of the chain into the log, hourly; what has been kept long enough goes, nightly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from dbos import DBOS

from bot.application.ports import Clock
from bot.infrastructure.engine import Schedule, step
from bot.infrastructure.workflows import forget_workflows
from bot.records import Unavailable

log = structlog.get_logger()

EVERY_HOUR: Final = "0 0 * * * *"
EVERY_NIGHT: Final = "0 17 3 * * *"


class Chain(Protocol):
    """The hash chain of the log."""

    async def note_head(self) -> tuple[int, str]: ...

    async def is_cut_off(self) -> bool: ...


class Store(Protocol):
    """Something whose old content may go."""

    async def expire(self, before: datetime) -> int: ...


async def note_head(chain: Chain, *, key: str) -> None:
    """Write the head down where an intruder in the database cannot reach it."""
    seq, digest = await chain.note_head()
    log.info("chain_head_noted", seq=seq, hash=digest)
    if await chain.is_cut_off():
        log.error("chain_cut_off", seq=seq)


@asynccontextmanager
async def noting_heads(chain: Chain) -> AsyncIterator[None]:
    """At the start and at the stop too; a database that is away then keeps the bot from neither."""
    with suppress(Unavailable):
        await note_head(chain, key="start")
    try:
        yield
    finally:
        with suppress(Unavailable):
            await note_head(chain, key="stop")


async def expire(store: Store, clock: Clock, days: int, *, key: str) -> None:
    """Drop what is older than so many days."""
    dropped = await store.expire(clock.now() - timedelta(days=days))
    log.info("old_content_dropped", store=type(store).__name__, dropped=dropped)


async def forget(clock: Clock, days: int, *, key: str) -> None:
    """Drop the engine's records of finished workflows."""
    dropped = await forget_workflows(clock.now() - timedelta(days=days))
    log.info("old_workflows_dropped", dropped=dropped)


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
