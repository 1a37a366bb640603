"""The tables come to be on an empty database and on one that is not, whole or not at all."""

import asyncio
import stat
import sys
import warnings
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.infrastructure.chain import GENESIS
from bot.infrastructure.database import AlreadyRunning, Database, alone
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.migrations import HERE, SchemaTooNew, newest
from bot.infrastructure.tables import METADATA
from bot.records import Fact, Unavailable
from tests.contracts.by_hand import column, go_back, rows, run
from tests.contracts.conftest import SERVER
from tests.contracts.test_integrations import row

KEEP_FOUR_THOUSAND_BYTES = """
    INSERT INTO deliveries (key, source, kind, digest, body, received_at, state)
    SELECT 'key', 'github', 'ping', '', decode(string_agg(md5(n::text), ''), 'hex'), 'then', 'ignored'
    FROM generate_series(1, 250) AS n
"""

INTEGRATION = row(1)
del INTEGRATION["requested_at"], INTEGRATION["updated_at"]


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = await Database.open(empty_url)
    yield database
    await database.close()


async def tables(database: Database) -> set[str]:
    return await database.read(lambda connection: set(inspect(connection).get_table_names()))


def differences(connection: Connection) -> list[Any]:
    with warnings.catch_warnings():  # on SQLite the indexes of expressions are not looked at
        warnings.filterwarnings("ignore", "(Skipped|autogenerate skipping) .*expression-based index")
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


async def test_the_migrations_make_exactly_the_tables_that_the_code_reads(empty: Database) -> None:
    await empty.migrate()

    assert await empty.read(differences) == []


async def test_migrating_twice_keeps_every_row(empty: Database) -> None:
    await empty.migrate()
    await run(empty, "INSERT INTO effects VALUES ('key', 'then', 'done')")

    await empty.migrate()

    assert await column(empty, "SELECT result FROM effects") == ["done"]


async def test_tables_of_others_in_the_database_stay_as_they_are(empty: Database) -> None:
    await run(empty, "CREATE TABLE workflow_status (id TEXT)")
    await run(empty, "INSERT INTO workflow_status VALUES ('int-1')")

    await empty.migrate()

    assert await column(empty, "SELECT id FROM workflow_status") == ["int-1"]


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty: Database) -> None:
    await run(empty, "CREATE TABLE blobs (of_somebody_else TEXT)")

    with pytest.raises((Unavailable, sqlalchemy.exc.ProgrammingError)):
        await empty.migrate()

    assert await tables(empty) == {"blobs"}


async def test_two_processes_that_migrate_at_once_take_turns(empty: Database) -> None:
    other = await Database.open(empty.url)

    await asyncio.gather(empty.migrate(), other.migrate())

    await other.close()
    assert set(METADATA.tables) <= await tables(empty)


def test_the_newest_change_is_the_one_that_the_others_lead_to() -> None:
    assert newest() == ScriptDirectory(str(HERE)).get_current_head()


START = """
import asyncio, sys
from bot.infrastructure.database import Database, migrated_apart

async def migrated(url):
    database = await Database.open(url)
    await database.migrate()
    await database.close()

with migrated_apart(sys.argv[1]):
    pass
asyncio.run(migrated(sys.argv[1]))
print("alembic" in sys.modules)
"""


async def started(url: str) -> str:
    """What a process that starts says of itself: whether it holds Alembic."""
    starting = await asyncio.create_subprocess_exec(sys.executable, "-c", START, url, stdout=PIPE)
    said, _ = await starting.communicate()
    return said.decode().strip()


async def test_tables_that_were_made_apart_are_there_and_their_maker_is_gone(empty: Database) -> None:
    assert await started(empty.url) == "False"
    assert await empty.read(differences) == []


