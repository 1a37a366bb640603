"""Integrations, repositories and people of one installation, and facts of one stream, a page at a time."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from bot.api_records import Seen, Wanted
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.event_store import RECORDED, decoded
from bot.infrastructure.tables import API_KEYS, EVENTS, INTEGRATIONS
from bot.records import Actor, Recorded, Repository

NEWEST_FIRST: Final = (INTEGRATIONS.c.requested_at.desc(), INTEGRATIONS.c.id.desc())
SEARCHED: Final = (
    INTEGRATIONS.c.id,
    INTEGRATIONS.c.repository,
    INTEGRATIONS.c.requested_by,
    INTEGRATIONS.c.branch,
    INTEGRATIONS.c.title,
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

    async def repositories(self, installation_id: int, *, most: int) -> list[Repository]:
        """Those of an installation in which something was asked for, the newest first."""
        newest = func.max(INTEGRATIONS.c.requested_at)
        columns = INTEGRATIONS.c.repository_id, func.max(INTEGRATIONS.c.repository).label("repository")
        found = (
            select(*columns)
            .where(INTEGRATIONS.c.installation_id == installation_id)
            .group_by(INTEGRATIONS.c.repository_id)
            .order_by(newest.desc(), INTEGRATIONS.c.repository_id)
            .limit(most)
        )
        return [
            Repository(id=row["repository_id"], full_name=row["repository"], installation_id=installation_id)
            for row in await self._database.read(partial(_rows, found))
        ]

    async def people(self, installation_id: int, *, now: datetime, after: int, most: int) -> list[Seen]:
        """Who asked for something in an installation, or has had a key for it; by number, from that on."""
        seen = union_all(
            *(
                select(
                    number.label("id"), login.label("login"), at.label("at"), counts.label("counts")
                ).where(place == installation_id)
                for number, login, at, counts, place in _whereabouts(as_text(now))
            )
        ).subquery()
        newest = func.row_number().over(partition_by=seen.c.id, order_by=seen.c.at.desc())
        keys = func.sum(seen.c.counts).over(partition_by=seen.c.id)
        ranked = select(seen.c.id, seen.c.login, newest.label("rank"), keys.label("keys")).subquery()
        found = (
            select(ranked).where(ranked.c.rank == 1, ranked.c.id > after).order_by(ranked.c.id).limit(most)
        )
        return [
            Seen(person=Actor(id=row["id"], login=row["login"]), key_count=int(row["keys"]))
            for row in await self._database.read(partial(_rows, found))
        ]


def _whereabouts(now: str) -> Iterator[tuple[ColumnElement[Any], ...]]:
    """Where a person stands: number, name, when that was, whether it is a key that counts, and where."""
    asked, keys = INTEGRATIONS.c, API_KEYS.c
    counts = case((and_(keys.revoked_at.is_(None), keys.expires_at > now), 1), else_=0)
    yield asked.requested_by_id, asked.requested_by, asked.requested_at, literal(0), asked.installation_id
    yield keys.github_id, keys.login, keys.created_at, counts, keys.installation_id


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
