"""API keys as they are kept: by a keyed digest, revoked at once, their last use once a minute."""

from asyncio import gather
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from bot.api_records import ApiKey, KeyRoom, WantedKeys
from bot.application.callers import NotRecognised
from bot.application.keys import caller_by, create, recognised
from bot.application.keys import made as new_key
from bot.domain.api_keys import CHECK_DIGITS, ENTROPY_BYTES, checksum, key_text, read_key
from bot.domain.key_facts import key_made
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.tables import API_KEYS
from bot.records import Actor
from tests.contracts.by_hand import column, go_back, run
from tests.contracts.conftest import Watch

SECRET: Final = b"a secret of an operator, 32 bytes and more"
ADA: Final = Actor(id=1, login="ada")
NEXT_YEAR: Final = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def keys(database: Database) -> ApiKeys:
    return ApiKeys(database, Crypto(SECRET))


async def made(keys: ApiKeys, clock: Watch, **bent: Any) -> tuple[ApiKey, str]:
    wanted: dict[str, Any] = {"person": ADA, "installation_id": 9, "scopes": ["read"], "days": 30, **bent}
    return await create(keys, now=clock.now(), **wanted)


async def refusal(text: str, keys: ApiKeys, clock: Watch) -> str:
    with pytest.raises(NotRecognised) as no:
        await recognised(text, keys, clock)
    return no.value.code


async def test_a_key_is_recognised_as_what_it_was_made_for(keys: ApiKeys, clock: Watch) -> None:
    key, text = await made(keys, clock, scopes=["write"])

    found = await recognised(text, keys, clock)

    assert found == caller_by(key)
    assert found.person.login == "ada"
    assert found.permissions == {"integration:read", "integration:write", "integration:approve"}
    assert found.expires_at - clock.now() == timedelta(days=30)


async def test_web_12_what_is_kept_neither_holds_the_key_nor_makes_one(
    keys: ApiKeys, clock: Watch, database: Database
) -> None:
    _, text = await made(keys, clock)
    secret = text.rpartition("_")[2]

    [digest] = await column(database, "SELECT digest FROM api_keys")
    kept = await database.read(lambda connection: str(connection.execute(API_KEYS.select()).fetchall()))

    assert len(digest) == 32
    assert secret not in kept
    assert await refusal(text, ApiKeys(database, Crypto(b"another secret, of 32 bytes and more")), clock) == (
        "key_unknown"
    )


async def test_web_12_the_right_id_with_another_secret_opens_nothing(keys: ApiKeys, clock: Watch) -> None:
    _, text = await made(keys, clock)
    other = key_text(bytes(ENTROPY_BYTES))
    body = text[: text.rindex("_")] + other[other.rindex("_") :]
    forged = forged_sum(body)

    assert read_key(forged).id == read_key(text).id
    assert await refusal(forged, keys, clock) == "key_unknown"
    assert await refusal(other, keys, clock) == "key_unknown"


def forged_sum(text: str) -> str:
    """The same with the sum that belongs to it, which anybody can make."""
    body = text[:-CHECK_DIGITS]
    return body + checksum(body)


async def test_web_11_it_is_revoked_at_once_and_in_every_process(
    keys: ApiKeys, clock: Watch, database: Database
) -> None:
    key, text = await made(keys, clock)
    elsewhere = ApiKeys(database, Crypto(SECRET))
    await recognised(text, elsewhere, clock)

    [first] = await keys.revoke(key.id, clock.now())
    clock.moves(seconds=1)
    [again] = await keys.revoke(key.id, clock.now())

    assert first == again == replace(key, revoked_at=first.revoked_at, used_at=first.used_at)
    assert await refusal(text, elsewhere, clock) == "key_revoked"
    assert not await keys.revoke("nobody", clock.now())


async def family(keys: ApiKeys, clock: Watch) -> list[ApiKey]:
    """A key, one made with it, one made with that, and one beside them."""
    found: list[ApiKey] = []
    for maker in (None, 0, 1, None):
        by = None if maker is None else found[maker].id
        key, text = one_of(clock, by)
        assert await keys.keep(key, text)
        found.append(key)
        clock.moves(seconds=1)
    return found


def one_of(clock: Watch, made_by: str | None) -> tuple[ApiKey, str]:
    until = clock.now() + timedelta(days=30)
    return new_key(
        person=ADA, installation_id=9, permissions=["a"], until=until, now=clock.now(), made_by=made_by
    )


async def test_web_11_what_was_made_with_it_goes_with_it_by_however_many_steps(
    keys: ApiKeys, clock: Watch
) -> None:
    whole = await family(keys, clock)

    gone = await keys.revoke(whole[0].id, clock.now())

    assert [key.id for key in gone] == [key.id for key in whole[:3]]
    assert {key.revoked_at for key in gone} == {clock.now()}
    left = await keys.get(whole[3].id)
    assert left == whole[3]


async def test_web_11_what_it_was_made_with_stays_and_so_does_when_one_was_revoked_before(
    keys: ApiKeys, clock: Watch
) -> None:
    whole = await family(keys, clock)
    before = clock.now()
    await keys.revoke(whole[1].id, before)
    clock.moves(hours=1)
    first = await keys.get(whole[0].id)

    gone = await keys.revoke(whole[0].id, clock.now())

    assert first == whole[0]
    assert [key.revoked_at for key in gone] == [clock.now(), before, before]


async def test_web_11_with_one_that_is_revoked_none_is_made(keys: ApiKeys, clock: Watch) -> None:
    whole = await family(keys, clock)
    await keys.revoke(whole[1].id, clock.now())

    key, text = one_of(clock, whole[1].id)

    assert await keys.keep(key, text) == "maker_revoked"
    assert await keys.get(key.id) is None


