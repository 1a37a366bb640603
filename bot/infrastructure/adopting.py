"""On PostgreSQL: what an ended process left is taken over. Each holds a lock while it lives."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import structlog
from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()

# A process whose lock was cut off holds it again after a round, an answer that does not come and a way to the
# server: sooner than another has found it free so often.
PROVE_EVERY_SECONDS: Final = 1.0
REACH_SECONDS: Final = 3
LOOK_EVERY_SECONDS: Final = 2.0
FREE_LOOKS: Final = 5
# Whoever was cut off knows that others may have been, and a name of the server that leads elsewhere by now is
# believed for a minute.
RETURN_SECONDS: Final = 90.0
TRY_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"
HERE: Final = "SELECT true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """In seconds: how often it proves its own lock and looks at others', how long it waits for an answer, and
    how long it adopts nobody after it was cut off itself.
    """

    proves: float = PROVE_EVERY_SECONDS
    looks: float = LOOK_EVERY_SECONDS
    reach: float = REACH_SECONDS
    returns: float = RETURN_SECONDS


class Watch:
    """One process's own lock, and its eye on those of the others. It needs a direct connection."""

    def __init__(self, url: str, process: str, pace: Pace | None = None) -> None:
        self._url, self._process, self.pace = url, process, pace or Pace()
        self._free: dict[str, int] = {}
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._holds, self._adopts_from = False, 0.0

    async def hold(self) -> None:
        """Show that this process lives, for as long as its connection does."""
        await self.let_go()
        self._connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=REACH_SECONDS
        )
        # It may still be held for a connection of its own that the server does not know to be lost.
        self._holds = await self._ask(TRY_LOCK, self._process)

    async def let_go(self) -> None:
        self._holds = False
        if self._connection is not None:
            await self._connection.close()

    async def prove(self) -> None:
        """Make sure of the own lock: it is taken anew where the connection that held it is gone."""
        if self._holds and not await self._is_there():
            self._holds = False
        if not self._holds:
            await self._hold_again()

    async def ended(self, busy: set[str]) -> list[str]:
        """Those of the others that are gone for sure; none as long as others may be on their way back."""
        if not self._holds:
            return []
        others = busy - {self._process}
        self._free = {each: self._free.get(each, 0) + 1 for each in others if await self._is_free(each)}
        if asyncio.get_running_loop().time() < self._adopts_from:
            return []
        return [each for each, looks in self._free.items() if looks >= FREE_LOOKS]

    async def _is_there(self) -> bool:
        try:
            return await self._ask(HERE)
        except psycopg.Error as fault:
            log.warning("lock_lost", why=type(fault).__name__)
            return False

    async def _hold_again(self) -> None:
        with suppress(psycopg.Error, TimeoutError):
            async with asyncio.timeout(self.pace.reach):
                await self.hold()
        if self._holds:
            self._free = {}
            self._adopts_from = asyncio.get_running_loop().time() + self.pace.returns
            log.info("lock_held_again")

    async def _is_free(self, process: str) -> bool:
        if not await self._ask(TRY_LOCK, process):
            return False
        await self._ask(UNLOCK, process)
        return True

    async def _ask(self, question: str, *processes: str) -> bool:
        if self._connection is None:
            raise psycopg.OperationalError("not connected")
        with _answering_within(self.pace.reach, self._connection):
            cursor = await self._connection.execute(question.encode(), [_name(each) for each in processes])
            row = await cursor.fetchone()
        return bool(row and row[0])


def _name(process: str) -> str:
    return f"executor:{process}"


@contextmanager
def _answering_within(seconds: float, connection: psycopg.AsyncConnection[Any]) -> Iterator[None]:
    """Cut the line where no answer comes: to take a question back needs an answer as well."""
    cutting = asyncio.get_running_loop().call_later(seconds, _cut, connection)
    try:
        yield
    finally:
        cutting.cancel()


def _cut(connection: psycopg.AsyncConnection[Any]) -> None:
    if not connection.closed:
        with socket.socket(fileno=os.dup(connection.fileno())) as line, suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


async def _busy() -> set[str]:
    """The processes that the engine believes to be at work."""
    pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
    return {each.executor_id for each in pending if each.executor_id}


async def _take_over(process: str) -> None:
    # The public way forgets how often a workflow was tried: one that kills its process would do so for ever.
    await asyncio.to_thread(DBOS._recover_pending_workflows, [process])  # noqa: SLF001  see above


@asynccontextmanager
async def adopting(
    watch: Watch,
    *,
    busy: Callable[[], Awaitable[set[str]]] = _busy,
    take_over: Callable[[str], Awaitable[None]] = _take_over,
) -> AsyncIterator[None]:
    """As long as this lasts, what ended processes left goes on here."""
    await watch.hold()
    # The first waits for nothing of the engine's: that may wait for minutes after the database was away.
    both = (_keep(watch), _look(watch, busy, take_over))
    tasks = [asyncio.create_task(each) for each in both]  # noqa: TID251  they live as long as the engine does
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await watch.let_go()


async def _keep(watch: Watch) -> None:
    while True:
        await asyncio.sleep(watch.pace.proves)
        await watch.prove()


async def _look(
    watch: Watch, busy: Callable[[], Awaitable[set[str]]], take_over: Callable[[str], Awaitable[None]]
) -> None:
    while True:
        try:
            for process in await watch.ended(await busy()):
                log.warning("process_adopted", process=process)
                await take_over(process)
        except (psycopg.Error, SQLAlchemyError) as fault:
            log.warning("adoption_failed", why=type(fault).__name__)
        await asyncio.sleep(watch.pace.looks)
