"""The board: counts, and no filter that looks at every row; the large data set is a valid one."""

from typing import Any, Final

import pytest
from sqlalchemy import Connection, insert, literal, select, text

from benchmarks.large import REPOSITORIES, Size, analyze, fill, id_of
from bot.api_records import Wanted
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.pages import Pages, listed
from bot.infrastructure.tables import INTEGRATIONS
from bot.operating import dated_row

SIZE: Final = Size(integrations=2_000, facts=6)
OURS: Final = 9
OTHERS: Final = 9


@pytest.fixture
async def large(database: Database) -> Database:
    await fill(database, SIZE)
    return database


@pytest.fixture
async def crowded(large: Database) -> Database:
    """With as many integrations in each of some other installations: one by its moment is seldom ours."""

    def of_others(connection: Connection) -> None:
        for number in range(1, OTHERS + 1):
            theirs = {"id": INTEGRATIONS.c.id + f"-{number}", "installation_id": literal(OURS + 100 * number)}
            columns = [theirs.get(column.name, column) for column in INTEGRATIONS.c]
            ours = select(*columns).where(INTEGRATIONS.c.installation_id == OURS)
            connection.execute(insert(INTEGRATIONS).from_select(INTEGRATIONS.c.keys(), ours))
        analyze(connection)

    await large.write(of_others)
    return large


async def test_it_is_what_the_bot_itself_would_have_written(
    large: Database, clock: Any, outbox: Any, observer: Any
) -> None:
    log = EventStore(large, clock, outbox, observer)
    stream = id_of(SIZE.integrations - 1)
    wanted = select(INTEGRATIONS).where(INTEGRATIONS.c.id == stream)

    row = await large.read(lambda connection: dict(connection.execute(wanted).mappings().one()))

    assert await log.verify() is None
    rebuilt = dict(dated_row(stream, await log.read(stream)))
    assert rebuilt == {**row, "branch": rebuilt["branch"]}


async def test_every_integration_is_counted_once(large: Database) -> None:
    counts = await Pages(large).counts(Wanted(installation_id=OURS))

    assert sum(each["number"] for each in counts) == SIZE.integrations
    assert {each["repository_id"] for each in counts} == set(range(1, REPOSITORIES + 1))
    assert {each["repository"] for each in counts} == {f"acme/repository-{n}" for n in range(1, 26)}


async def test_counts_are_of_what_is_wanted_and_of_one_installation(large: Database) -> None:
    pages = Pages(large)

    one = await pages.counts(Wanted(installation_id=OURS, repository="ACME/repository-3"))
    none = await pages.counts(Wanted(installation_id=OURS + 1))

    assert {each["repository_id"] for each in one} == {3}
    assert sum(each["number"] for each in one) == SIZE.integrations // REPOSITORIES
    assert none == []


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        ({}, "integrations_installation"),
        ({"state": "failed"}, "integrations_board_state"),
        ({"repository": "Acme/Repository-3"}, "integrations_board_repository"),
        ({"requested_by": "Person-7"}, "integrations_board_requester"),
    ],
    ids=str,
)
@pytest.mark.parametrize("after", [None, ("2026-01-01T00:20:00.000000+00:00", "x")], ids=["first", "next"])
async def test_a_page_is_read_from_an_index_in_its_order(
    crowded: Database, chosen: dict[str, str], index: str, after: tuple[str, str] | None
) -> None:
    wanted = listed(Wanted(installation_id=OURS, **chosen), after=after, most=30)

    plan = await crowded.read(lambda connection: plan_of(connection, wanted))

    assert index in plan
    for bad in ("SCAN integrations", "TEMP B-TREE", "Seq Scan", "Sort"):
        assert bad not in plan, plan


def plan_of(connection: Any, wanted: Any) -> str:
    is_sqlite = connection.dialect.name == "sqlite"
    shown = wanted.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    return "\n".join(str(row) for row in connection.execute(text(f"{explain} {shown}".replace(":", "\\:"))))