async def test_what_cannot_be_done_apart_is_done_by_the_process_itself(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db")

    with alone(database.url):
        assert await started(database.url) == "True"

    assert await database.read(differences) == []
    await database.close()


async def test_the_tail_of_a_database_that_is_filled_is_where_its_chain_ends(
    empty: Database, clock: Any, outbox: Any, observer: Any
) -> None:
    await empty.migrate()
    log = EventStore(empty, clock, outbox, observer)
    await append(log, after=0)
    await append(log, after=1)
    await go_back(empty, "0003")

    await empty.migrate()

    assert [tuple(row) for row in await rows(empty, "SELECT seq, hash FROM tail")] == [await log.head()]
    await append(log, after=2)
    assert await log.verify() is None
    assert await column(empty, "SELECT seq FROM tail") == [3]


async def test_what_may_be_used_up_is_told_of_what_was_there_before(
    empty: Database, clock: Any, outbox: Any, observer: Any
) -> None:
    await empty.migrate()
    log = EventStore(empty, clock, outbox, observer)
    for name, budget, history in (("i1", 12, (5, 7)), ("i2", 6, (5, 7, 4, 2))):
        for after, given in enumerate(history):
            kind = ("BudgetRaised" if after % 2 else "VersionRequested") if after else "IntegrationRequested"
            fact, row = Fact(type=kind, data={"micro_usd": given}), {**INTEGRATION, "id": name}
            row |= {"budget_micro_usd": budget, "version": after + 1}
            key = f"{name}-{after}"
            await log.append(name, [fact], after=after, key=key, meta={}, row=row, follow_ups=())
    await go_back(empty, "0010")

    await empty.migrate()

    filled = await rows(empty, "SELECT id, title, budget_micro_usd FROM integrations ORDER BY id")
    assert [tuple(row) for row in filled] == [("i1", None, 12), ("i2", None, 6)]
    assert await empty.read(differences) == []


async def append(log: EventStore, *, after: int) -> None:
    fact = Fact(type="Started", data={})
    await log.append("1", [fact], after=after, key=f"key-{after}", meta={}, row={}, follow_ups=())


async def test_the_tail_of_an_empty_database_is_before_the_first_event(empty: Database) -> None:
    await empty.migrate()

    assert [tuple(row) for row in await rows(empty, "SELECT seq, hash FROM tail")] == [(0, GENESIS)]


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty: Database) -> None:
    await empty.migrate()
    await run(empty, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaTooNew):
        await empty.migrate()

    assert await column(empty, "SELECT version_num FROM alembic_version") == ["9999"]


@pytest.mark.parametrize("change", ["UPDATE events SET type = 'x'", "DELETE FROM events"])
async def test_an_event_can_be_neither_changed_nor_deleted(empty: Database, change: str) -> None:
    await empty.migrate()
    await run(empty, "INSERT INTO events VALUES (1, 's', 1, 't', '{}', '{}', 'at', 'key', 0, 'hash')")

    with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"):
        await run(empty, change)

    assert await column(empty, "SELECT type FROM events") == ["t"]


@pytest.mark.parametrize("empty_url", ["postgresql"] if SERVER else [], indirect=True)
async def test_on_postgresql_a_body_of_the_usual_size_lies_in_its_row(empty: Database) -> None:
    await empty.migrate()

    await run(empty, KEEP_FOUR_THOUSAND_BYTES)

    elsewhere = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'deliveries'::regclass"
    assert await column(empty, "SELECT length(body) FROM deliveries") == [4000]
    assert await column(empty, elsewhere) == [0]


async def test_a_file_has_one_server_and_is_free_again_when_it_stops(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"

    with alone(url), pytest.raises(AlreadyRunning), alone(url):
        pass

    with alone(url):
        assert True


async def test_a_postgresql_database_takes_any_number_of_processes() -> None:
    with alone("postgresql://host/name"), alone("postgresql://host/name"):
        assert True


async def test_a_new_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/data/bot.db")
    await database.migrate()

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}

    await database.close()
    assert modes == {0o600}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be a file"):
        await Database.open(url)


async def test_a_sqlite_commit_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db")

    pragmas = [text(f"PRAGMA {name}") for name in ("synchronous", "journal_mode")]

    found = await database.write(lambda connection: [connection.scalar(pragma) for pragma in pragmas])

    await database.close()
    assert found == [2, "wal"]


async def test_sqlite_of_any_age_tells_the_time_to_the_millisecond_on_every_connection(
    tmp_path: Path,
) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db")
    clock = text("SELECT unixepoch('subsec'), (julianday('now') - 2440587.5) * 86400")

    ways = (database.read, database.write, database.write)
    rows = [await way(lambda connection: connection.execute(clock).fetchone()) for way in ways]

    await database.close()
    assert all(row and abs(row[0] - row[1]) < 5 for row in rows)
    assert any(row and row[0] % 1 for row in rows)
