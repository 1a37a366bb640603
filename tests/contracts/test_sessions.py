"""Sessions and people's tokens as they are kept: by digest and sealed, over at once, renewed by one."""

from asyncio import gather
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from bot.application.sign_in_ports import SignIns
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.infrastructure.sessions import Sessions
from bot.infrastructure.tables import SESSIONS, USER_TOKENS
from bot.infrastructure.user_tokens import UserTokenStore
from bot.records import Actor
from bot.session_records import Session, UserTokens
from tests.contracts.by_hand import column, go_back, run
from tests.contracts.conftest import Watch
from tests.unit.fakes import FakeSignIns

SECRET: Final = b"a secret of an operator, 32 bytes and more"
GITHUB: Final = "https://github.com"
ADA: Final = Actor(id=1, login="ada")
EVE: Final = Actor(id=66, login="eve")
TEXT: Final = "t" * 43
PAIR: Final = UserTokens(access="ghu_canary-access", refresh="ghr_canary-refresh")


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database, Crypto(SECRET), GITHUB)


@pytest.fixture
def tokens(database: Database) -> UserTokenStore:
    return UserTokenStore(database, Crypto(SECRET), GITHUB)


def session(clock: Watch, person: Actor = ADA) -> Session:
    return Session(person=person, installation_id=None, created_at=clock.now(), seen_at=clock.now())


async def begun(sessions: Sessions, clock: Watch, *texts: str, person: Actor = ADA) -> None:
    for text in texts:
        await sessions.begin(text, session(clock, person), instead_of=None)


async def test_a_session_is_found_by_its_text_and_by_nothing_else(
    sessions: Sessions, clock: Watch, database: Database
) -> None:
    await begun(sessions, clock, TEXT)
    kept = await database.read(lambda connection: str(connection.execute(SESSIONS.select()).fetchall()))

    assert await sessions.get(TEXT) == session(clock)
    assert await sessions.get("u" * 43) is None
    assert TEXT not in kept
    assert await Sessions(database, Crypto(b"another secret, of 32 bytes and more"), GITHUB).get(TEXT) is None


async def test_web_04_a_session_of_another_github_is_nobodys(
    sessions: Sessions, tokens: UserTokenStore, clock: Watch, database: Database
) -> None:
    await begun(sessions, clock, TEXT)
    await tokens.keep(ADA.id, PAIR)
    elsewhere = "https://github.example.org"

    assert await Sessions(database, Crypto(SECRET), elsewhere).get(TEXT) is None
    assert await UserTokenStore(database, Crypto(SECRET), elsewhere).get(ADA.id) is None


async def test_web_06_a_new_session_ends_the_one_that_the_browser_had(
    sessions: Sessions, clock: Watch
) -> None:
    await begun(sessions, clock, TEXT)

    await sessions.begin("n" * 43, session(clock), instead_of=TEXT)

    assert await sessions.get(TEXT) is None
    assert await sessions.get("n" * 43) is not None


async def test_what_is_noted_of_it_is_kept(sessions: Sessions, clock: Watch) -> None:
    await begun(sessions, clock, TEXT)
    clock.moves(minutes=2)

    await sessions.note_use(TEXT, clock.now())
    await sessions.note_use(TEXT, clock.now() - timedelta(minutes=1))
    await sessions.choose(TEXT, 9)

    found = await sessions.get(TEXT)
    assert found is not None
    assert (found.seen_at, found.installation_id) == (clock.now(), 9)


async def test_tokens_go_with_the_last_session_of_their_person(
    sessions: Sessions, tokens: UserTokenStore, clock: Watch
) -> None:
    await begun(sessions, clock, TEXT, "u" * 43)
    await begun(sessions, clock, "e" * 43, person=EVE)
    await tokens.keep(ADA.id, PAIR)
    await tokens.keep(EVE.id, PAIR)

    await sessions.end(TEXT)
    with_one_left = await tokens.get(ADA.id)
    await sessions.end("u" * 43)

    assert with_one_left is not None
    assert await tokens.get(ADA.id) is None
    assert await tokens.get(EVE.id) is not None


async def test_web_06_all_of_a_person_are_over_at_once_and_nobody_elses(
    sessions: Sessions, tokens: UserTokenStore, clock: Watch, database: Database
) -> None:
    await begun(sessions, clock, TEXT, "u" * 43)
    await begun(sessions, clock, "e" * 43, person=EVE)
    await tokens.keep(ADA.id, PAIR)

    await Sessions(database, Crypto(SECRET), GITHUB).end_all(ADA.id)

    assert [await sessions.get(text) for text in (TEXT, "u" * 43)] == [None, None]
    assert await sessions.get("e" * 43) is not None
    assert await tokens.get(ADA.id) is None


@pytest.mark.parametrize("kind", ["adapter", "fake"])
async def test_web_06_signing_out_twice_is_signing_out_once_and_nobody_else(
    sessions: Sessions, clock: Watch, database: Database, kind: str
) -> None:
    await begun(sessions, clock, TEXT, "u" * 43)
    await begun(sessions, clock, "e" * 43, person=EVE)
    fake = FakeSignIns({ADA.id, EVE.id})
    port: SignIns = sessions if kind == "adapter" else fake

    await port.end_all(ADA.id)
    await port.end_all(ADA.id)

    kept = set(await column(database, "SELECT github_id FROM sessions"))
    assert (kept if port is sessions else fake.signed_in) == {EVE.id}


