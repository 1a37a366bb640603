"""Keys, sessions and grants as several processes know them: read together, and never as they were before."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import pytest
from sqlalchemy import Connection

from bot.application.keys import create
from bot.domain.api_keys import read_key
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.beside import BesideNews
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.infrastructure.grants import Grants
from bot.infrastructure.news import News
from bot.infrastructure.sessions import Sessions
from bot.records import Actor
from bot.session_records import Session
from bot.token_records import Grant

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA: Final = Actor(id=4, login="ada")
CRYPTO: Final = Crypto(b"a secret of an operator, 32 bytes and more")
GITHUB: Final = "https://github.com"
TEXT: Final = "s" * 43


@dataclass(frozen=True, kw_only=True)
class Process:
    """What one process knows of who asks."""

    database: Database
    keys: ApiKeys
    sessions: Sessions
    grants: Grants

    @classmethod
    def on(cls, database: Database) -> Self:
        news = News(database)
        return cls(
            database=database,
            keys=ApiKeys(database, CRYPTO, news),
            sessions=Sessions(database, CRYPTO, GITHUB, news),
            grants=Grants(database, CRYPTO, GITHUB, news),
        )


@pytest.fixture
async def two(database: Database, empty_url: str) -> AsyncIterator[Sequence[Process]]:
    """Two processes on one database."""
    assert database.url == empty_url
    async with AsyncExitStack() as stack:
        other = await Database.open(empty_url)
        stack.push_async_callback(other.close)
        yield [Process.on(database), Process.on(other)]


async def granted(process: Process, grant_id: str, key_id: str | None, session: str | None) -> None:
    grant = Grant(
        id=grant_id,
        person=ADA,
        installation_id=9,
        permissions=frozenset(["integration:read"]),
        key_id=key_id,
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    await process.grants.begin(grant, f"refresh of {grant_id}", session=session)


async def opens(process: Process, text: str) -> tuple[bool, bool, bool, bool]:
    """Whether the key, the session, and the tokens of each open anything there."""
    key = await process.keys.matching(read_key(text))
    session = await process.sessions.get(TEXT)
    of_key, of_session = await process.grants.get("of-key"), await process.grants.get("of-session")
    return (
        key is not None and key.revoked_at is None,
        session is not None,
        of_key is not None and of_key.revoked_at is None,
        of_session is not None and of_session.revoked_at is None,
    )


async def test_what_ended_in_one_process_opens_nothing_in_another(
    two: Sequence[Process],
) -> None:
    one, other = two
    key, text = await create(one.keys, person=ADA, installation_id=9, scopes=["read"], days=1, now=NOW)
    session = Session(person=ADA, installation_id=9, created_at=NOW, seen_at=NOW)
    await one.sessions.begin(TEXT, session, instead_of=None)
    await granted(one, "of-key", key.id, None)
    await granted(one, "of-session", None, TEXT)

    before = [await opens(each, text) for each in two for _ in range(3)]
    await other.keys.revoke(key.id, NOW)
    without_key = [await opens(each, text) for each in two]
    await one.sessions.end_all(ADA.id)
    without_both = [await opens(each, text) for each in two]

    assert before == [(True, True, True, True)] * 6
    assert without_key == [(False, True, False, True)] * 2
    assert without_both == [(False, False, False, False)] * 2


async def test_who_opens_something_is_told_how_far_the_log_was_looked_at(two: Sequence[Process]) -> None:
    one, _ = two
    session = Session(person=ADA, installation_id=9, created_at=NOW, seen_at=NOW)
    await one.sessions.begin(TEXT, session, instead_of=None)
    await granted(one, "of-session", None, TEXT)

    seen, grant = await one.sessions.get(TEXT), await one.grants.get("of-session")

    assert seen is not None
    assert grant is not None
    assert (seen.as_of, grant.as_of) == (0, 0)


@dataclass
class Counted:
    """What is read, each time."""

    asked: list[list[str]] = field(default_factory=list)

    def read(self, names: Sequence[str], _connection: Connection) -> Mapping[str, str]:
        self.asked.append(sorted(names))
        return {name: name.upper() for name in names if name != "nobody"}


async def test_who_asks_at_the_same_time_is_one_trip(two: Sequence[Process]) -> None:
    counted = Counted()
    rows = BesideNews(two[0].database, News(two[0].database), counted.read)

    found = await asyncio.gather(*(rows.get(name) for name in ("a", "b", "nobody", "a")))

    assert [each and each.row for each in found] == ["A", "B", None, "A"]
    assert counted.asked == [["a", "b", "nobody"]]


async def test_on_a_file_nothing_is_read_again_until_somebody_writes(two: Sequence[Process]) -> None:
    one, other = two
    counted, session = Counted(), Session(person=ADA, installation_id=9, created_at=NOW, seen_at=NOW)
    rows = BesideNews(one.database, News(one.database), counted.read)

    for _ in range(5):
        await rows.get("a")
    before = len(counted.asked)
    await other.sessions.begin(TEXT, session, instead_of=None)
    await rows.get("a")

    assert (before, len(counted.asked)) == ((1, 2) if one.database.path else (5, 6))
