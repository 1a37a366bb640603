"""The chain: each event named by a hash over itself and the one before; its tail, and whether it is whole."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, exists, func, or_, select, update

from bot.infrastructure.tables import EVENTS, HEADS, INTEGRATIONS, TAIL

GENESIS: Final = "0" * 64
IS_THERE: Final = or_(
    TAIL.c.seq == 0, exists().where(EVENTS.c.seq == TAIL.c.seq, EVENTS.c.hash == TAIL.c.hash)
)
# Where the chain was cut off, its tail stays where it was: what is appended then hides nothing.
MOVE_TAIL: Final = update(TAIL).where(IS_THERE).values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
REBUILT: Final = update(TAIL).values(rebuilt=TAIL.c.rebuilt + 1)
WHOLE: Final = select(TAIL.c.seq).where(IS_THERE)
NEWEST: Final = (
    select(func.coalesce(func.max(EVENTS.c.version), 0))
    .where(EVENTS.c.stream == INTEGRATIONS.c.id)
    .scalar_subquery()
)
SHORTENED: Final = (
    select(INTEGRATIONS.c.id, INTEGRATIONS.c.version, NEWEST.label("left"))
    .where(INTEGRATIONS.c.version > NEWEST)
    .order_by(INTEGRATIONS.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first place where the log is not what was written: altered, missing, or not the head once noted."""

    seq: int
    why: str


class Event(NamedTuple):
    """One row of the table: its columns, in their order."""

    seq: int
    stream: str
    version: int
    type: str
    data: str
    meta: str
    at: str
    key: str
    part: int
    hash: str


def noted_heads(connection: Connection) -> dict[int, set[str]]:
    """What is noted of each place: the heads, and where the chain ended last."""
    heads: dict[int, set[str]] = {}
    for table in (HEADS, TAIL):
        for row in connection.execute(select(table.c.seq, table.c.hash)):
            heads.setdefault(row.seq, set()).add(row.hash)
    return heads


def digest_of(previous: str, event: Sequence[Any]) -> str:
    """SHA-256 over the hash before it and every field of the event but its own hash, as canonical JSON."""
    return hashlib.sha256((previous + canonical(tuple(event[:-1]))).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON in the one form in which it is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=dict)


def fault_in(row: Row[Any], seq: int, previous: str, heads: Mapping[int, set[str]]) -> str | None:
    """Why this event is not the one that was appended there; None where it is."""
    if row.seq != seq:
        return "missing"
    if row.hash != digest_of(previous, row):
        return "altered"
    return None if heads.get(seq, {row.hash}) == {row.hash} else "not the head that was noted"
