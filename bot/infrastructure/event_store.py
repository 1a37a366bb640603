"""Streams of facts in one table: append-only, optimistic, each event chained to the one before it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import starmap, takewhile
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
)

from bot.infrastructure.appending import Appended, Command, Tail, Written, chained
from bot.infrastructure.chain import (
    GENESIS,
    MOVE_TAIL,
    REBUILT,
    SHORTENED,
    WHOLE,
    Broken,
    Event,
    fault_in,
    noted_heads,
)
from bot.infrastructure.clock import Clock
from bot.infrastructure.database import Database, Outbox, as_text
from bot.infrastructure.observing import Observer
from bot.infrastructure.tables import EVENTS, HEADS, INTEGRATIONS
from bot.records import Conflict, Fact, FollowUp, Recorded

LOCK: Final = 0x626F74_02
PAGE: Final = 1000
COLUMNS: Final = tuple(EVENTS.c)
RECORDED: Final = tuple(column for column in COLUMNS if column.name not in {"key", "part"})


KEY: Final[BindParameter[Any]] = bindparam("key")
STREAM: Final[BindParameter[Any]] = bindparam("stream")
LAST: Final[BindParameter[Any]] = bindparam("last")
OF_KEY: Final = select(*RECORDED).where(EVENTS.c.key == KEY).order_by(EVENTS.c.part)
FIRST: Final[BindParameter[Any]] = bindparam("first")
OF_STREAM: Final = select(*RECORDED).where(EVENTS.c.stream == STREAM).order_by(EVENTS.c.version)
# The index of (stream, version) alone answers this. Only letters are compared for order: where a colon comes
# among them is the database's to say.
NEWEST: Final = (
    select(EVENTS.c.stream, func.max(EVENTS.c.version).label("version"))
    .where(EVENTS.c.stream >= FIRST, EVENTS.c.stream < LAST, EVENTS.c.stream.like(STREAM))
    .group_by(EVENTS.c.stream)
    .subquery()
)
OF_NEWEST: Final = (
    select(*RECORDED)
    .join(NEWEST, (EVENTS.c.stream == NEWEST.c.stream) & (EVENTS.c.version == NEWEST.c.version))
    .order_by(EVENTS.c.seq)
)
NEXT_PAGE: Final = select(*COLUMNS).where(EVENTS.c.seq > LAST).order_by(EVENTS.c.seq).limit(PAGE)
NEXT_STREAMS: Final = (
    select(EVENTS.c.stream).distinct().where(EVENTS.c.stream > LAST).order_by(EVENTS.c.stream).limit(PAGE)
)
ENDING: Final = (
    select(
        EVENTS.c.seq,
        EVENTS.c.hash,
        select(func.coalesce(func.max(EVENTS.c.version), 0))
        .where(EVENTS.c.stream == STREAM)
        .scalar_subquery(),
        select(func.count()).where(EVENTS.c.key == KEY).scalar_subquery(),
    )
    .order_by(EVENTS.c.seq.desc())
    .limit(1)
)
BESIDE: Final = select(func.count()).where(INTEGRATIONS.c.repository_id == bindparam("repository_id"))
LOCKED: Final = text("SELECT pg_advisory_xact_lock(:lock)")


class EventStore:
    """The log. One append at a time in the whole database, so that `seq` has no gap and no late-comer."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        observer: Observer,
        *,
        appended: Appended | None = None,
    ) -> None:
        self._database, self._clock, self._outbox, self._observer = database, clock, outbox, observer
        self._appended = appended

    async def read(self, stream: str, *, until: datetime | None = None) -> list[Recorded]:
        """The stream from its beginning, or as it was at that moment."""
        recorded = await self._database.read(partial(_read, OF_STREAM, {"stream": stream}))
        if until is None:
            return recorded
        # A clock that was set back must not leave a hole: the past ends with the first event after it.
        return list(takewhile(lambda event: event.at <= until, recorded))

    async def newest(self, family: str) -> list[Recorded]:
        """The newest fact of each stream of the family, which its name begins with, and a colon."""
        after = f"{family[:-1]}{chr(ord(family[-1]) + 1)}"
        among = {"first": family, "last": after, "stream": f"{family}:%"}
        return await self._database.read(partial(_read, OF_NEWEST, among))

    async def append(  # noqa: PLR0913  a fact and all that commits with it
        self,
        stream: str,
        facts: Sequence[Fact],
        *,
        after: int | None,
        key: str,
        meta: Mapping[str, Any],
        row: Mapping[str, Any],
        follow_ups: Sequence[FollowUp],
        among: int | None = None,
    ) -> list[Recorded]:
        """Append after that version, with the row (where there is one) and the follow-ups; once per key.

        None is behind whatever is there.
        """
        command = Command(stream, facts, after, key, meta, row, follow_ups, among)
        self._observer.before("log.append")
        recorded, written = await self._database.write(partial(self._append, command))
        self._observer.after("log.append")
        if written and self._appended:
            await self._appended(written, recorded[-1].seq)
        return recorded

    async def head(self) -> tuple[int, str]:
        """The newest event's seq and hash; before the first, 0 and the hash that the chain begins with."""
        tail = await self._database.read(partial(_tail, stream="", key=""))
        return tail.seq, tail.hash

    async def note_head(self) -> tuple[int, str]:
        """Remember the head, for `verify`; whoever logs it elsewhere can hold the database to it."""
        seq, digest = await self.head()
        noted = {"seq": seq, "hash": digest, "noted_at": as_text(self._clock.now())}
        note = self._database.insert(HEADS).values(noted).on_conflict_do_nothing()
        await self._database.write(lambda connection: connection.execute(note))
        return seq, digest

    async def is_cut_off(self) -> bool:
        """Whether the tail of the chain is missing; nothing else is looked at."""
        return not await self._database.read(partial(_fetch, WHOLE, {}))

    async def verify(self, head: tuple[int, str] | None = None) -> Broken | None:
        """The first event that is not what was appended.

        The tail, every noted head and a given one must be there, and as many facts of each integration as
        its row counts.
        """
        heads = await self._database.read(noted_heads)
        if head:
            heads.setdefault(head[0], set()).add(head[1])
        seq, digest = 0, GENESIS
        async for page in self._pages():
            for row in page:
                if why := fault_in(row, seq + 1, digest, heads):
                    return Broken(seq=seq + 1, why=why)
                seq, digest = row.seq, row.hash
        if max(heads, default=0) > seq:
            return Broken(seq=seq + 1, why="missing")
        return await self._shortened(seq)

    async def _shortened(self, seq: int) -> Broken | None:
        if await self.is_cut_off():
            return Broken(seq=seq + 1, why="the tail is missing")
        for row in await self._database.read(partial(_fetch, SHORTENED, {})):
            had = f"integration {row.id} had {row.version} facts, {row.left} are left"
            return Broken(seq=seq + 1, why=f"missing: {had}")
        return None

    async def streams(self) -> AsyncIterator[str]:
        """Every stream's id."""
        last = ""
        while page := await self._database.read(partial(_fetch, NEXT_STREAMS, {"last": last})):
            for (stream,) in page:
                yield stream
            last = page[-1].stream

    async def replace_rows(self, rows: Iterable[Mapping[str, Any]], *, as_of: int) -> None:
        """The read model anew, as folded from the log up to that seq; Conflict if it has grown since.

        Whoever remembers rows sees at the next look that they are others.
        """
        await self._database.write(partial(self._replace_rows, [dict(row) for row in rows], as_of))

    def _append(self, command: Command, connection: Connection) -> tuple[list[Recorded], Written | None]:
        self._lock(connection)
        tail = _tail(connection, stream=command.stream, key=command.key)
        if tail.known:
            return _read(OF_KEY, {"key": command.key}, connection), None
        if command.after is not None and tail.version != command.after:
            raise Conflict(command.stream, command.after, tail.version)
        if command.among is not None and command.among != _rows_beside(connection, command.row):
            raise Conflict(command.stream, command.among)
        events = list(chained(command, tail, at=as_text(self._clock.now())))
        return decoded(events), self._write(command, events, connection)

    def _write(self, command: Command, events: Sequence[Event], connection: Connection) -> Written | None:
        """Everything that the command brings; its row as it stands then, where it has one."""
        row = None
        if events:
            connection.execute(insert(EVENTS), [event._asdict() for event in events])
            connection.execute(MOVE_TAIL, {"new_seq": events[-1].seq, "new_hash": events[-1].hash})
        if command.row and events:
            row = dict(connection.execute(self._upsert(command.row, at=events[-1].at)).mappings().one())
        if command.follow_ups:
            self._outbox(connection, command.follow_ups)
        return row

    def _upsert(self, row: Mapping[str, Any], *, at: str) -> Any:
        """The row dated by its facts: `requested_at` stays, `updated_at` moves on."""
        dated = {"requested_at": at, "updated_at": at, **row}
        kept = {name: value for name, value in dated.items() if name != "requested_at"}
        wanted = self._database.insert(INTEGRATIONS).values(dated)
        return wanted.on_conflict_do_update(index_elements=["id"], set_=kept).returning(INTEGRATIONS)

    def _replace_rows(self, rows: Sequence[Mapping[str, Any]], as_of: int, connection: Connection) -> None:
        self._lock(connection)
        if _tail(connection, stream="", key="").seq != as_of:
            raise Conflict("log", as_of)
        connection.execute(REBUILT)
        connection.execute(delete(INTEGRATIONS))
        if rows:
            connection.execute(insert(INTEGRATIONS), rows)

    def _lock(self, connection: Connection) -> None:
        """No other append beside this transaction: SQLite has one writer anyhow, PostgreSQL a lock for it."""
        if not self._database.path:
            connection.execute(LOCKED, {"lock": LOCK})

    async def _pages(self) -> AsyncIterator[Sequence[Row[Any]]]:
        last = 0
        while page := await self._database.read(partial(_fetch, NEXT_PAGE, {"last": last})):
            yield page
            last = page[-1].seq


def _fetch(wanted: Select[Any], of: Mapping[str, Any], connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(wanted, of).fetchall()


def _read(wanted: Select[Any], of: Mapping[str, Any], connection: Connection) -> list[Recorded]:
    return decoded(_fetch(wanted, of, connection))


def _tail(connection: Connection, *, stream: str, key: str) -> Tail:
    row = connection.execute(ENDING, {"stream": stream, "key": key}).fetchone()
    return Tail(*row) if row else Tail(0, GENESIS, 0, 0)


def _rows_beside(connection: Connection, row: Mapping[str, Any]) -> int:
    """How many rows the row's repository has by now."""
    return int(connection.execute(BESIDE, {"repository_id": row["repository_id"]}).scalar_one())


def decoded(rows: Sequence[Row[Any] | Event]) -> list[Recorded]:
    """The facts that these rows are, each of the columns `RECORDED`."""
    if not rows:
        return []
    # By columns: to name each field of each row takes longer than to read the rows.
    seq, stream, version, kind, data, meta, at, *_, digest = zip(*rows, strict=True)
    moments = map(datetime.fromisoformat, at)
    return list(starmap(Recorded, zip(seq, stream, version, kind, data, meta, moments, digest, strict=True)))