async def test_web_03_a_state_is_good_once_however_many_bring_it_at_once(
    sessions: Sessions, clock: Watch, database: Database
) -> None:
    elsewhere = Sessions(database, Crypto(SECRET), GITHUB)

    first = await gather(*(each.use_up("state", clock.now()) for each in [sessions, elsewhere] * 4))

    assert sum(first) == 1
    assert await sessions.use_up("another", clock.now())


async def test_what_is_over_is_deleted_with_what_it_needed(
    sessions: Sessions, tokens: UserTokenStore, clock: Watch, database: Database
) -> None:
    await begun(sessions, clock, TEXT)
    await begun(sessions, clock, "e" * 43, person=EVE)
    await tokens.keep(ADA.id, PAIR)
    await tokens.keep(EVE.id, PAIR)
    await sessions.use_up("state", clock.now())
    clock.moves(hours=8, seconds=1)
    await sessions.note_use("e" * 43, clock.now())

    assert await sessions.expire(clock.now()) == 1

    assert await sessions.get(TEXT) is None
    assert await tokens.get(ADA.id) is None
    assert await tokens.get(EVE.id) is not None
    assert await column(database, "SELECT count(*) FROM used_states") == [0]
    clock.moves(days=7)
    await sessions.note_use("e" * 43, clock.now())
    assert await sessions.expire(clock.now()) == 1


async def test_sx_05_tokens_are_sealed_for_their_person_alone(
    sessions: Sessions, tokens: UserTokenStore, clock: Watch, database: Database
) -> None:
    await tokens.keep(ADA.id, PAIR)
    kept = await database.read(lambda connection: str(connection.execute(USER_TOKENS.select()).fetchall()))
    await run(database, "UPDATE user_tokens SET github_id = 66")

    assert "canary" not in kept
    assert await tokens.get(EVE.id) is None


async def test_tokens_are_given_back_as_they_were(tokens: UserTokenStore, clock: Watch) -> None:
    passing = replace(PAIR, access_until=clock.now(), refresh_until=clock.now() + timedelta(days=1))
    await tokens.keep(ADA.id, PAIR)
    first = await version_of(tokens)
    await tokens.keep(ADA.id, passing)

    found = await tokens.get(ADA.id)

    assert found is not None
    assert (found.tokens, found.version) == (passing, first + 1)


async def version_of(tokens: UserTokenStore) -> int:
    found = await tokens.get(ADA.id)
    assert found is not None
    return found.version


async def test_whoever_signed_out_and_in_again_meanwhile_is_not_taken_for_as_before(
    tokens: UserTokenStore, sessions: Sessions, clock: Watch
) -> None:
    await tokens.keep(ADA.id, PAIR)
    before = await version_of(tokens)
    await sessions.end_all(ADA.id)
    new = replace(PAIR, access="ghu_new")
    await tokens.keep(ADA.id, new)

    claimed = await tokens.claim(ADA.id, before, now=clock.now(), until=clock.now() + timedelta(minutes=1))
    renewed = await tokens.renew(ADA.id, before, PAIR)

    found = await tokens.get(ADA.id)
    assert (claimed, renewed) == (False, False)
    assert found is not None
    assert (found.tokens, found.version == before) == (new, False)


async def test_one_renews_and_the_others_do_not(
    tokens: UserTokenStore, clock: Watch, database: Database
) -> None:
    await tokens.keep(ADA.id, PAIR)
    first = await version_of(tokens)
    stores = [tokens, UserTokenStore(database, Crypto(SECRET), GITHUB)] * 3
    until = clock.now() + timedelta(minutes=1)

    claims = await gather(*(each.claim(ADA.id, first, now=clock.now(), until=until) for each in stores))
    renewed = await tokens.renew(ADA.id, first, replace(PAIR, access="ghu_new"))
    late = await tokens.renew(ADA.id, first, PAIR)

    found = await tokens.get(ADA.id)
    assert (sum(claims), renewed, late) == (1, True, False)
    assert found is not None
    assert (found.tokens.access, found.version) == ("ghu_new", first + 1)
    assert not await tokens.claim(ADA.id, first, now=clock.now(), until=until)
    assert await tokens.claim(ADA.id, first + 1, now=clock.now(), until=until)


async def test_what_was_claimed_and_not_renewed_is_free_again(tokens: UserTokenStore, clock: Watch) -> None:
    await tokens.keep(ADA.id, PAIR)
    first = await version_of(tokens)
    until = clock.now() + timedelta(minutes=1)
    await tokens.claim(ADA.id, first, now=clock.now(), until=until)
    await tokens.release(ADA.id, first)

    after_release = await tokens.claim(ADA.id, first, now=clock.now(), until=until)
    clock.moves(minutes=1)
    after_its_time = await tokens.claim(ADA.id, first, now=clock.now(), until=until)

    assert (after_release, after_its_time) == (True, True)


async def test_sessions_are_made_in_a_database_that_was_filled_before(
    database: Database, sessions: Sessions, clock: Watch
) -> None:
    await run(database, "INSERT INTO effects VALUES ('key', 'then', 'done')")
    await go_back(database, "0006")

    await database.migrate()

    await begun(sessions, clock, TEXT)
    assert await sessions.get(TEXT) is not None
    assert await column(database, "SELECT result FROM effects") == ["done"]
