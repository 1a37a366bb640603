"""What access tokens are made of, and what renews them; of a refresh token a keyed digest alone is kept."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, case, delete, func, insert, select, update

from bot.infrastructure.beside import BesideNews
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.news import News
from bot.infrastructure.sessions import PURPOSE as OF_SESSIONS
from bot.infrastructure.sessions import digest_of
from bot.infrastructure.tables import API_KEYS, GRANTS, REFRESH_TOKENS, SESSIONS
from bot.records import Actor
from bot.token_records import Grant, Refresh, RefreshStanding

PURPOSE: Final = "refresh tokens"
FOLLOWING: Final = "refresh tokens that follow"

Judge = Callable[[Grant, Refresh, datetime], RefreshStanding]

IS_SIGNED_OUT: Final = and_(GRANTS.c.session.is_not(None), SESSIONS.c.digest.is_(None))
ENDED_AT: Final = func.coalesce(
    GRANTS.c.revoked_at, API_KEYS.c.revoked_at, case((IS_SIGNED_OUT, GRANTS.c.created_at))
)
# A grant counts as long as the key or the session that it was made of: both are looked at, each time.
OF_GRANTS: Final = (
    select(GRANTS, ENDED_AT.label("ended_at"))
    .select_from(GRANTS)
    .outerjoin(API_KEYS, API_KEYS.c.id == GRANTS.c.key_id)
    .outerjoin(
        SESSIONS, and_(SESSIONS.c.digest == GRANTS.c.session, SESSIONS.c.issuer == bindparam("issuer"))
    )
    .where(GRANTS.c.id.in_(bindparam("ids", expanding=True)))
)


class Grants:
    """One row a grant, and one each refresh token that there was of it; sessions are of this one GitHub."""

    def __init__(self, database: Database, crypto: Crypto, issuer: str, news: News | None = None) -> None:
        self._database, self._issuer = database, issuer
        self._rows = BesideNews(database, news or News(database), partial(_grants, issuer))
        self._secret, self._following = crypto.key(PURPOSE), crypto.key(FOLLOWING)
        self._sessions = crypto.key(OF_SESSIONS)

    async def begin(self, grant: Grant, text: str, *, session: str | None = None) -> None:
        """A new one, renewed by this refresh token; of a session, it is over where that is."""
        refresh = _refresh(self._digest(text), grant.id, grant.created_at)
        row = {**_row(grant), "session": None if session is None else digest_of(self._sessions, session)}

        def both(connection: Connection) -> None:
            connection.execute(insert(GRANTS), row)
            connection.execute(insert(REFRESH_TOKENS), refresh)

        await self._database.write(both)

    async def get(self, grant_id: str) -> Grant | None:
        """As it stands now."""
        seen = await self._rows.get(grant_id)
        return None if seen is None else replace(seen.row, as_of=seen.as_of)

    def following(self, text: str) -> bytes:
        """What the token that follows this one is made of: drawn from it and a secret of ours."""
        return hmac.digest(self._following, text.encode(), "sha256")

    async def renew(self, text: str, following: str, now: datetime, judge: Judge) -> RefreshStanding | None:
        """Use a refresh token, of two at once the one before the other; None where there is no such token.

        A grant of which one was used twice is over.
        """
        digests = self._digest(text), self._digest(following)
        return await self._database.write(partial(_renew, self._issuer, digests, now, judge))

    async def grant_of(self, text: str) -> str | None:
        """The grant that a refresh token is of."""
        wanted = select(REFRESH_TOKENS.c.grant_id).where(REFRESH_TOKENS.c.digest == self._digest(text))
        return await self._database.read(lambda connection: connection.execute(wanted).scalar())

    async def revoke(self, grant_id: str, at: datetime) -> None:
        """Over from now on, and from nothing else."""
        await self._database.write(partial(_revoke, grant_id, at))

    async def expire(self, before: datetime) -> int:
        """Drop what ended before then."""
        return await self._database.write(partial(_expire, as_text(before)))

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._secret, text.encode(), "sha256")


def _renew(
    issuer: str, digests: tuple[bytes, bytes], now: datetime, judge: Judge, connection: Connection
) -> RefreshStanding | None:
    own, following = digests
    wanted = select(REFRESH_TOKENS).where(REFRESH_TOKENS.c.digest == own).with_for_update()
    row = connection.execute(wanted).mappings().first()
    grant = None if row is None else _grant(issuer, row["grant_id"], connection)
    if row is None or grant is None:
        return None
    of_next = select(REFRESH_TOKENS.c.used_at).where(REFRESH_TOKENS.c.digest == following)
    shown = Refresh(
        issued_at=datetime.fromisoformat(row["issued_at"]),
        used_at=_moment(row["used_at"]),
        is_followed_up=connection.execute(of_next).scalar() is not None,
    )
    standing = judge(grant, shown, now)
    if standing == "good":
        use = update(REFRESH_TOKENS).where(REFRESH_TOKENS.c.digest == own).values(used_at=as_text(now))
        connection.execute(use)
        connection.execute(insert(REFRESH_TOKENS), _refresh(following, grant.id, now))
    elif standing == "reused":
        _revoke(grant.id, now, connection)
    return standing


def _grant(issuer: str, grant_id: str, connection: Connection) -> Grant | None:
    return _grants(issuer, [grant_id], connection).get(grant_id)


def _grants(issuer: str, ids: Sequence[str], connection: Connection) -> Mapping[str, Grant]:
    found = connection.execute(OF_GRANTS, {"issuer": issuer, "ids": ids}).mappings().fetchall()
    return {row["id"]: _read(row) for row in found}


def _read(row: Mapping[Any, Any]) -> Grant:
    return Grant(
        id=row["id"],
        person=Actor(id=row["github_id"], login=row["login"]),
        installation_id=row["installation_id"],
        permissions=frozenset(row["permissions"].split()),
        key_id=row["key_id"],
        created_at=datetime.fromisoformat(row["created_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        revoked_at=_moment(row["ended_at"]),
    )


def _revoke(grant_id: str, at: datetime, connection: Connection) -> None:
    counts = GRANTS.c.id == grant_id, GRANTS.c.revoked_at.is_(None)
    connection.execute(update(GRANTS).where(*counts).values(revoked_at=as_text(at)))


def _expire(before: str, connection: Connection) -> int:
    ended = select(GRANTS.c.id).where(GRANTS.c.expires_at < before)
    connection.execute(delete(REFRESH_TOKENS).where(REFRESH_TOKENS.c.grant_id.in_(ended)))
    return int(connection.execute(delete(GRANTS).where(GRANTS.c.expires_at < before)).rowcount)


def _row(grant: Grant) -> Mapping[str, Any]:
    return {
        "id": grant.id,
        "login": grant.person.login,
        "github_id": grant.person.id,
        "installation_id": grant.installation_id,
        "permissions": " ".join(sorted(grant.permissions)),
        "key_id": grant.key_id,
        "created_at": as_text(grant.created_at),
        "expires_at": as_text(grant.expires_at),
        "revoked_at": None,
    }


def _refresh(digest: bytes, grant_id: str, at: datetime) -> Mapping[str, Any]:
    return {"digest": digest, "grant_id": grant_id, "issued_at": as_text(at), "used_at": None}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
