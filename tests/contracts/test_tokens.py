"""What access tokens need in the database: keys sealed, refresh tokens by a digest, each used once."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select, update

from bot.api_records import ApiKey
from bot.application.granting import Granting, NotGranted
from bot.application.key_upkeep import drop_ended_grants, renew_signing_keys
from bot.application.keys import create
from bot.application.signing import Signing
from bot.domain.access_tokens import Issuer
from bot.domain.signing_keys import RENEWED_EVERY
from bot.infrastructure.access_tokens import AccessTokens
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.infrastructure.database import Database
from bot.infrastructure.grants import Grants
from bot.infrastructure.signing_keys import SigningKeys
from bot.infrastructure.tables import SIGNING_KEYS
from bot.records import Actor, Unavailable
from bot.token_records import Grant, Refresh, RefreshStanding
from tests.contracts.by_hand import column, go_back
from tests.contracts.conftest import Watch

SECRET: Final = b"a secret of an operator, 32 bytes and more"
ADA: Final = Actor(id=1, login="ada")
GITHUB: Final = "https://github.com"


@pytest.fixture
def keys(database: Database) -> SigningKeys:
    return SigningKeys(database, Crypto(SECRET))


@pytest.fixture
def granting(database: Database, keys: SigningKeys, clock: Watch) -> Granting:
    return Granting(
        keys=ApiKeys(database, Crypto(SECRET)),
        grants=Grants(database, Crypto(SECRET), GITHUB),
        signing=Signing(keys=keys, tokens=AccessTokens(keys)),
        clock=clock,
        issuer=Issuer("https://bot.example.org"),
    )


async def key_of(granting: Granting, clock: Watch) -> tuple[ApiKey, str]:
    return await create(
        granting.keys, person=ADA, installation_id=9, scopes=["read"], days=30, now=clock.now()
    )


async def kept(database: Database, *columns: str) -> str:
    return repr([await column(database, f"SELECT {name}") for name in columns])


async def test_web_12_of_what_is_kept_nobody_makes_a_token(
    database: Database, granting: Granting, keys: SigningKeys, clock: Watch
) -> None:
    _, text = await key_of(granting, clock)
    issued = await granting.for_key(text, ())
    [key] = await keys.listed()
    private = await keys.private(key.kid)
    content = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    [sealed] = await column(database, "SELECT sealed FROM signing_keys")
    [digest] = await column(database, "SELECT digest FROM refresh_tokens")
    said = await kept(database, "public FROM signing_keys", "id FROM grants")

    assert private.private_numbers().private_value.to_bytes(32, "big") not in bytes(sealed)
    assert content not in bytes(sealed)
    assert len(digest) == 32
    assert issued.refresh_token[4:] not in said
    assert '"d"' not in said
    with pytest.raises(NotSealedHere):
        await SigningKeys(database, Crypto(b"another secret, of 32 bytes and more")).private(key.kid)


async def test_a_key_is_sealed_for_its_own_name(database: Database, keys: SigningKeys, clock: Watch) -> None:
    first, second = [await keys.add(signs_from=clock.now()) for _ in range(2)]
    swap = update(SIGNING_KEYS).values(
        sealed=select(SIGNING_KEYS.c.sealed).where(SIGNING_KEYS.c.kid == second.kid).scalar_subquery()
    )
    await database.write(lambda connection: connection.execute(swap))

    with pytest.raises(NotSealedHere):
        await keys.private(first.kid)
    assert (await keys.private(second.kid)).curve.name == "secp256r1"


async def test_a_key_that_was_taken_away_signs_nothing_and_it_is_tried_again(
    keys: SigningKeys, clock: Watch
) -> None:
    gone = await keys.add(signs_from=clock.now())
    await keys.add(signs_from=clock.now(), in_place_of=[gone.kid])

    with pytest.raises(Unavailable, match="signing_key_gone"):
        await keys.private(gone.kid)


async def test_of_many_who_show_a_refresh_token_at_once_all_are_told_the_same(
    database: Database, granting: Granting, clock: Watch
) -> None:
    _, text = await key_of(granting, clock)
    issued = await granting.for_key(text, ())

    answers = await asyncio.gather(*(granting.for_refresh(issued.refresh_token, ()) for _ in range(8)))

    assert len({answer.refresh_token for answer in answers}) == 1
    assert len({answer.access_token for answer in answers}) == 8
    assert len(await column(database, "SELECT digest FROM refresh_tokens")) == 2


async def test_web_10_once_one_is_used_twice_none_of_the_grant_counts_in_any_process(
    database: Database, granting: Granting, clock: Watch
) -> None:
    _, text = await key_of(granting, clock)
    first = (await granting.for_key(text, ())).refresh_token
    second = (await granting.for_refresh(first, ())).refresh_token
    await granting.for_refresh(second, ())

    elsewhere = Grants(database, Crypto(SECRET), GITHUB)
    with pytest.raises(NotGranted, match="refresh_reused"):
        await granting.for_refresh(first, ())

    [grant_id] = await column(database, "SELECT id FROM grants")
    grant = await elsewhere.get(grant_id)
    assert grant is not None
    assert grant.revoked_at == clock.now()
    with pytest.raises(NotGranted, match="refresh_revoked"):
        await granting.for_refresh(second, ())


async def test_a_grant_is_over_where_its_key_is(granting: Granting, clock: Watch) -> None:
    key, text = await key_of(granting, clock)
    issued = await granting.for_key(text, ())
    await granting.keys.revoke(key.id, clock.now())

    with pytest.raises(NotGranted, match="refresh_revoked"):
        await granting.for_refresh(issued.refresh_token, ())


async def test_a_refresh_token_that_was_never_made_is_none(granting: Granting, clock: Watch) -> None:
    def good(_grant: Grant, _shown: Refresh, _now: datetime) -> RefreshStanding:
        return "good"

    assert await granting.grants.grant_of("ccr_") is None
    assert await granting.grants.get("nobody") is None
    assert await granting.grants.renew("ccr_", "ccr_next", clock.now(), good) is None


async def test_every_night_what_ended_goes_and_old_keys_are_followed(
    database: Database, granting: Granting, keys: SigningKeys, clock: Watch
) -> None:
    _, text = await key_of(granting, clock)
    await granting.for_key(text, ())
    [first] = await keys.listed()

    async def a_night() -> None:
        await renew_signing_keys(keys, clock, key="night")
        await drop_ended_grants(Grants(database, Crypto(SECRET), GITHUB), clock, key="night")

    await a_night()
    assert await keys.listed() == [first]
    assert len(await column(database, "SELECT id FROM grants")) == 1

    clock.time += RENEWED_EVERY
    await a_night()
    await a_night()
    second = next(key for key in await keys.listed() if key != first)
    assert {key.kid for key in await keys.listed()} == {first.kid, second.kid}
    assert second.signs_from - clock.now() == timedelta(hours=1)
    assert await column(database, "SELECT digest FROM refresh_tokens") == []
    assert await column(database, "SELECT id FROM grants") == []

    clock.moves(days=1)
    await a_night()
    assert await keys.listed() == [second]


async def test_tables_of_tokens_are_made_in_a_database_that_was_filled_before(
    database: Database, granting: Granting, clock: Watch
) -> None:
    _, text = await key_of(granting, clock)
    await go_back(database, "0005")

    await database.migrate()

    issued = await granting.for_key(text, ())
    assert (await granting.recognised(issued.access_token)).person == ADA
