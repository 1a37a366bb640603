"""Connections to a database, each worked by a thread, and what becomes of those that break."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from functools import partial
from typing import Final, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from bot.infrastructure.afterwards import taken
from bot.infrastructure.pooling import Pool
from bot.records import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

# PostgreSQL says "internal" also where it may only be read: one that is just being taken over.
OUTAGES: Final = (OperationalError, InterfaceError, InternalError, PoolExhausted)


class ConnectionLost(Unavailable):
    """The connection broke: what became of the transaction is unknown, and must be looked up."""


class Crew:
    """Threads that transact: one change of thread for a transaction, where awaiting takes two a statement."""

    def __init__(self, engine: Engine, *, size: int) -> None:
        self.engine, self.pool = engine, Pool(size)
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="database")

    def without_transactions(self) -> "Crew":
        """The same threads and connections for what only reads, where every statement sees what is committed
        by then anyhow: a transaction around it would be two more ways there and back.
        """
        other = copy(self)
        other.engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        return other

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do it in one transaction, in a thread. Raises Unavailable."""
        return await self.submit(self.transact, work)

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Do it in a thread. Raises Unavailable once it is closed: what is at work then is done later."""
        try:
            done = asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *args, **kwargs))
        except RuntimeError as closed:  # the one that a thread pool raises once it is shut down
            raise Unavailable("database_closed") from closed
        self.pool.takes()
        done.add_done_callback(self.pool.gives_back)
        return done

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Do it in one transaction, in this thread; again, if the connection was lost.

        Whether a lost one was committed is unknown: the work must find by its key that it is done.
        """
        try:
            return self._transact(work)
        except ConnectionLost:
            return self._transact(work)

    async def close(self) -> None:
        await self.submit(self.engine.dispose)
        self._threads.shutdown()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with outages(), self.engine.begin() as connection:
            taken(connection)  # of one that was not committed
            done = work(connection)
            follows = taken(connection)
        for act in follows:
            act()
        return done


@contextmanager
def outages() -> Iterator[None]:
    """A database that cannot answer is Unavailable, in every layer above."""
    try:
        yield
    except (DBAPIError, PoolExhausted) as error:
        if not is_outage(error):
            raise
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        why = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        raise (ConnectionLost if lost else Unavailable)("database", why) from error


def is_outage(error: DBAPIError | PoolExhausted) -> bool:
    """Whether it is the database that fails, and not what was asked of it."""
    # SQLite has no name of its own for a file that is broken.
    broken = isinstance(error, DBAPIError) and type(error.orig) is sqlite3.DatabaseError
    return broken or isinstance(error, OUTAGES)
