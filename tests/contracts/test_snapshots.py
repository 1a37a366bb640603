"""Whether anybody has written is told by the database itself: never no after a commit, whoever committed."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest

from bot.infrastructure.database import Database
from bot.infrastructure.snapshots import Snapshots
from tests.contracts.by_hand import run
from tests.contracts.conftest import SERVER

ROUNDS = 30
NEEDS_SERVER = pytest.mark.skipif(not SERVER, reason="TEST_POSTGRES_URL names no server")
INSERT = "INSERT INTO tray VALUES ('{}')"


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Database]:
    """Another process on the same database."""
    other = await Database.open(database.url)
    yield other
    await other.close()


async def test_each_commit_of_another_process_is_another_state(database: Database, other: Database) -> None:
    states = [await database.state()]
    for number in range(ROUNDS):
        await run(other, INSERT.format(number))
        states += [await database.state()]

    assert None not in states
    assert len({*states}) == ROUNDS + 1


async def test_all_who_ask_at_once_are_told_a_state_that_is_not_older_than_their_question(
    database: Database, other: Database
) -> None:
    for number in range(ROUNDS):
        first = await database.state()
        early = [asyncio.ensure_future(database.state()) for _ in range(3)]
        await asyncio.sleep(0)
        await run(other, INSERT.format(number))
        late = [asyncio.ensure_future(database.state()) for _ in range(3)]
        after, before = {*await asyncio.gather(*late)}, {*await asyncio.gather(*early)}
        assert first not in after
        assert (len(after), len(before)) == (1, 1)
        assert None not in before | after


@NEEDS_SERVER
async def test_whoever_asks_while_it_is_closed_is_told_nothing() -> None:
    snapshots = Snapshots(str(SERVER), {})
    await snapshots.now()
    asking = asyncio.ensure_future(snapshots.now())
    await asyncio.sleep(0)

    snapshots.close()

    assert await asking is None


@NEEDS_SERVER
@pytest.mark.parametrize(("rest", "is_told"), [(0.0, True), (600.0, False)])
async def test_another_connection_is_another_state_and_is_not_made_at_once(
    rest: float,
    is_told: bool,  # noqa: FBT001
) -> None:
    name = f"snapshots_{uuid4().hex}"
    snapshots = Snapshots(f"{SERVER}?application_name={name}", {}, rest=rest)
    before = await snapshots.now()

    with psycopg.connect(str(SERVER), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name]
        )
    after = before
    while after is not None and after.startswith("1 "):
        after = await snapshots.now()
    again = await snapshots.now()  # whoever asked while it broke off is told nothing
    snapshots.close()

    assert before is not None
    assert again is None or again.startswith("2 ")
    assert (again is not None) == is_told


@NEEDS_SERVER
async def test_where_nobody_listens_nothing_is_told() -> None:
    snapshots = Snapshots("postgresql://nobody@127.0.0.1:1/none", {})

    assert [await snapshots.now() for _ in range(3)] == [None] * 3
    snapshots.close()


@NEEDS_SERVER
async def test_whoever_asks_in_the_moment_in_which_the_server_breaks_off_is_told_too() -> None:
    name = f"snapshots_{uuid4().hex}"
    snapshots = Snapshots(f"{SERVER}?application_name={name}", {}, rest=0.0)
    await snapshots.now()
    with psycopg.connect(str(SERVER), autocommit=True) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [name])
        pids = [pid for (pid,) in found.fetchall()]
        connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) AS pid", [pids])

    async with asyncio.timeout(20):  # it has not seen that yet: this is the turn in which it does
        told = await asyncio.gather(*(snapshots.now() for _ in range(3)))
    snapshots.close()

    assert len(pids) == 1
    assert len(told) == 3


async def test_where_nothing_comes_back_nobody_waits_for_the_attempts_of_others() -> None:
    attempts: list[asyncio.StreamWriter] = []

    async def is_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attempts.append(writer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(is_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    snapshots = Snapshots(f"postgresql://nobody@127.0.0.1:{port}/none", {"connect_timeout": 2}, rest=2.0)

    told = await asyncio.gather(*(snapshots.now() for _ in range(4)))
    snapshots.close()
    server.close()
    for each in attempts:
        each.close()
        await each.wait_closed()

    assert told == [None] * 4
    assert len(attempts) == 1
