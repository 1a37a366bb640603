"""The rows in which deliveries are kept: what goes into them, and what comes out again."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple

import zstandard
from sqlalchemy import Connection, Row

from bot.infrastructure.database import as_text
from bot.records import Delivery

LEVEL: Final = 1
# Larger ones are packed in a thread of their own.
LARGE_BYTES: Final = 256 * 1024


class KeptRow(NamedTuple):
    """A delivery as it is kept: its columns, in their order."""

    key: str
    source: str
    kind: str
    meaning: str | None
    digest: bytes
    body: bytes
    received_at: str
    state: str
    installation_id: int | None
    repository_id: int | None
    repository: str | None


async def packed_apart(body: bytes) -> bytes | None:
    """The body compressed, where that takes long; it is done elsewhere, so that nobody waits for it."""
    if not body:
        return b""  # of what nobody hears a door may keep the name alone
    return await asyncio.to_thread(zstandard.compress, body, LEVEL) if len(body) > LARGE_BYTES else None


def row_of(delivery: Delivery, state: str, body: bytes) -> KeptRow:
    """The delivery in its columns, with its body packed."""
    return KeptRow(
        key=delivery.key,
        source=delivery.source,
        kind=delivery.kind,
        meaning=delivery.meaning,
        digest=delivery.digest,
        body=body,
        received_at=as_text(delivery.received_at),
        state=state,
        installation_id=delivery.installation,
        repository_id=delivery.repository,
        repository=delivery.repository_name,
    )


def unpacked(row: Row[Any] | None) -> Delivery | None:
    """The delivery in a row."""
    return row and Delivery(
        key=row.key,
        source=row.source,
        kind=row.kind,
        meaning=row.meaning,
        body=zstandard.decompress(row.body) if row.body else b"",
        digest=row.digest,
        received_at=datetime.fromisoformat(row.received_at),
    )


def insert(connection: Connection, rows: Sequence[KeptRow]) -> int:
    """How many of them are new: one statement for all, and one call of the driver."""
    if connection.dialect.name == "postgresql":
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        return connection.exec_driver_sql(INTO_POSTGRESQL, columns).rowcount
    return connection.exec_driver_sql(_into_sqlite(len(rows)), tuple(chain.from_iterable(rows))).rowcount


INTO_POSTGRESQL: Final = """
    INSERT INTO deliveries (key, source, kind, meaning, digest, body, received_at, state,
        installation_id, repository_id, repository)
    SELECT * FROM unnest(
        %b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::text[], %b::text[],
        %b::bigint[], %b::bigint[], %b::text[]
    )
    ON CONFLICT DO NOTHING
"""


@cache
def _into_sqlite(count: int) -> str:
    into = f"INSERT INTO deliveries ({', '.join(KeptRow._fields)}) VALUES"
    one = f"({', '.join('?' * len(KeptRow._fields))})"
    return " ".join((into, ", ".join([one] * count), "ON CONFLICT DO NOTHING"))
