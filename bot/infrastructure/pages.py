"""Integrations of one installation and facts of one stream, a page at a time."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, String, cast, func, or_, select, tuple_

from bot.api_records import Wanted
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import RECORDED, decoded
from bot.infrastructure.tables import EVENTS, INTEGRATIONS
from bot.records import Recorded

NEWEST_FIRST: Final = (INTEGRATIONS.c.requested_at.desc(), INTEGRATIONS.c.id.desc())
SEARCHED: Final = (
    INTEGRATIONS.c.id,
    INTEGRATIONS.c.repository,
    INTEGRATIONS.c.requested_by,
    INTEGRATIONS.c.branch,
    cast(INTEGRATIONS.c.issue, String),
)


class Pages:
    """What is listed, in an order in which nothing is passed over while more comes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def integrations(
        self, wanted: Wanted, *, after: tuple[str, str] | None, most: int
    ) -> list[Mapping[str, Any]]:
        """The newest first, from behind the one with this moment and id."""
        return await self._database.read(partial(_rows, listed(wanted, after=after, most=most)))

    async def counts(self, wanted: Wanted) -> list[Mapping[str, Any]]:
        """How many there are of each state in each repository, those with the most first."""
        columns = INTEGRATIONS.c
        number = func.count().label("number")
        of_each = func.sum(number).over(partition_by=columns.repository_id)
        found = (
            select(
                columns.repository_id, columns.state, func.max(columns.repository).label("repository"), number
            )
            .where(*_conditions(wanted))
            .group_by(columns.repository_id, columns.state)
            .order_by(of_each.desc(), columns.repository_id, columns.state)
        )
        return await self._database.read(partial(_rows, found))

    async def facts(self, stream: str, *, after: int, most: int) -> list[Recorded]:
        """From behind this version on."""
        found = select(*RECORDED).where(EVENTS.c.stream == stream, EVENTS.c.version > after)
        found = found.order_by(EVENTS.c.version).limit(most)
        return decoded(await self._database.read(lambda connection: connection.execute(found).fetchall()))


def listed(wanted: Wanted, *, after: tuple[str, str] | None, most: int) -> Select[Any]:
    """A page of them: for each filter there is an index that has its rows in this order."""
    found = select(INTEGRATIONS).where(*_conditions(wanted)).order_by(*NEWEST_FIRST).limit(most)
    if after is None:
        return found
    return found.where(tuple_(INTEGRATIONS.c.requested_at, INTEGRATIONS.c.id) < tuple_(*after))


def _rows(wanted: Select[Any], connection: Connection) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = INTEGRATIONS.c
    found: list[ColumnElement[bool]] = [columns.installation_id == wanted.installation_id]
    if wanted.state is not None:
        found.append(columns.state == wanted.state)
    if wanted.repository is not None:
        found.append(func.lower(columns.repository) == wanted.repository.lower())
    if wanted.requested_by is not None:
        found.append(func.lower(columns.requested_by) == wanted.requested_by.lower())
    if wanted.text is not None:
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in SEARCHED)))
    return found
