"""What v1 tells in JSON, made once for all who are told it: of rows that are remembered, and of events."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from bot.api_records import KeptRow
from bot.records import Recorded
from bot.web.api_shapes import event_of, integration_of

MOST_EVENTS: Final = 2_000


def told_of(row: Mapping[str, Any]) -> bytes:
    """An integration; of a row that is remembered it is made once."""
    if not isinstance(row, KeptRow):
        return integration_of(row).model_dump_json().encode()
    if row.told is None:
        row.told = integration_of(row).model_dump_json().encode()
    return row.told


def page_told(rows: Iterable[Mapping[str, Any]], next_cursor: str | None) -> bytes:
    """`Integrations`, put together from what is told of each."""
    return _page(map(told_of, rows), next_cursor)


def event_told(record: Recorded) -> bytes:
    """An event, which never changes."""
    return _event_told(_Named(record.stream, record.version, record.hash, record))


def events_told(records: Iterable[Recorded], next_cursor: str | None) -> bytes:
    """`Events`, put together from what is told of each."""
    return _page(map(event_told, records), next_cursor)


@dataclass(frozen=True, slots=True)
class _Named:
    """A fact, by its place and its hash in the chain."""

    stream: str
    version: int
    hash: str
    fact: Recorded = field(compare=False)


@lru_cache(maxsize=MOST_EVENTS)
def _event_told(named: _Named) -> bytes:
    return event_of(named.fact).model_dump_json().encode()


def _page(items: Iterable[bytes], next_cursor: str | None) -> bytes:
    return b'{"items":[%b],"next_cursor":%b}' % (b",".join(items), json.dumps(next_cursor).encode())
