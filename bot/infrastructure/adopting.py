"""On PostgreSQL: what an ended process left is taken over. Each holds a lock while it lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
import structlog
from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()

LOOK_EVERY_SECONDS: Final = 2.0
# A lock that is free once may be one that is just being taken anew, after the database was away.
FREE_LOOKS: Final = 2
REACH_SECONDS: Final = 5
LOCK: Final = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
TRY_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


class Watch:
    """One process's own lock, and its eye on those of the others. It needs a direct connection."""

    def __init__(self, url: str, process: str) -> None:
        self._url, self._process = url, process
        self._free: dict[str, int] = {}
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def hold(self) -> None:
        """Show that this process lives, for as long as its connection does."""
        self._free.clear()
        await self.let_go()
        self._connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=REACH_SECONDS
        )
        await self._connection.execute(LOCK, (_name(self._process),))

    async def let_go(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def ended(self, busy: set[str]) -> list[str]:
        """Those of the others that are gone for sure."""
        others = busy - {self._process}
        self._free = {each: self._free.get(each, 0) + 1 for each in others if await self._is_free(each)}
        return [each for each, looks in self._free.items() if looks >= FREE_LOOKS]

    async def _is_free(self, process: str) -> bool:
        if not await self._ask(TRY_LOCK, process):
            return False
        await self._ask(UNLOCK, process)
        return True

    async def _ask(self, question: str, process: str) -> bool:
        if self._connection is None:
            raise psycopg.OperationalError("not connected")
        cursor = await self._connection.execute(question.encode(), (_name(process),))
        row = await cursor.fetchone()
        return bool(row and row[0])


def _name(process: str) -> str:
    return f"executor:{process}"


@asynccontextmanager
async def adopting(watch: Watch) -> AsyncIterator[None]:
    """As long as this lasts, what ended processes left goes on here."""
    await watch.hold()
    looking = asyncio.create_task(_look(watch))  # noqa: TID251  it lives as long as the engine does
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.wait([looking])
        await watch.let_go()


async def _look(watch: Watch) -> None:
    while True:
        try:
            for process in await watch.ended(await _busy()):
                log.warning("process_adopted", process=process)
                await _take_over(process)
        except (psycopg.Error, SQLAlchemyError) as fault:
            log.warning("adoption_failed", why=type(fault).__name__)
            await _hold_again(watch)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _hold_again(watch: Watch) -> None:
    try:
        await watch.hold()
    except psycopg.Error as fault:
        log.warning("lock_lost", why=type(fault).__name__)


async def _busy() -> set[str]:
    """The processes that the engine believes to be at work."""
    pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
    return {each.executor_id for each in pending if each.executor_id}


async def _take_over(process: str) -> None:
    # The public way forgets how often a workflow was tried: one that kills its process would do so for ever.
    await asyncio.to_thread(DBOS._recover_pending_workflows, [process])  # noqa: SLF001  see above
