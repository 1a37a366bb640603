"""One look into all queues: a queue is worked only where something waits in it, since working it costs."""

import threading
from collections.abc import Iterable, Sequence
from typing import Final
from weakref import WeakSet

import sqlalchemy
from dbos import Queue
from dbos._dbos import _get_dbos_instance
from dbos._queue import queue_worker_thread

from bot.infrastructure.database import DATABASE_FAULTS

REST_SECONDS: Final = 5.0  # after so long a queue is worked whatever was seen in it
CALLED_TOGETHER_SECONDS: Final = 0.02  # so long it waits for others who call, to look once for all of them
EARLY_LOOKS: Final = 20  # so often it comes when called, and after that not before it had its time in peace


class Bell(threading.Event):
    """The end of a queue's worker, for which it waits between two times: let go before where it is rung."""

    def __init__(self, rest: float) -> None:
        super().__init__()
        self._rest = rest
        self._rung = threading.Event()

    def ring(self) -> None:
        self._rung.set()

    def set(self) -> None:
        """This is the end."""
        super().set()
        self.ring()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is the end: after so long at least, and then as soon as it is rung."""
        if super().wait(timeout):
            return True
        self._rung.clear()  # what was rung for and waits still is rung for at the next look
        if not self.is_set():
            self._rung.wait(self._rest)
        return self.is_set()


class Call(threading.Event):
    """The end of the lookout, for which it waits between two looks: less long where somebody calls it, unless
    it is called all the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._called = threading.Event()
        self._early = EARLY_LOOKS

    def call(self) -> None:
        self._called.set()

    def set(self) -> None:
        """This is the end."""
        super().set()
        self.call()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is the end: after so long at most, and a moment after it is called."""
        if not self._early:
            super().wait(timeout)
        elif self._called.wait(timeout):
            super().wait(CALLED_TOGETHER_SECONDS)
        self._early = max(self._early - 1, 0) if self._called.is_set() else EARLY_LOOKS
        self._called.clear()  # who calls from here on is heard at the next look
        return self.is_set()


class Lookout:
    """Looks every so many seconds, with one statement, in which of these queues something waits; before its
    time where it is called, since somebody in this process has put something there.
    """

    def __init__(
        self,
        pool: sqlalchemy.Engine,
        queues: Sequence[str],
        *,
        schema: str | None,
        every: float,
        rest: float = REST_SECONDS,
    ) -> None:
        self._pool, self._every = pool, every
        self._waiting = _waiting(pool, queues, schema)
        self.bells = {queue: Bell(rest) for queue in queues}
        self.over = Call()
        _LOOKOUTS.add(self)

    def watch(self) -> None:
        """Until it is over; where nothing can be seen, every queue is worked: that says what is wrong."""
        while not self.over.is_set():
            try:
                with self._pool.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    self._watch_on(connection)
            except DATABASE_FAULTS:
                self._ring(self.bells)
                self.over.wait(self._every)

    def _watch_on(self, connection: sqlalchemy.Connection) -> None:
        while not self.over.wait(self._every):
            self._ring(connection.exec_driver_sql(self._waiting).scalars())

    def _ring(self, queues: Iterable[str]) -> None:
        for queue in queues:
            self.bells[queue].ring()


_LOOKOUTS: Final[WeakSet[Lookout]] = WeakSet()


def look_now() -> None:
    """Something was just put into a queue: whoever looks in this process looks before its time."""
    for lookout in tuple(_LOOKOUTS):
        lookout.over.call()


def work(queues: Sequence[Queue], *, schema: str, every: float) -> None:
    """Work these queues, in threads that end with the engine; it is told to work none by itself."""
    engine = _get_dbos_instance()
    pool, registry = engine._sys_db.engine, engine._registry  # noqa: SLF001  itself it works every queue each time
    where = None if pool.dialect.name == "sqlite" else schema
    lookout = Lookout(pool, [queue.name for queue in queues], schema=where, every=every)
    for queue in queues:
        bell = lookout.bells[queue.name]
        registry.register_poller(bell, queue_worker_thread, bell, engine, queue)
    registry.register_poller(lookout.over, lookout.watch)


def _waiting(pool: sqlalchemy.Engine, queues: Sequence[str], schema: str | None) -> str:
    """The statement, as text: to make it anew takes longer than to carry it out."""
    looks = sqlalchemy.union_all(*(_look(queue, schema) for queue in queues))
    return str(looks.compile(pool, compile_kwargs={"literal_binds": True}))


def _look(queue: str, schema: str | None) -> sqlalchemy.Select[str]:
    """The queue's name, where something waits in it."""
    name: sqlalchemy.ColumnClause[str] = sqlalchemy.column("queue_name")
    status: sqlalchemy.ColumnClause[str] = sqlalchemy.column("status")
    workflows = sqlalchemy.table("workflow_status", name, status, schema=schema)
    # Word for word the condition of the engine's index of what has not ended: SQLite wants that to use it.
    unended = status.in_(list(map(sqlalchemy.literal_column, ("'ENQUEUED'", "'PENDING'"))))
    waits = sqlalchemy.select(workflows).where(unended, name == queue, status == "ENQUEUED").exists()
    return sqlalchemy.select(sqlalchemy.literal(queue)).where(waits)
