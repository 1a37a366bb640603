"""The event log: append-only, optimistic, once per key, gapless, chained; the same on both databases."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Executable, delete, text, update

from bot.infrastructure.chain import GENESIS, Broken
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.read_models import ReadModels
from bot.infrastructure.tables import EVENTS, TAIL
from bot.records import Conflict, Fact, FollowUp, Recorded, Start, Unavailable, Wake
from tests.contracts.by_hand import column, full, rows, run

DRAFT = {
    "id": "1",
    "repository_id": 7,
    "repository": "acme/shop",
    "installation_id": 9,
    "issue": 3,
    "requested_by": "requester",
    "requested_by_id": 42,
    "state": "draft",
    "waiting_for": None,
    "reason": None,
    "pull_request": None,
    "branch": None,
    "head": None,
    "deployment": None,
    "cost_micro_usd": 0,
    "budget_micro_usd": 5_000_000,
    "title": None,
    "settings": None,
    "version": 1,
    "requested_at": "2026-01-01T00:00:00.000000+00:00",
    "updated_at": "2026-01-01T00:00:00.000000+00:00",
}
REQUESTED = Fact(type="Requested", data={"by": {"id": 42}, "goal": "send every paid invoice, für alle"})
STARTED = Fact(type="Started", data={})
SAGA = Start(queue="saga", workflow="integration_saga_v1", id="int-1", args=("1",))
WAKE = Wake(workflow_id="int-1", topic="look", key="wake-1")
MANY = 40


@pytest.fixture
def log(database: Database, clock: Any, outbox: Any, observer: Any) -> EventStore:
    return EventStore(database, clock, outbox, observer)


async def append(  # noqa: PLR0913  the port's own
    log: EventStore,
    *facts: Fact,
    stream: str = "1",
    after: int | None = 0,
    key: str = "key",
    row: Mapping[str, Any] | None = None,
    follow_ups: Sequence[FollowUp] = (),
    among: int | None = None,
) -> list[Recorded]:
    row = {**DRAFT, "id": stream} if row is None else row
    return await log.append(
        stream,
        facts,
        after=after,
        key=key,
        meta={"door": "github"},
        row=row,
        follow_ups=follow_ups,
        among=among,
    )


async def tamper(database: Database, *statements: Executable) -> None:
    """What somebody does who owns the database: the guards taken away first."""
    guards = ["DROP TRIGGER events_refuse_UPDATE", "DROP TRIGGER events_refuse_DELETE"]
    if not database.path:
        guards = ["DROP TRIGGER events_refuse_change ON events"]
    await run(database, *guards, *statements)


async def fill(log: EventStore, *, events: int) -> None:
    for version in range(events):
        await append(log, STARTED, after=version, key=f"key-{version}")


async def test_what_was_appended_is_read_back_whole_and_in_order(log: EventStore, clock: Any) -> None:
    appended = await append(log, REQUESTED, STARTED)

    assert await log.read("1") == appended
    first, second = appended
    assert (first.seq, first.version, second.seq, second.version) == (1, 1, 2, 2)
    assert (first.type, first.data, first.meta) == ("Requested", REQUESTED.data, {"door": "github"})
    assert first.at == clock.now()


@pytest.mark.parametrize(
    "odd", ["half of \ud83d", "\0", 10**400, -(10**40), 0.1, 1e300, [None, True, {}], "é"]
)
async def test_every_json_value_is_read_back_as_it_was_written(log: EventStore, odd: object) -> None:
    await append(log, Fact(type="Odd", data={"it": odd}), STARTED)

    assert [fact.data for fact in await log.read("1")] == [{"it": odd}, {}]


async def test_a_stream_that_was_never_written_is_empty(log: EventStore) -> None:
    assert await log.read("nothing") == []


async def test_a_stream_holds_its_own_events_only(log: EventStore) -> None:
    await append(log, STARTED, stream="1", key="a")
    await append(log, STARTED, stream="2", key="b")

    assert [(event.seq, event.version) for event in await log.read("2")] == [(2, 1)]


async def test_the_row_and_the_follow_ups_commit_with_the_facts(log: EventStore, database: Database) -> None:
    await append(log, REQUESTED, follow_ups=(SAGA, WAKE))

    assert await ReadModels(database).get("1") == DRAFT
    assert sorted(await column(database, "SELECT it FROM tray")) == sorted([repr(SAGA), repr(WAKE)])


async def test_a_later_row_takes_the_place_of_the_earlier_one(log: EventStore, database: Database) -> None:
    await append(log, REQUESTED)

    await append(log, STARTED, after=1, key="next", row={**DRAFT, "state": "validating", "version": 2})

    row = await ReadModels(database).get("1")
    assert row is not None
    assert (row["state"], row["version"]) == ("validating", 2)


async def test_a_stream_that_is_no_integration_has_no_row(log: EventStore, database: Database) -> None:
    await append(log, STARTED, stream="freeze", row={})

    assert await column(database, "SELECT id FROM integrations") == []


async def test_if_the_engine_cannot_take_the_follow_ups_nothing_is_appended(
    log: EventStore, database: Database, outbox: Any
) -> None:
    outbox.fails = [LookupError("no such workflow")]

    with pytest.raises(LookupError):
        await append(log, REQUESTED, follow_ups=(SAGA,))

    assert await log.read("1") == []
    assert await ReadModels(database).get("1") is None
    assert await column(database, "SELECT it FROM tray") == []


async def test_appending_after_an_outdated_version_is_a_conflict(log: EventStore, database: Database) -> None:
    await append(log, REQUESTED)

    with pytest.raises(Conflict):
        await append(log, STARTED, after=0, key="late", follow_ups=(SAGA,))

    assert len(await log.read("1")) == 1
    assert await column(database, "SELECT it FROM tray") == []


async def test_appending_after_a_version_that_is_not_there_is_a_conflict(log: EventStore) -> None:
    with pytest.raises(Conflict):
        await append(log, STARTED, after=5)


async def test_what_no_decision_stands_behind_is_appended_behind_whatever_is_there(log: EventStore) -> None:
    await append(log, REQUESTED)

    ends = await asyncio.gather(*(append(log, STARTED, after=None, key=f"k{nth}") for nth in range(10)))

    assert sorted(record.version for (record,) in ends) == list(range(2, 12))
    assert [record.version for record in await log.read("1")] == list(range(1, 12))


async def test_behind_whatever_is_there_the_same_key_appends_once_as_well(log: EventStore) -> None:
    [first] = await append(log, STARTED, after=None, key="k")
    await append(log, STARTED, after=None, key="other")

    assert await append(log, STARTED, after=None, key="k") == [first]


async def test_the_same_key_appends_once_and_tells_what_it_appended_then(
    log: EventStore, database: Database
) -> None:
    first = await append(log, REQUESTED, STARTED, follow_ups=(SAGA,))
    await append(log, STARTED, after=2, key="other")

    again = await append(log, REQUESTED, STARTED, follow_ups=(SAGA,))

    assert again == first
    assert len(await log.read("1")) == 3
    assert await column(database, "SELECT it FROM tray") == [repr(SAGA)]


async def test_the_same_key_at_the_same_moment_appends_once(log: EventStore) -> None:
    answers = await asyncio.gather(*(append(log, REQUESTED, follow_ups=(SAGA,)) for _ in range(20)))

    assert all(answer == answers[0] for answer in answers)
    assert len(await log.read("1")) == 1


async def test_forty_writers_of_one_stream_leave_no_gap_and_no_double(
    log: EventStore, database: Database
) -> None:
    async def insist(key: str) -> None:
        while True:
            after = len(await log.read("1"))
            try:
                await append(log, STARTED, after=after, key=key)
            except Conflict:
                continue
            return

    await asyncio.gather(*(insist(f"key-{n}") for n in range(MANY)))

    assert [event.version for event in await log.read("1")] == list(range(1, MANY + 1))
    assert await column(database, "SELECT seq FROM events ORDER BY seq") == list(range(1, MANY + 1))


async def test_writers_of_many_streams_share_one_sequence_and_one_chain(
    log: EventStore, database: Database
) -> None:
    await asyncio.gather(*(append(log, STARTED, stream=f"s{n}", key=f"key-{n}") for n in range(MANY)))

    assert await column(database, "SELECT seq FROM events ORDER BY seq") == list(range(1, MANY + 1))
    assert await log.verify() is None


async def test_two_processes_on_one_database_share_one_sequence(
    log: EventStore, database: Database, clock: Any, outbox: Any, observer: Any
) -> None:
    other = await Database.open(database.url)
    second = EventStore(other, clock, outbox, observer)

    await asyncio.gather(
        *(
            append(store, STARTED, stream=f"s{n}", key=f"key-{n}")
            for n in range(10)
            for store in (log, second)
        )
    )

    await other.close()
    assert await column(database, "SELECT seq FROM events ORDER BY seq") == list(range(1, 11))
    assert await log.verify() is None


async def test_of_two_processes_that_saw_the_same_repository_one_looks_again(
    log: EventStore, database: Database, clock: Any, outbox: Any, observer: Any
) -> None:
    other = await Database.open(database.url)
    second = EventStore(other, clock, outbox, observer)
    await append(log, REQUESTED, stream="elsewhere", key="elsewhere", row={**DRAFT, "repository_id": 8})

    ends = await asyncio.gather(
        *(
            append(store, REQUESTED, stream=f"s{n}", key=f"k{n}", among=0)
            for n, store in enumerate((log, second))
        ),
        return_exceptions=True,
    )

    await other.close()
    [lost] = [nth for nth, end in enumerate(ends) if isinstance(end, Conflict)]
    won = 1 - lost
    assert await append(log, REQUESTED, stream=f"s{won}", key=f"k{won}", among=0) == ends[won]
    assert len(await append(log, REQUESTED, stream=f"s{lost}", key=f"k{lost}", among=1)) == 1


async def test_a_stream_can_be_read_as_it_was_at_a_moment(log: EventStore, clock: Any) -> None:
    await append(log, REQUESTED)
    between = clock.now() + timedelta(minutes=1)
    clock.moves(hours=1)
    await append(log, STARTED, after=1, key="next")

    assert [event.type for event in await log.read("1", until=between)] == ["Requested"]
    assert len(await log.read("1", until=clock.now())) == 2
    assert await log.read("1", until=between - timedelta(hours=1)) == []


async def test_a_clock_set_back_leaves_no_hole_in_the_past(log: EventStore, clock: Any) -> None:
    await append(log, STARTED, key="a")
    clock.moves(hours=1)
    await append(log, STARTED, after=1, key="b")
    clock.moves(hours=-1)
    await append(log, STARTED, after=2, key="c")

    assert [event.version for event in await log.read("1", until=clock.now())] == [1]


async def test_the_observer_sees_each_append_begin_and_end(log: EventStore, observer: Any) -> None:
    await append(log, STARTED)

    assert observer.told == ["before log.append", "after log.append"]


async def test_an_append_that_failed_never_ended_for_the_observer(log: EventStore, observer: Any) -> None:
    with pytest.raises(Conflict):
        await append(log, STARTED, after=1)

    assert observer.told == ["before log.append"]


async def test_a_fact_that_is_no_plain_json_is_refused(log: EventStore) -> None:
    with pytest.raises(ValueError, match="JSON"):
        await append(log, Fact(type="Odd", data={"cost": float("nan")}))

    assert await log.read("1") == []


async def test_odd_characters_come_back_as_they_were(log: EventStore) -> None:
    odd = {"text": "nul \x00, half a pair \ud800, 😀"}

    await append(log, Fact(type="Odd", data=odd))

    assert (await log.read("1"))[0].data == odd


async def test_the_head_is_the_newest_event(log: EventStore) -> None:
    assert await log.head() == (0, GENESIS)
    appended = await append(log, REQUESTED, STARTED)

    assert await log.head() == (2, appended[-1].hash)
    assert await log.note_head() == (2, appended[-1].hash)
    assert await log.note_head() == (2, appended[-1].hash)


async def test_every_stream_is_told_once(log: EventStore) -> None:
    await append(log, STARTED, stream="b", key="1")
    await append(log, STARTED, stream="a", key="2")
    await append(log, STARTED, stream="b", after=1, key="3")

    assert [stream async for stream in log.streams()] == ["a", "b"]


async def test_the_read_model_can_be_made_anew(log: EventStore, database: Database) -> None:
    await append(log, REQUESTED)
    rebuilt = [{**DRAFT, "id": str(n)} for n in range(3)]

    await log.replace_rows(rebuilt, as_of=1)

    assert await column(database, "SELECT id FROM integrations ORDER BY id") == ["0", "1", "2"]


async def test_a_read_model_made_from_an_older_log_is_refused(log: EventStore, database: Database) -> None:
    await append(log, REQUESTED)
    await append(log, STARTED, after=1, key="meanwhile")

    with pytest.raises(Conflict):
        await log.replace_rows([], as_of=1)

    assert await column(database, "SELECT id FROM integrations") == ["1"]


async def test_sm_07_an_untouched_log_verifies(log: EventStore) -> None:
    assert await log.verify() is None
    await fill(log, events=5)

    assert await log.verify(await log.note_head()) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type", "Approved"),
        ("data", '{"by":1}'),
        ("data", "{ }"),
        ("meta", "{}"),
        ("at", "2020-01-01T00:00:00.000000+00:00"),
        ("key", "forged"),
        ("stream", "other"),
        ("version", 99),
        ("part", 7),
        ("hash", "00"),
    ],
)
async def test_sm_07_an_edited_event_is_named(
    log: EventStore, database: Database, column: str, value: str | int
) -> None:
    await fill(log, events=5)

    await tamper(database, update(EVENTS).where(EVENTS.c.seq == 3).values({column: value}))

    assert await log.verify() == Broken(seq=3, why="altered")


async def test_sm_07_an_event_deleted_from_the_middle_is_named(log: EventStore, database: Database) -> None:
    await fill(log, events=5)

    await tamper(database, text("DELETE FROM events WHERE seq = 2"))

    assert await log.verify() == Broken(seq=2, why="missing")


async def test_sm_07_a_deletion_that_closes_the_gap_is_named(log: EventStore, database: Database) -> None:
    await fill(log, events=3)

    await tamper(
        database,
        text("DELETE FROM events WHERE seq = 2"),
        text("UPDATE events SET seq = 2, version = 2 WHERE seq = 3"),
    )

    assert await log.verify() == Broken(seq=2, why="altered")


async def test_sm_07_two_events_in_each_others_place_are_named(log: EventStore, database: Database) -> None:
    await fill(log, events=5)

    await tamper(
        database,
        text("UPDATE events SET seq = 100 WHERE seq = 2"),
        text("UPDATE events SET seq = 2 WHERE seq = 3"),
        text("UPDATE events SET seq = 3 WHERE seq = 100"),
    )

    assert await log.verify() == Broken(seq=2, why="altered")


async def test_sm_07_a_missing_tail_is_noticed_against_a_given_head(
    log: EventStore, database: Database
) -> None:
    await fill(log, events=5)
    head = await log.head()

    await tamper(database, text("DELETE FROM events WHERE seq > 3"))

    assert await log.verify(head) == Broken(seq=4, why="missing")


async def test_sm_07_a_missing_tail_is_noticed_against_the_newest_noted_head(
    log: EventStore, database: Database
) -> None:
    await fill(log, events=5)
    await log.note_head()

    await tamper(database, text("DELETE FROM events WHERE seq > 3"))

    assert await log.verify() == Broken(seq=4, why="missing")


@pytest.mark.parametrize("left", [0, 2, 5])
async def test_sm_07_a_missing_tail_is_noticed_although_no_head_was_noted(
    log: EventStore, database: Database, left: int
) -> None:
    await fill(log, events=6)
    assert not await log.is_cut_off()

    await tamper(database, delete(EVENTS).where(EVENTS.c.seq > left))

    assert await log.verify() == Broken(seq=left + 1, why="missing")
    assert await log.is_cut_off()


async def test_sm_07_what_is_appended_after_a_cut_does_not_hide_it(
    log: EventStore, database: Database
) -> None:
    await fill(log, events=6)
    await tamper(database, text("DELETE FROM events WHERE seq > 2"))

    for version in (2, 3):
        await append(log, REQUESTED, after=version, key=f"new-{version}")
    short = await log.verify()
    for version in range(4, 9):
        await append(log, REQUESTED, after=version, key=f"new-{version}")

    assert short == Broken(seq=5, why="missing")
    assert await log.verify() == Broken(seq=6, why="not the head that was noted")
    assert await log.is_cut_off()


async def test_sm_07_a_tail_that_was_taken_away_is_noticed(log: EventStore, database: Database) -> None:
    await fill(log, events=3)

    await run(database, "DELETE FROM tail")

    assert await log.verify() == Broken(seq=4, why="the tail is missing")


async def test_sm_07_facts_cut_off_together_with_the_tail_are_missed_by_the_read_model(
    log: EventStore, database: Database
) -> None:
    await fill(log, events=3)
    await append(log, STARTED, after=3, key="last", row={**DRAFT, "version": 4})

    await tamper(
        database,
        text("DELETE FROM events WHERE seq > 2"),
        text("UPDATE tail SET seq = 2, hash = (SELECT hash FROM events WHERE seq = 2)"),
    )

    assert await log.verify() == Broken(seq=3, why="missing: integration 1 had 4 facts, 2 are left")


async def test_sm_07_a_process_that_knows_no_tail_yet_may_go_on_appending_beside(
    log: EventStore, database: Database
) -> None:
    await append(log, REQUESTED)
    [was] = await rows(database, "SELECT seq, hash FROM tail")
    await append(log, STARTED, after=1, key="older")
    await run(database, update(TAIL).values(seq=was.seq, hash=was.hash))

    await append(log, STARTED, after=2, key="newer")

    assert await log.verify() is None
    assert await column(database, "SELECT seq FROM tail") == [3]


async def test_sm_07_while_others_append_an_untouched_log_verifies(log: EventStore) -> None:
    async def appends() -> None:
        await fill(log, events=MANY)

    found = await asyncio.gather(appends(), *(log.verify() for _ in range(10)))

    assert set(found) == {None}


async def test_sm_07_a_history_written_anew_is_noticed_against_a_given_head(
    log: EventStore, database: Database
) -> None:
    await fill(log, events=3)
    head = await log.head()
    await tamper(database, text("DELETE FROM events WHERE seq > 1"))
    for version in (1, 2):
        await append(log, REQUESTED, after=version, key=f"forged-{version}")

    assert await log.verify() == Broken(seq=3, why="not the head that was noted")
    await run(database, "UPDATE tail SET hash = (SELECT hash FROM events WHERE seq = 3)")
    assert await log.verify() is None
    assert await log.verify(head) == Broken(seq=3, why="not the head that was noted")


async def test_sm_07_two_events_cannot_share_a_version(log: EventStore, database: Database) -> None:
    await append(log, REQUESTED)

    with pytest.raises(sqlalchemy.exc.IntegrityError):
        await tamper(
            database,
            text(
                "INSERT INTO events SELECT 2, stream, version, type, data, meta, at, 'k', 0, hash FROM events"
            ),
        )


async def test_the_newest_fact_of_each_stream_of_a_family_is_found_among_many(log: EventStore) -> None:
    await append(log, STARTED, STARTED, stream="freeze:all", key="a")
    await append(log, REQUESTED, stream="freeze:repo:7", key="b")
    for stream in ("freezeabcd", "freezer:all", "freez", "frost:all", "money:7", "freeze"):
        await append(log, STARTED, stream=stream, key=stream)
    await append(log, REQUESTED, stream="freeze:all", after=2, key="c")

    found = await log.newest("freeze")

    assert [(each.stream, each.version, each.type) for each in found] == [
        ("freeze:repo:7", 1, "Requested"),
        ("freeze:all", 3, "Requested"),
    ]
    assert found[1].data == REQUESTED.data
    assert await log.newest("nothing") == []


async def test_f03_what_is_at_work_when_the_database_is_closed_is_done_another_time(empty_url: str) -> None:
    database = await Database.open(empty_url)
    await database.close()

    with pytest.raises(Unavailable, match="database_closed"):
        await database.read(lambda connection: connection)


async def test_f09_on_a_full_disk_nothing_is_written_and_it_is_once_there_is_space(
    tmp_path: Path, clock: Any, outbox: Any, observer: Any
) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/file.db")
    await database.migrate()
    log = EventStore(database, clock, outbox, observer)
    await append(log, REQUESTED)

    with full(database.path), pytest.raises(Unavailable):
        await append(log, STARTED, after=1, key="another")
    nothing, whole = await log.read("1"), await log.verify()
    for _ in range(2):
        await append(log, STARTED, after=1, key="another")

    assert [each.type for each in nothing] == ["Requested"]
    assert [each.type for each in await log.read("1")] == ["Requested", "Started"]
    assert (whole, await log.verify()) == (None, None)
    await database.close()
