"""API keys: whose they are, and a keyed digest of each; the key itself is nowhere."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, or_, select, text, tuple_, update

from bot.api_records import ApiKey, KeyKept, KeyRoom, PresentedKey, WantedKeys
from bot.infrastructure.beside import BesideNews
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.news import News
from bot.infrastructure.tables import API_KEYS
from bot.records import Actor

PURPOSE: Final = "api keys"
ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))")
NOBODYS: Final = bytes(32)
OF_IDS: Final = select(API_KEYS).where(API_KEYS.c.id.in_(bindparam("ids", expanding=True)))


class _Known(NamedTuple):
    """A key as it was read, and the digest by which it is known."""

    digest: bytes
    key: ApiKey


class ApiKeys:
    """One row a key. Whoever has the table alone can neither use a key nor make one."""

    def __init__(self, database: Database, crypto: Crypto, news: News | None = None) -> None:
        self._database, self._secret = database, crypto.key(PURPOSE)
        self._rows = BesideNews(database, news or News(database), _by_id)

    async def keep(self, key: ApiKey, text: str, *, room: KeyRoom | None = None) -> KeyKept:
        """A new one, of this text; nothing where the one that it was made with is revoked, or the person has
        no room for it.
        """
        return await self._database.write(partial(_keep, {**_row(key), "digest": self._digest(text)}, room))

    async def matching(self, presented: PresentedKey) -> ApiKey | None:
        """The key of exactly this text; compared in constant time, with nothing where there is none."""
        seen = await self._rows.get(presented.id)
        kept = seen.row.digest if seen else NOBODYS
        is_same = hmac.compare_digest(kept, self._digest(presented.text))
        return replace(seen.row.key, as_of=seen.as_of) if seen and is_same else None

    async def note_use(self, key_id: str, at: datetime) -> None:
        """When it was used last; an older moment does not count."""
        is_older = or_(API_KEYS.c.used_at.is_(None), API_KEYS.c.used_at < as_text(at))
        change = update(API_KEYS).where(API_KEYS.c.id == key_id, is_older).values(used_at=as_text(at))
        await self._database.write(lambda connection: connection.execute(change))

    async def revoke(self, key_id: str, at: datetime) -> list[ApiKey]:
        """It and all that was made with it, from now on and from nothing else: again it is as before."""
        return await self._database.write(partial(_revoke, key_id, as_text(at)))

    async def listed(self) -> list[ApiKey]:
        """Every key there was, oldest first."""
        wanted = select(API_KEYS).order_by(API_KEYS.c.created_at, API_KEYS.c.id)
        rows = await self._database.read(lambda connection: connection.execute(wanted).mappings().fetchall())
        return [_key(row) for row in rows]

    async def get(self, key_id: str) -> ApiKey | None:
        """The key of this id, whatever has become of it."""
        wanted = select(API_KEYS).where(API_KEYS.c.id == key_id)
        row = await self._database.read(lambda connection: connection.execute(wanted).mappings().first())
        return _key(row) if row else None

    async def counting(self, installation_id: int, person_id: int, since: datetime) -> int:
        """How many of this person count there at that moment, or came to later."""
        return await self._database.read(partial(_counting, installation_id, person_id, since))

    async def page(self, wanted: WantedKeys, *, after: tuple[str, str] | None, most: int) -> list[ApiKey]:
        """So many, the newest first, from behind the one with this moment and id."""
        order = API_KEYS.c.created_at, API_KEYS.c.id
        found = select(API_KEYS).where(API_KEYS.c.installation_id == wanted.installation_id)
        if wanted.person_id is not None:
            found = found.where(API_KEYS.c.github_id == wanted.person_id)
        if after is not None:
            found = found.where(tuple_(*order) < tuple_(*after))
        found = found.order_by(*(each.desc() for each in order)).limit(most)
        rows = await self._database.read(lambda connection: connection.execute(found).mappings().fetchall())
        return [_key(row) for row in rows]

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._secret, text.encode(), "sha256")


def _by_id(ids: Sequence[str], connection: Connection) -> Mapping[str, _Known]:
    found = connection.execute(OF_IDS, {"ids": ids}).mappings().fetchall()
    return {row["id"]: _Known(row["digest"], _key(row)) for row in found}


def _counting(installation_id: int, person_id: int, since: datetime, connection: Connection) -> int:
    its, moment = API_KEYS.c, as_text(since)
    theirs = its.installation_id == installation_id, its.github_id == person_id
    counts = or_(its.revoked_at.is_(None), its.revoked_at > moment), its.expires_at > moment
    return int(connection.execute(select(func.count()).where(*theirs, *counts)).scalar_one())


def _has_room(row: Mapping[str, Any], room: KeyRoom, connection: Connection) -> bool:
    """A person's keys are made one after the other, in whatever processes: SQLite has one writer anyhow."""
    whose = row["installation_id"], row["github_id"]
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME, {"whose": "api keys {} {}".format(*whose)})
    counts, did = _counting(*whose, room.now, connection), _counting(*whose, room.since, connection)
    return counts < room.most and did < room.most_since


def _keep(row: Mapping[str, Any], room: KeyRoom | None, connection: Connection) -> KeyKept:
    """Whoever revokes the maker waits until this is kept, and finds it; or this waits, and is not kept."""
    if room is not None and not _has_room(row, room, connection):
        return "no_room"
    maker = select(API_KEYS.c.revoked_at).where(API_KEYS.c.id == row["made_by"]).with_for_update()
    found = connection.execute(maker).first()
    if found is not None and found.revoked_at is not None:
        return "maker_revoked"
    connection.execute(insert(API_KEYS), row)
    return "kept"


def _revoke(key_id: str, at: str, connection: Connection) -> list[ApiKey]:
    """Those of one step are revoked before the next is looked for: none is made behind it."""
    family: list[ApiKey] = []
    step = API_KEYS.c.id == key_id
    while True:
        connection.execute(
            update(API_KEYS).where(step, API_KEYS.c.revoked_at.is_(None)).values(revoked_at=at)
        )
        found = select(API_KEYS).where(step).order_by(API_KEYS.c.created_at, API_KEYS.c.id)
        keys = [_key(row) for row in connection.execute(found).mappings()]
        if not keys:
            return family
        family += keys
        step = API_KEYS.c.made_by.in_([key.id for key in keys])


def _row(key: ApiKey) -> Mapping[str, Any]:
    return {
        "id": key.id,
        "login": key.person.login,
        "github_id": key.person.id,
        "installation_id": key.installation_id,
        "permissions": " ".join(sorted(key.permissions)),
        "created_at": as_text(key.created_at),
        "expires_at": as_text(key.expires_at),
        "revoked_at": as_text(key.revoked_at) if key.revoked_at else None,
        "used_at": as_text(key.used_at) if key.used_at else None,
        "made_by": key.made_by,
    }


def _key(row: Mapping[Any, Any]) -> ApiKey:
    return ApiKey(
        id=row["id"],
        person=Actor(id=row["github_id"], login=row["login"]),
        installation_id=row["installation_id"],
        permissions=frozenset(row["permissions"].split()),
        created_at=datetime.fromisoformat(row["created_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        revoked_at=_moment(row["revoked_at"]),
        used_at=_moment(row["used_at"]),
        made_by=row["made_by"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
