"""Deliveries, each kept once: those that arrive together share one commit, and go to the engine with it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from threading import Event
from typing import Final, NamedTuple

import zstandard
from sqlalchemy import Connection, case, delete, select, update
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.infrastructure.database import Database, Outbox, as_text
from bot.infrastructure.inbox_rows import LEVEL, KeptRow, insert, packed_apart, row_of, unpacked
from bot.infrastructure.observing import Observer
from bot.infrastructure.tables import DELIVERIES
from bot.infrastructure.waiting import Line, tell
from bot.records import Delivery, FollowUp, Start, Unavailable

BATCH: Final = 128
HANDED_ON_TOGETHER: Final = 50
# Long enough for the next few to arrive, short beside a commit on a slow disk; only where some do, and
# only until there are enough for a commit to be worth its while.
ENOUGH: Final = 24
LINGER_SECONDS: Final = 0.002
# GitHub gives up after ten seconds: a batch may wait for the one before it, and then for itself.
PATIENCE_SECONDS: Final = 4.0


# Doors at which addresses and tokens come in that act for whoever has them: once one is done, its name is all
# that is kept.
FORGOTTEN: Final = ("slack",)


class _Waiting(NamedTuple):
    """A delivery at the door, and whoever waits for the answer. Only a large body is packed beforehand."""

    delivery: Delivery
    state: str
    packed: bytes | None
    answer: asyncio.Future[bool]

    def order(self) -> tuple[str, str]:
        """Every process writes what is alike in the same order, so that no two wait for each other."""
        return self.delivery.meaning or "", self.delivery.key


class _NotAllNew(Exception):
    """Some were kept before, or came twice: each is asked alone."""


class Inbox:
    """The deliveries. What is `wanted` goes to the engine in the same transaction; the rest ends here."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        wanted: Callable[[str], bool],
        observer: Observer,
        *,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._database, self._outbox, self._wanted, self._observer = database, outbox, wanted, observer
        self._writer = database.crew(size=1, patience=patience)
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)  # the writer's alone
        self._line = Line(2 * patience)
        self._waiting: deque[_Waiting] = deque()
        self._in_hand: Sequence[_Waiting] = ()
        self._enough = Event()
        self._writing = self._closed = False

    async def keep(self, delivery: Delivery) -> bool:
        """Keep it durably; False if it, or its meaning, was kept before. Raises Unavailable."""
        state = "kept" if self._wanted(delivery.kind) else "ignored"
        packed = await packed_apart(delivery.body)
        if self._closed:
            raise Unavailable("closing")
        answer = self._line.join()
        self._waiting.append(_Waiting(delivery, state, packed, answer))
        if not self._writing:
            self._writing = True
            asyncio.get_running_loop().call_soon(self._write)
        elif len(self._waiting) == ENOUGH:
            self._enough.set()
        return await answer

    async def take(self, key: str) -> Delivery | None:
        """The kept delivery, or None where it is settled or unknown."""
        wanted = select(DELIVERIES).where(DELIVERIES.c.key == key, DELIVERIES.c.state == "kept")
        return await self._database.read(lambda connection: unpacked(connection.execute(wanted).fetchone()))

    async def settle(self, key: str, follow_ups: Sequence[FollowUp] = ()) -> None:
        """It is done; what follows from it is handed to the engine in the same transaction."""
        await self._leave(key, state="settled", why=None, then=follow_ups)

    async def set_aside(self, key: str, *, why: str) -> None:
        """It could not be handled: it waits for people to look at it."""
        await self._leave(key, state="set_aside", why=why)

    async def unsettled(self, *, before: datetime) -> list[str]:
        """What was received before then and still waits for its end, oldest first."""
        old = (DELIVERIES.c.state == "kept", DELIVERIES.c.received_at < as_text(before))
        wanted = select(DELIVERIES.c.key).where(*old).order_by(DELIVERIES.c.received_at)
        return await self._database.read(lambda connection: list(connection.scalars(wanted)))

    async def expire(self, before: datetime) -> int:
        """Delete what was received before then and waits for nothing any more; how many there were."""
        old = (DELIVERIES.c.received_at < as_text(before), DELIVERIES.c.state != "kept")
        gone = delete(DELIVERIES).where(*old)
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    async def close(self) -> None:
        """Answer those who wait, and no one after them."""
        self._closed = True
        await self._line.end()
        await self._writer.close()

    async def _leave(self, key: str, *, state: str, why: str | None, then: Sequence[FollowUp] = ()) -> None:
        kept = (DELIVERIES.c.key == key, DELIVERIES.c.state == "kept")
        left = update(DELIVERIES).where(*kept).values(state=state, why=why)
        if state == "settled":
            left = left.values(body=case((DELIVERIES.c.source.in_(FORGOTTEN), b""), else_=DELIVERIES.c.body))

        def leave(connection: Connection) -> None:
            if connection.execute(left).rowcount:
                self._outbox(connection, then)

        await self._database.write(leave)

    def _write(self) -> None:
        written = self._writer.submit(self._keep_all, asyncio.get_running_loop())
        written.add_done_callback(self._written)

    def _written(self, written: asyncio.Future[None]) -> None:
        if failure := written.exception():
            _tell_all(self._in_hand, [failure] * len(self._in_hand))
        self._writing = bool(self._waiting)
        if self._writing:
            self._write()

    def _keep_all(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the writer's thread: while one batch is written the next one gathers, until nobody waits."""
        self._gather()
        while self._in_hand:
            loop.call_soon_threadsafe(_tell_all, self._in_hand, self._keep(self._in_hand))
            self._gather()

    def _gather(self) -> None:
        """Take those who wait. Where several come at once a few more are waited for; a lonely one is not."""
        if len(self._in_hand) > 1 and len(self._waiting) < ENOUGH:
            self._enough.wait(LINGER_SECONDS)
        self._enough.clear()
        here = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))]
        self._in_hand = sorted((one for one in here if not one.answer.done()), key=_Waiting.order)

    def _keep(self, batch: Sequence[_Waiting]) -> Sequence[bool | Exception]:
        rows = self._packed(batch)
        self._observer.before("inbox.keep")
        outcomes = self._kept(rows)
        self._observer.after("inbox.keep")
        return outcomes

    def _packed(self, batch: Sequence[_Waiting]) -> list[KeptRow]:
        # All in one call: each call lets go of the interpreter, and has to wait until it gets it back.
        bodies: list[bytes | bytearray | memoryview[int]]
        bodies = [one.delivery.body for one in batch if one.packed is None]
        packed = iter(self._compressor.multi_compress_to_buffer(bodies) if bodies else ())
        return [
            row_of(one.delivery, one.state, next(packed).tobytes() if one.packed is None else one.packed)
            for one in batch
        ]

    def _kept(self, rows: Sequence[KeptRow]) -> Sequence[bool | Exception]:
        """Most often all are new, and one statement tells; else they are asked one by one."""
        try:
            return self._writer.transact(partial(self._commit_all, rows))
        except _NotAllNew:
            return self._writer.transact(partial(self._commit_each, rows))
        except (SQLAlchemyError, ValueError):
            # One of them is nothing that a database can hold; the others are not to suffer for it.
            return [self._alone(row) for row in rows]

    def _alone(self, row: KeptRow) -> bool | Exception:
        try:
            return self._writer.transact(partial(self._commit_each, [row]))[0]
        except (DataError, IntegrityError, ValueError, Unavailable) as error:
            return error
        except SQLAlchemyError as error:
            return Unavailable("database", str(getattr(error, "orig", error)))

    def _commit_all(self, rows: Sequence[KeptRow], connection: Connection) -> Sequence[bool]:
        if insert(connection, rows) != len(rows):
            raise _NotAllNew
        self._hand_on(connection, rows)
        return [True] * len(rows)

    def _commit_each(self, rows: Sequence[KeptRow], connection: Connection) -> Sequence[bool]:
        fresh = [insert(connection, [row]) == 1 for row in rows]
        self._hand_on(connection, [row for row, new in zip(rows, fresh, strict=True) if new])
        return fresh

    def _hand_on(self, connection: Connection, fresh: Sequence[KeptRow]) -> None:
        if kept := [row.key for row in fresh if row.state == "kept"]:
            shares = {one.delivery.key: one.delivery.share for one in self._in_hand}
            self._outbox(connection, list(_starts(kept, shares)))


def _tell_all(batch: Sequence[_Waiting], outcomes: Sequence[bool | BaseException]) -> None:
    for one, outcome in zip(batch, outcomes, strict=True):
        tell(one.answer, outcome)


def _starts(keys: Sequence[str], of: Mapping[str, str]) -> Iterator[Start]:
    """Only what came through one installation goes together: one that has to wait delays no other."""
    shares: dict[str, list[str]] = {}
    for key in keys:
        shares.setdefault(of[key], []).append(key)
    for share, theirs in shares.items():
        for first in range(0, len(theirs), HANDED_ON_TOGETHER):
            together = tuple(theirs[first : first + HANDED_ON_TOGETHER])
            yield intake_of(together, workflow_id=f"in-{together[0]}", partition=share)


def intake_of(keys: tuple[str, ...], *, workflow_id: str, partition: str) -> Start:
    """The workflow that works these deliveries, in that share of the queue."""
    return Start(queue="intake", workflow="intake.settle_v1", id=workflow_id, args=keys, partition=partition)
