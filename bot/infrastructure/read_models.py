"""The tables that are read: one row an integration, written beside the facts it is folded from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, exists, select

from bot.infrastructure.database import Database
from bot.infrastructure.tables import EVENTS, INTEGRATIONS
from bot.infrastructure.together import Together

OF_IDS: Final = select(INTEGRATIONS).where(INTEGRATIONS.c.id.in_(bindparam("ids", expanding=True)))
NOTHING: Final[Mapping[str, Any]] = {}


class UnknownColumn(Exception):
    """No integration is found by that."""


class ReadModels:
    """Integrations as they stand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ones = Together(self._by_id)

    async def get(self, integration_id: str) -> Mapping[str, Any] | None:
        return await self._ones.get(integration_id)

    async def find(self, **columns: str | int) -> list[Mapping[str, Any]]:
        """Rows whose columns all have these values, newest first. Raises UnknownColumn."""
        wanted = _with(columns)
        return await self._rows(wanted.order_by(INTEGRATIONS.c.requested_at.desc(), INTEGRATIONS.c.id.desc()))

    async def since(self, moment: datetime, **columns: str | int) -> list[Mapping[str, Any]]:
        """Rows of these values with a fact at that moment or later. Raises UnknownColumn."""
        return await self._rows(_with(columns).where(INTEGRATIONS.c.updated_at >= moment.isoformat()))

    async def lacking(self, fact: str, **columns: str | int) -> list[Mapping[str, Any]]:
        """Rows of these values of which no fact has this name. Raises UnknownColumn."""
        told = exists().where(EVENTS.c.stream == INTEGRATIONS.c.id, EVENTS.c.type == fact)
        return await self._rows(_with(columns).where(~told).order_by(INTEGRATIONS.c.id))

    async def _by_id(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        return {row["id"]: row for row in await self._rows(OF_IDS, {"ids": ids})}

    async def _rows(self, wanted: Select[Any], of: Mapping[str, Any] = NOTHING) -> list[Mapping[str, Any]]:
        return await self._database.read(
            lambda connection: [dict(row) for row in connection.execute(wanted, of).mappings()]
        )


def _with(columns: Mapping[str, str | int]) -> Select[Any]:
    wanted = select(INTEGRATIONS)
    for name, value in columns.items():
        if name not in INTEGRATIONS.c:
            raise UnknownColumn(name)
        wanted = wanted.where(INTEGRATIONS.c[name] == value)
    return wanted
