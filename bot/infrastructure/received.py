"""Deliveries of one installation, a page at a time, for whoever may see what was received there."""

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any, Final

import zstandard
from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from bot.api_records import DeliveriesWanted, Received, ReceivedWhole
from bot.infrastructure.aside import Aside
from bot.infrastructure.database import Database
from bot.infrastructure.tables import DELIVERIES, EVENTS
from bot.records import Actor

TOLD: Final = tuple(DELIVERIES.c[each.name] for each in fields(Received))
NEWEST_FIRST: Final = (DELIVERIES.c.received_at.desc(), DELIVERIES.c.key.desc())


class ReceivedDeliveries:
    """What is kept of them; without an installation of its own a delivery is nobody's here."""

    def __init__(self, database: Database, aside: Aside) -> None:
        self._database, self._aside = database, aside

    async def page(
        self, wanted: DeliveriesWanted, *, after: tuple[str, str] | None, most: int
    ) -> list[Received]:
        """The newest first, from behind the one with this moment and key."""
        found = select(*TOLD).where(*_conditions(wanted)).order_by(*NEWEST_FIRST).limit(most)
        if after is not None:
            found = found.where(tuple_(DELIVERIES.c.received_at, DELIVERIES.c.key) < tuple_(*after))
        return [Received(**row) for row in await self._database.read(partial(_rows, found))]

    async def one(self, installation: int, key: str) -> Received | None:
        """The delivery of this key, if it came through that installation."""
        found = select(*TOLD).where(DELIVERIES.c.key == key, DELIVERIES.c.installation_id == installation)
        rows = await self._database.read(partial(_rows, found))
        return Received(**rows[0]) if rows else None

    async def whole(self, received: Received) -> ReceivedWhole:
        """With what its payload says of who and what, and nothing else of it."""
        body = select(DELIVERIES.c.body).where(DELIVERIES.c.key == received.key)
        moved = select(EVENTS.c.stream).distinct().where(EVENTS.c.key == received.key)
        packed, streams = await self._database.read(
            lambda connection: (connection.scalar(body), list(connection.scalars(moved)))
        )
        content = zstandard.decompress(packed) if packed else b"{}"
        said = json.loads(content)
        return ReceivedWhole(
            received=received,
            size=len(content),
            sender=_sender(said),
            number=_number(said),
            moved=tuple(sorted(streams)),
        )

    async def again(self, key: str) -> bool:
        """Hand it to the intake once more; False where it is not, or no longer, set aside."""
        return await self._aside.again(key)


def _rows(wanted: Select[Any], connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _conditions(wanted: DeliveriesWanted) -> list[ColumnElement[bool]]:
    columns = DELIVERIES.c
    found: list[ColumnElement[bool]] = [columns.installation_id == wanted.installation_id]
    if wanted.state is not None:
        found.append(columns.state == wanted.state)
    if wanted.kind is not None:
        found.append(columns.kind == wanted.kind)
    if wanted.repository is not None:
        found.append(func.lower(columns.repository) == wanted.repository.lower())
    return found


def _sender(said: Mapping[str, Any]) -> Actor | None:
    match said.get("sender"):
        case {"id": int(number), "login": str(login)}:
            return Actor(id=number, login=login)
        case _:
            return None


def _number(said: Mapping[str, Any]) -> int | None:
    """Of the issue or the pull request that it is about."""
    for noun in ("issue", "pull_request"):
        match said.get(noun):
            case {"number": int(number)}:
                return number
    return None