async def test_web_11_of_one_being_revoked_and_one_being_made_with_it_none_is_left(
    keys: ApiKeys, clock: Watch, database: Database
) -> None:
    elsewhere = ApiKeys(database, Crypto(SECRET))
    for _ in range(10):
        whole = await family(keys, clock)
        late = [one_of(clock, whole[step].id) for step in (0, 1, 2)]

        await gather(*(elsewhere.keep(*each) for each in late), keys.revoke(whole[0].id, clock.now()))

        kept = [await keys.get(key.id) for key, _ in late]
        assert all(key is None or key.revoked_at is not None for key in kept)


async def test_with_what_a_key_was_made_is_told_of_those_there_were_before(
    keys: ApiKeys, clock: Watch, database: Database, outbox: Any, observer: Any
) -> None:
    whole, log = await family(keys, clock), EventStore(database, clock, outbox, observer)
    makers = (None, whole[0].id, "person-1", None)
    for after, (key, by) in enumerate(zip(whole, makers, strict=True)):
        fact = key_made(key, by=by)
        await log.append("keys:9", [fact], after=after, key=key.id, meta={}, row={}, follow_ups=())
    await go_back(database, "0010")

    await database.migrate()

    assert [key.made_by for key in await keys.listed()] == [None, whole[0].id, None, None]


async def test_it_ends(keys: ApiKeys, clock: Watch) -> None:
    _, text = await made(keys, clock, days=1)
    clock.moves(days=1)

    assert await refusal(text, keys, clock) == "key_expired"


async def test_its_last_use_is_noted_once_a_minute(keys: ApiKeys, clock: Watch) -> None:
    _, text = await made(keys, clock)

    await recognised(text, keys, clock)
    began = clock.now()
    clock.moves(seconds=59)
    await recognised(text, keys, clock)
    [once] = await keys.listed()
    clock.moves(seconds=1)
    await recognised(text, keys, clock)
    [twice] = await keys.listed()

    assert (once.used_at, twice.used_at) == (began, began + timedelta(minutes=1))


async def test_an_older_use_does_not_replace_a_newer_one(keys: ApiKeys, clock: Watch) -> None:
    key, _ = await made(keys, clock)
    await keys.note_use(key.id, NEXT_YEAR)
    await keys.note_use(key.id, clock.now())

    [found] = await keys.listed()

    assert found.used_at == NEXT_YEAR


async def test_keys_are_gone_through_page_by_page_of_one_installation_and_one_person(
    keys: ApiKeys, clock: Watch
) -> None:
    eve = Actor(id=66, login="eve")
    whose: list[dict[str, Any]] = [{}, {"person": eve}, {}, {"installation_id": 10}, {}]
    ids = [(await made(keys, clock, **bent))[0].id for bent in whose]
    ours, hers = WantedKeys(installation_id=9), WantedKeys(installation_id=9, person_id=1)

    everybodys = await keys.page(ours, after=None, most=10)
    first = await keys.page(hers, after=None, most=2)
    rest = await keys.page(hers, after=(as_text(first[-1].created_at), first[-1].id), most=2)

    assert {key.id for key in everybodys} == set(ids) - {ids[3]}
    assert {key.id for key in (*first, *rest)} == {ids[0], ids[2], ids[4]}
    assert (len(first), len(rest)) == (2, 1)
    assert await keys.get(ids[1]) == next(key for key in everybodys if key.person == eve)
    assert await keys.get("nobody") is None


async def test_those_that_count_are_counted_and_those_that_did_a_while_ago(
    keys: ApiKeys, clock: Watch
) -> None:
    long_ago = clock.now()
    gone, over, _ = [await made(keys, clock, days=days) for days in (30, 1, 30)]
    await keys.revoke(gone[0].id, clock.now() + timedelta(hours=1))
    await made(keys, clock, installation_id=10)
    await made(keys, clock, person=Actor(id=66, login="eve"))
    later = over[0].expires_at

    assert await keys.counting(9, ADA.id, long_ago) == 3
    assert await keys.counting(9, ADA.id, long_ago + timedelta(hours=1)) == 2
    assert await keys.counting(9, ADA.id, later) == 1


async def test_web_16_in_however_many_processes_they_are_asked_for_at_once_there_is_room_for_so_many(
    keys: ApiKeys, clock: Watch, database: Database, empty_url: str
) -> None:
    other = await Database.open(empty_url)
    elsewhere, now = ApiKeys(other, Crypto(SECRET)), clock.now()
    room = KeyRoom(now=now, most=5, since=now - timedelta(hours=1), most_since=7)
    await made(keys, clock, person=Actor(id=66, login="eve"))

    kept = Counter(
        await gather(*(each.keep(*one_of(clock, None), room=room) for each in (keys, elsewhere) * 10))
    )
    for key in (await keys.page(WantedKeys(installation_id=9, person_id=ADA.id), after=None, most=9))[:3]:
        await elsewhere.revoke(key.id, now)
    later = [await keys.keep(*one_of(clock, None), room=room) for _ in range(3)]

    await other.close()
    assert kept == {"kept": 5, "no_room": 15}
    assert later == ["kept", "kept", "no_room"]  # two more counted within the hour, and that is all


async def test_keys_are_made_in_a_database_that_was_filled_before(
    database: Database, keys: ApiKeys, clock: Watch
) -> None:
    await run(database, "INSERT INTO effects VALUES ('key', 'then', 'done')")
    await go_back(database, "0004")

    await database.migrate()

    _, text = await made(keys, clock)
    assert (await recognised(text, keys, clock)).person == ADA
    assert await column(database, "SELECT result FROM effects") == ["done"]
