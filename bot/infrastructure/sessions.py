"""Browsers that are signed in, by a keyed digest of what each holds; states of sign-ins that are used up."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from bot.infrastructure.beside import BesideNews
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.news import News
from bot.infrastructure.tables import SESSIONS, USED_STATES, USER_TOKENS
from bot.records import Actor
from bot.session_records import IDLE, LONGEST, Session

PURPOSE: Final = "sessions"


class Sessions:
    """One row a browser, of people of this one GitHub. Whoever has the table alone can be nobody by it."""

    def __init__(self, database: Database, crypto: Crypto, issuer: str, news: News | None = None) -> None:
        self._database, self._secret, self._issuer = database, crypto.key(PURPOSE), issuer
        self._rows = BesideNews(database, news or News(database), partial(_sessions, issuer))

    async def begin(self, text: str, session: Session, *, instead_of: str | None) -> None:
        """A new one, of this text; the one that the browser had before is over."""
        row = {
            "digest": self._digest(text),
            "issuer": self._issuer,
            "github_id": session.person.id,
            "login": session.person.login,
            "installation_id": session.installation_id,
            "created_at": as_text(session.created_at),
            "seen_at": as_text(session.seen_at),
        }
        before = None if instead_of is None else self._digest(instead_of)
        await self._database.write(partial(_begin, row, before))

    async def get(self, text: str) -> Session | None:
        """The session of exactly this text."""
        seen = await self._rows.get(self._digest(text).hex())
        return None if seen is None else replace(seen.row, as_of=seen.as_of)

    async def note_use(self, text: str, at: datetime) -> None:
        """When it was used last; an older moment does not count."""
        is_older = SESSIONS.c.seen_at < as_text(at)
        await self._change(update(SESSIONS).where(self._is(text), is_older).values(seen_at=as_text(at)))

    async def choose(self, text: str, installation_id: int) -> None:
        """From now on it is of this installation."""
        await self._change(update(SESSIONS).where(self._is(text)).values(installation_id=installation_id))

    async def end(self, text: str) -> None:
        """It is over; with a person's last one their tokens go too."""
        await self._database.write(partial(_end, self._is(text)))

    async def end_all(self, person_id: int) -> None:
        """Every one of this person is over, in every process, and their tokens go."""
        await self._database.write(partial(_end, self._of(person_id)))

    async def use_up(self, state: str, at: datetime) -> bool:
        """A sign-in's state is good once; False where it was used before, in whatever process."""
        row = {"digest": self._digest(state), "used_at": as_text(at)}
        new = self._database.insert(USED_STATES).values(row).on_conflict_do_nothing()
        # What an insert counted is not known any more once PostgreSQL's driver has closed its cursor.
        mine = new.returning(USED_STATES.c.digest)
        return await self._database.write(lambda connection: connection.execute(mine).first() is not None)

    async def expire(self, before: datetime) -> int:
        """Delete what was over by then, and the tokens of people who have no session left."""
        is_over = or_(
            SESSIONS.c.seen_at < as_text(before - IDLE), SESSIONS.c.created_at < as_text(before - LONGEST)
        )
        return await self._database.write(partial(_expire, is_over, as_text(before - IDLE)))

    async def _change(self, change: Any) -> None:
        await self._database.write(lambda connection: connection.execute(change))

    def _is(self, text: str) -> ColumnElement[bool]:
        return and_(SESSIONS.c.digest == self._digest(text), SESSIONS.c.issuer == self._issuer)

    def _of(self, person_id: int) -> ColumnElement[bool]:
        return and_(SESSIONS.c.github_id == person_id, SESSIONS.c.issuer == self._issuer)

    def _digest(self, text: str) -> bytes:
        return digest_of(self._secret, text)


def digest_of(secret: bytes, text: str) -> bytes:
    """What the session of this text is known by."""
    return hmac.digest(secret, text.encode(), "sha256")


def _sessions(issuer: str, names: Sequence[str], connection: Connection) -> Mapping[str, Session]:
    digests = [bytes.fromhex(name) for name in names]
    wanted = select(SESSIONS).where(SESSIONS.c.digest.in_(digests), SESSIONS.c.issuer == issuer)
    return {row["digest"].hex(): _session(row) for row in connection.execute(wanted).mappings()}


def _begin(row: Mapping[str, Any], before: bytes | None, connection: Connection) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.digest.in_([row["digest"], before or b""])))
    connection.execute(insert(SESSIONS), row)


def _end(which: ColumnElement[bool], connection: Connection) -> None:
    connection.execute(delete(SESSIONS).where(which))
    _drop_tokens(connection)


def _expire(is_over: ColumnElement[bool], used_before: str, connection: Connection) -> int:
    dropped = connection.execute(delete(SESSIONS).where(is_over)).rowcount
    connection.execute(delete(USED_STATES).where(USED_STATES.c.used_at < used_before))
    _drop_tokens(connection)
    return dropped


def _drop_tokens(connection: Connection) -> None:
    """Tokens are there for sessions: whoever has none needs none."""
    is_theirs = and_(
        SESSIONS.c.github_id == USER_TOKENS.c.github_id, SESSIONS.c.issuer == USER_TOKENS.c.issuer
    )
    connection.execute(delete(USER_TOKENS).where(~select(SESSIONS.c.digest).where(is_theirs).exists()))


def _session(row: Mapping[Any, Any]) -> Session:
    return Session(
        person=Actor(id=row["github_id"], login=row["login"]),
        installation_id=row["installation_id"],
        created_at=datetime.fromisoformat(row["created_at"]),
        seen_at=datetime.fromisoformat(row["seen_at"]),
    )
