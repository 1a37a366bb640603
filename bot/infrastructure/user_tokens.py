"""People's tokens at GitHub, each sealed for the one whose it is; renewed by one process at a time."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, update

from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.tables import USER_TOKENS
from bot.session_records import KeptTokens, UserTokens

PURPOSE: Final = "user tokens"
FIRST_VERSIONS: Final = 2**30


class UserTokenStore:
    """One row a person of this one GitHub."""

    def __init__(self, database: Database, crypto: Crypto, issuer: str) -> None:
        self._database, self._box, self._issuer = database, crypto.box(PURPOSE), issuer

    async def keep(self, person_id: int, tokens: UserTokens) -> None:
        """These and no others, whatever there was.

        Versions count from a number by chance: whoever signs out and in again meanwhile is not as before.
        """
        row = {
            "issuer": self._issuer,
            "github_id": person_id,
            **self._sealed(person_id, tokens),
            "version": secrets.randbelow(FIRST_VERSIONS),
        }
        new = self._database.insert(USER_TOKENS).values(row)
        changed = {
            "sealed": new.excluded.sealed,
            "version": USER_TOKENS.c.version + 1,
            "renewing_until": None,
        }
        kept = new.on_conflict_do_update(index_elements=["issuer", "github_id"], set_=changed)
        await self._database.write(lambda connection: connection.execute(kept))

    async def get(self, person_id: int) -> KeptTokens | None:
        """The person's, None where there are none, or none that this key opens."""
        wanted = select(USER_TOKENS).where(self._of(person_id))
        row = await self._database.read(lambda connection: connection.execute(wanted).mappings().first())
        if row is None:
            return None
        try:
            opened = self._box.open(row["sealed"], about=self._about(person_id))
        except NotSealedHere:
            return None
        return KeptTokens(tokens=_tokens(json.loads(opened)), version=row["version"])

    async def claim(self, person_id: int, version: int, *, now: datetime, until: datetime) -> bool:
        """Whether it is for the one who asks to renew this version: for one at a time, until that moment."""
        is_free = or_(USER_TOKENS.c.renewing_until.is_(None), USER_TOKENS.c.renewing_until <= as_text(now))
        which = and_(self._of(person_id), USER_TOKENS.c.version == version, is_free)
        return await self._changed(which, {"renewing_until": as_text(until)})

    async def release(self, person_id: int, version: int) -> None:
        """It was not renewed; the next one may try."""
        which = and_(self._of(person_id), USER_TOKENS.c.version == version)
        await self._changed(which, {"renewing_until": None})

    async def renew(self, person_id: int, version: int, tokens: UserTokens) -> bool:
        """These in place of that version; False where it is no more."""
        which = and_(self._of(person_id), USER_TOKENS.c.version == version)
        change = {**self._sealed(person_id, tokens), "version": version + 1}
        return await self._changed(which, change)

    async def _changed(self, which: ColumnElement[bool], change: Mapping[str, Any]) -> bool:
        statement = update(USER_TOKENS).where(which).values(change)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    def _of(self, person_id: int) -> ColumnElement[bool]:
        return and_(USER_TOKENS.c.github_id == person_id, USER_TOKENS.c.issuer == self._issuer)

    def _sealed(self, person_id: int, tokens: UserTokens) -> dict[str, Any]:
        content = json.dumps({
            "access": tokens.access,
            "refresh": tokens.refresh,
            "access_until": _text(tokens.access_until),
            "refresh_until": _text(tokens.refresh_until),
        })
        return {
            "sealed": self._box.seal(content.encode(), about=self._about(person_id)),
            "renewing_until": None,
        }

    def _about(self, person_id: int) -> bytes:
        return f"{self._issuer} {person_id}".encode()


def _tokens(content: Mapping[str, str | None]) -> UserTokens:
    access = content["access"]
    return UserTokens(
        access=access or "",
        refresh=content["refresh"],
        access_until=_moment(content["access_until"]),
        refresh_until=_moment(content["refresh_until"]),
    )


def _text(moment: datetime | None) -> str | None:
    return as_text(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
