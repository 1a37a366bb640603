"""Blobs: found by their SHA-256, readable by nobody who has the database alone, gone when forgotten."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.infrastructure.blobs import KEPT_TOGETHER, Blobs
from bot.infrastructure.crypto import Box, Crypto, NotSealedHere, fresh_key
from bot.infrastructure.database import Database
from bot.infrastructure.tables import BLOBS
from bot.records import StepFailed
from tests.contracts.by_hand import column, rows, run

SECRET = b"a secret of an operator, 32 bytes and more"
CANARY = b"ghp_canary_that_must_not_be_readable_in_any_dump"
MONTH = timedelta(days=30)


@pytest.fixture
def blobs(database: Database, clock: Any) -> Blobs:
    return Blobs(database, Crypto(SECRET), clock, lifetime=MONTH)


async def dump(database: Database) -> bytes:
    """Every byte that the two tables hold."""
    kept = [
        *await rows(database, "SELECT sealed FROM blob_keys"),
        *await rows(database, "SELECT name, content FROM blobs"),
    ]
    return b"".join(cell for row in kept for cell in row)


def everything_in(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


async def count(database: Database) -> int:
    return len(await rows(database, "SELECT name FROM blobs"))


@pytest.mark.parametrize("content", [b"", b"a diff", CANARY * 10_000, bytes(range(256)) * 8192])
async def test_what_was_put_is_found_by_its_sha256(blobs: Blobs, content: bytes) -> None:
    digest = await blobs.put(7, content)

    assert digest == hashlib.sha256(content).hexdigest()
    assert await blobs.get(7, digest) == content


async def test_putting_the_same_again_keeps_one(blobs: Blobs, database: Database) -> None:
    digests = [await blobs.put(7, b"text") for _ in range(3)]

    assert len(set(digests)) == 1
    assert await count(database) == 1


async def test_the_first_blobs_of_a_repository_may_come_at_once(blobs: Blobs) -> None:
    digests = await asyncio.gather(*(blobs.put(7, f"text {n}".encode()) for n in range(10)))

    assert [await blobs.get(7, digest) for digest in digests] == [f"text {n}".encode() for n in range(10)]


async def test_a_blob_belongs_to_its_repository_alone(blobs: Blobs) -> None:
    digest = await blobs.put(7, b"text")
    await blobs.put(8, b"other text")

    with pytest.raises(StepFailed, match="forgotten"):
        await blobs.get(8, digest)


async def test_what_was_never_put_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(StepFailed, match="forgotten"):
        await blobs.get(7, "00" * 32)


async def test_sx_05_a_dump_shows_no_content_and_no_name(blobs: Blobs, database: Database) -> None:
    digest = await blobs.put(7, CANARY)

    dumped = await dump(database)

    assert dumped
    assert CANARY not in dumped
    assert bytes.fromhex(digest) not in dumped


async def test_sx_05_the_file_and_its_log_show_nothing(tmp_path: Path, clock: Any) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db")
    await database.migrate()

    await Blobs(database, Crypto(SECRET), clock, lifetime=MONTH).put(7, CANARY)

    raw = everything_in(tmp_path)
    await database.close()
    assert b"blob_keys" in raw
    assert CANARY not in raw


async def test_sx_05_a_dump_does_not_tell_that_two_repositories_hold_the_same(
    blobs: Blobs, database: Database
) -> None:
    await blobs.put(7, CANARY)
    await blobs.put(8, CANARY)

    kept = await rows(database, "SELECT name, content FROM blobs")

    assert len({row.name for row in kept}) == len({row.content for row in kept}) == 2


async def test_sx_05_another_secret_opens_nothing(blobs: Blobs, database: Database, clock: Any) -> None:
    digest = await blobs.put(7, CANARY)
    thief = Blobs(database, Crypto(b"another secret of thirty-two bytes or more"), clock, lifetime=MONTH)

    with pytest.raises(NotSealedHere):
        await thief.get(7, digest)


async def test_a_blob_that_was_changed_in_the_table_does_not_open(blobs: Blobs, database: Database) -> None:
    digest, other = await blobs.put(7, b"approved"), await blobs.put(7, b"rejected")
    kept = await rows(database, "SELECT name, content FROM blobs ORDER BY name")
    swap = update(BLOBS)
    swaps = [
        swap.values(content=swapped.content).where(BLOBS.c.name == row.name)
        for row, swapped in zip(kept, reversed(kept), strict=True)
    ]
    await run(database, *swaps)

    for one in (digest, other):
        with pytest.raises(NotSealedHere):
            await blobs.get(7, one)


async def test_what_is_forgotten_cannot_be_read_and_the_others_can(blobs: Blobs) -> None:
    gone, stays = await blobs.put(7, CANARY), await blobs.put(8, b"text")

    await blobs.forget([7, 9])

    with pytest.raises(StepFailed, match="forgotten"):
        await blobs.get(7, gone)
    assert await blobs.get(8, stays) == b"text"


async def test_a_repository_that_comes_back_starts_anew(blobs: Blobs) -> None:
    gone = await blobs.put(7, CANARY)
    await blobs.forget([7])

    new = await blobs.put(7, b"text")

    assert await blobs.get(7, new) == b"text"
    with pytest.raises(StepFailed, match="forgotten"):
        await blobs.get(7, gone)


async def test_a_forgotten_key_is_not_even_on_the_disk(tmp_path: Path, clock: Any) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db")
    await database.migrate()
    blobs = Blobs(database, Crypto(SECRET), clock, lifetime=MONTH)
    await blobs.put(7, CANARY)
    [sealed] = await column(database, "SELECT sealed FROM blob_keys")

    await blobs.forget([7])

    raw = everything_in(tmp_path)
    await database.close()
    assert sealed not in raw


async def test_a_blob_is_gone_when_its_time_is_over(blobs: Blobs, database: Database, clock: Any) -> None:
    digest = await blobs.put(7, b"text")
    clock.moves(days=29)
    assert await blobs.get(7, digest) == b"text"
    clock.moves(days=1)

    assert await blobs.expire(clock.now() + timedelta(seconds=1)) == 1

    with pytest.raises(StepFailed, match="forgotten"):
        await blobs.get(7, digest)
    assert await count(database) == 0


async def test_what_is_still_needed_can_be_read_until_it_is_deleted_and_kept_from_that(
    blobs: Blobs, database: Database, clock: Any
) -> None:
    needed = [await blobs.put(7, f"text {n}".encode()) for n in range(KEPT_TOGETHER + 1)]
    await blobs.put(7, b"no longer needed")
    other = await blobs.put(8, b"text 0")
    clock.moves(days=31)
    assert await blobs.get(7, needed[0]) == b"text 0"

    await blobs.keep(7, [*needed, "00" * 32])

    assert await blobs.expire(clock.now()) == 2
    clock.moves(days=29)
    assert await blobs.expire(clock.now()) == 0
    assert await blobs.get(7, needed[-1])
    with pytest.raises(StepFailed, match="forgotten"):
        await blobs.get(8, other)


async def test_of_a_repository_that_was_forgotten_nothing_can_be_kept(
    blobs: Blobs, database: Database
) -> None:
    digest = await blobs.put(7, b"text")
    await blobs.forget([7])

    await blobs.keep(7, [digest])

    assert await count(database) == 0


async def test_what_is_put_again_stays_longer(blobs: Blobs, clock: Any) -> None:
    digest = await blobs.put(7, b"text")
    clock.moves(days=29)
    await blobs.put(7, b"text")
    clock.moves(days=29)

    assert await blobs.expire(clock.now()) == 0
    assert await blobs.get(7, digest) == b"text"


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Crypto(b"short")


def test_what_is_drawn_for_one_purpose_opens_nothing_of_another() -> None:
    crypto = Crypto(SECRET)
    sealed = crypto.box("cookies").seal(b"text", about=b"it")

    assert crypto.box("cookies").open(sealed, about=b"it") == b"text"
    with pytest.raises(NotSealedHere):
        crypto.box("tokens").open(sealed, about=b"it")


def test_two_seals_of_the_same_differ() -> None:
    box = Box(fresh_key())

    assert box.seal(b"text", about=b"") != box.seal(b"text", about=b"")


@pytest.mark.parametrize(
    "damaged", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40), b"\x01" + bytes(40)]
)
def test_what_was_never_sealed_does_not_open(damaged: bytes) -> None:
    with pytest.raises(NotSealedHere):
        Box(fresh_key()).open(damaged, about=b"")
