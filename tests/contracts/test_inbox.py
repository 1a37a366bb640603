"""The inbox: each delivery kept once, durably, and handed to the engine with it; or plainly refused."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import zstandard
from sqlalchemy import Connection

from bot.infrastructure.database import Database
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from bot.infrastructure.waiting import Line, tell
from bot.records import Delivery, FollowUp, Start, Unavailable
from tests.contracts.by_hand import column, full, run

ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)
COMMENT = Delivery(
    key="guid-1",
    source="github",
    kind="issue_comment.created",
    meaning="issue_comment.created:123:2026-01-01T00:00:00Z",
    body=b'{"action":"created","comment":{"id":123,"body":"/claude help"}}',
    digest=b"of the comment",
    received_at=ARRIVED,
)
PING = Delivery(
    key="guid-ping",
    source="github",
    kind="ping",
    meaning=None,
    body=b'{"zen":"x"}',
    digest=b"of the ping",
    received_at=ARRIVED,
)
SHORT_SECONDS = 0.2


def is_wanted(kind: str) -> bool:
    return kind != "ping"


def comment(n: int) -> Delivery:
    body = f'{{"n":{n}}}'.encode()
    return replace(COMMENT, key=f"guid-{n}", meaning=f"meaning-{n}", body=body, digest=b"of " + body)


@pytest.fixture
async def inbox(database: Database, outbox: Any, observer: Any) -> AsyncIterator[Inbox]:
    inbox = Inbox(database, outbox, is_wanted, observer)
    yield inbox
    await inbox.close()


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/file.db")
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
async def impatient(file: Database) -> AsyncIterator[Inbox]:
    """An inbox on a SQLite file that soon gives up waiting, and whose engine takes everything."""
    inbox = Inbox(file, lambda *_: None, is_wanted, Nobody(), patience=SHORT_SECONDS)
    yield inbox
    await inbox.close()


class SlowEngine:
    """An engine that does not take what it is handed until it is told to."""

    def __init__(self) -> None:
        self.reached, self.goes_on = Event(), Event()

    def __call__(self, connection: Connection, follow_ups: Sequence[FollowUp]) -> None:
        self.reached.set()
        self.goes_on.wait()


@contextmanager
def held(path: Path | None) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    with closing(sqlite3.connect(str(path), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def start(*keys: str, share: str = "none") -> str:
    start = Start(queue="intake", workflow="intake.settle_v1", id=f"in-{keys[0]}", args=keys, partition=share)
    return repr(start)


async def test_a_kept_delivery_can_be_taken_whole(inbox: Inbox) -> None:
    assert await inbox.keep(COMMENT)

    assert await inbox.take("guid-1") == COMMENT


PRESSED = replace(COMMENT, key="slack:1", source="slack", body=b"sealed", workspace="T1")


async def test_sl_05_of_what_slack_sent_the_name_alone_is_kept_once_it_is_done(
    inbox: Inbox, database: Database
) -> None:
    await inbox.keep(PRESSED)
    taken = await inbox.take("slack:1")
    await inbox.settle("slack:1")

    assert taken == PRESSED
    assert await column(database, "SELECT body FROM deliveries") == [b""]
    assert not await inbox.keep(PRESSED)


async def test_a_delivery_without_a_body_is_kept_and_can_be_taken(inbox: Inbox) -> None:
    await asyncio.gather(inbox.keep(replace(PRESSED, body=b"")), inbox.keep(COMMENT))

    taken = await inbox.take("slack:1")
    assert (taken and taken.body, await inbox.take("guid-1")) == (b"", COMMENT)


async def test_what_slack_sent_and_could_not_be_handled_stays_as_it_was_sealed(
    inbox: Inbox, database: Database
) -> None:
    await inbox.keep(PRESSED)

    await inbox.set_aside("slack:1", why="odd")

    [body] = await column(database, "SELECT body FROM deliveries")
    assert zstandard.decompress(body) == PRESSED.body


async def test_what_comes_from_different_workspaces_is_handed_on_apart(
    inbox: Inbox, database: Database
) -> None:
    await asyncio.gather(
        *(inbox.keep(replace(comment(n), source="slack", workspace=of)) for n, of in ((1, "T1"), (2, "T2")))
    )

    assert sorted(await column(database, "SELECT it FROM tray")) == [
        start("guid-1", share="T1"),
        start("guid-2", share="T2"),
    ]


async def test_an_unknown_delivery_cannot_be_taken(inbox: Inbox) -> None:
    assert await inbox.take("guid-1") is None


async def test_a_settled_delivery_cannot_be_taken_again(inbox: Inbox) -> None:
    await inbox.keep(COMMENT)

    await inbox.settle("guid-1")

    assert await inbox.take("guid-1") is None
    assert not await inbox.keep(COMMENT)


async def test_a_wanted_delivery_is_handed_to_the_engine_in_its_own_transaction(
    inbox: Inbox, database: Database
) -> None:
    await inbox.keep(COMMENT)

    assert await column(database, "SELECT it FROM tray") == [start("guid-1")]


async def test_those_that_came_through_different_installations_are_handed_on_apart(
    inbox: Inbox, database: Database
) -> None:
    through = {1: 9, 2: 8, 3: None, 4: 9}
    deliveries = [replace(comment(n), installation=installation) for n, installation in through.items()]

    await asyncio.gather(*map(inbox.keep, deliveries))

    assert sorted(await column(database, "SELECT it FROM tray")) == [
        start("guid-1", "guid-4", share="9"),
        start("guid-2", share="8"),
        start("guid-3"),
    ]


async def test_a_delivery_that_nobody_handles_is_kept_and_ends_here(inbox: Inbox, database: Database) -> None:
    assert await inbox.keep(PING)

    assert await inbox.take("guid-ping") is None
    assert await column(database, "SELECT it FROM tray") == []
    assert await column(database, "SELECT state FROM deliveries") == ["ignored"]
    assert not await inbox.keep(PING)


async def test_if_the_engine_cannot_take_it_nothing_is_kept(
    inbox: Inbox, database: Database, outbox: Any
) -> None:
    outbox.fails = [LookupError("no such queue")]

    with pytest.raises(LookupError):
        await inbox.keep(COMMENT)

    assert await column(database, "SELECT key FROM deliveries") == []
    assert await inbox.keep(COMMENT)


async def test_a_hundred_at_once_share_few_commits_and_reach_the_engine_in_batches(
    inbox: Inbox, database: Database, observer: Any
) -> None:
    answers = await asyncio.gather(*(inbox.keep(comment(n)) for n in range(100)))

    assert all(answers)
    assert Counter(observer.told)["before inbox.keep"] < 5
    assert observer.told.count("before inbox.keep") == observer.told.count("after inbox.keep")
    starts = await column(database, "SELECT it FROM tray")
    assert len(starts) < 8
    assert all(sum(f"'guid-{n}'" in it for it in starts) == 1 for n in range(100))


async def test_wh_09_of_fifty_equal_deliveries_at_once_one_is_fresh(inbox: Inbox, database: Database) -> None:
    answers = await asyncio.gather(*(inbox.keep(COMMENT) for _ in range(50)))

    assert Counter(answers) == {True: 1, False: 49}
    assert await column(database, "SELECT key FROM deliveries") == ["guid-1"]
    assert await column(database, "SELECT it FROM tray") == [start("guid-1")]


async def test_wh_09_of_equal_deliveries_at_two_processes_one_is_fresh(
    inbox: Inbox, database: Database, outbox: Any
) -> None:
    other = Inbox(database, outbox, is_wanted, Nobody())

    answers = await asyncio.gather(*(door.keep(comment(n)) for n in range(30) for door in (inbox, other)))

    await other.close()
    assert Counter(answers) == {True: 30, False: 30}
    assert len(await column(database, "SELECT key FROM deliveries")) == 30


async def test_wh_08_the_same_body_under_a_hundred_fresh_ids_is_one_delivery(
    inbox: Inbox, database: Database
) -> None:
    answers = [await inbox.keep(replace(COMMENT, key=f"guid-{n}")) for n in range(100)]

    assert Counter(answers) == {True: 1, False: 99}
    assert await column(database, "SELECT it FROM tray") == [start("guid-0")]


async def test_wh_08_the_same_act_in_another_body_is_one_delivery(inbox: Inbox) -> None:
    await inbox.keep(COMMENT)

    assert not await inbox.keep(replace(COMMENT, key="fresh", body=COMMENT.body + b" ", digest=b"another"))


async def test_wh_08_the_same_body_under_another_name_of_the_event_is_one_delivery(inbox: Inbox) -> None:
    await inbox.keep(COMMENT)

    assert not await inbox.keep(replace(COMMENT, key="fresh", kind="issues.opened", meaning="other"))


async def test_equal_bodies_that_name_no_act_are_deliveries_of_their_own(inbox: Inbox) -> None:
    assert await inbox.keep(PING)

    assert await inbox.keep(replace(PING, key="guid-pong"))


async def test_github_and_slack_may_name_their_acts_alike(inbox: Inbox) -> None:
    await inbox.keep(COMMENT)

    assert await inbox.keep(replace(COMMENT, key="event-1", source="slack"))


async def test_the_largest_body_that_github_sends_comes_back_whole(inbox: Inbox) -> None:
    largest = replace(COMMENT, body=b"0123456789abcdef" * (25 * 65_536))

    await inbox.keep(largest)

    assert await inbox.take("guid-1") == largest


async def test_large_small_and_empty_bodies_that_arrive_together_come_back_each_its_own(inbox: Inbox) -> None:
    bodies = (b"large" * 100_000, b"{}", b"", b"x" * 300_000, b"[]")
    deliveries = [replace(comment(n), body=body) for n, body in enumerate(bodies)]

    await asyncio.gather(*(inbox.keep(it) for it in deliveries))

    assert [await inbox.take(it.key) for it in deliveries] == deliveries


async def test_one_delivery_that_no_database_can_hold_does_not_harm_the_others(inbox: Inbox) -> None:
    odd = replace(COMMENT, key="half a pair \ud800", meaning="odd", body=b"odd", digest=b"odd")

    answers = await asyncio.gather(
        *(inbox.keep(it) for it in (comment(1), odd, comment(2))), return_exceptions=True
    )

    assert (answers[0], answers[2]) == (True, True)
    assert isinstance(answers[1], ValueError)


async def test_old_deliveries_go_but_never_one_that_still_waits(inbox: Inbox, database: Database) -> None:
    await inbox.keep(comment(1))
    await inbox.keep(comment(2))
    await inbox.keep(PING)
    await inbox.settle("guid-2")

    assert await inbox.expire(ARRIVED) == 0
    assert await inbox.expire(ARRIVED + timedelta(seconds=1)) == 2
    assert await column(database, "SELECT key FROM deliveries") == ["guid-1"]


async def test_it_tells_what_still_waits_for_its_end_oldest_first(inbox: Inbox) -> None:
    hours = {1: 2, 2: 1, 3: 0, 4: 3, 5: 0}
    for n, later in hours.items():
        await inbox.keep(replace(comment(n), received_at=ARRIVED + timedelta(hours=later)))
    await inbox.keep(PING)
    await inbox.settle("guid-3")
    await inbox.set_aside("guid-2", why="KeyError")

    assert await inbox.unsettled(before=ARRIVED + timedelta(hours=3)) == ["guid-5", "guid-1"]


async def test_those_who_wait_are_answered_before_it_closes_and_no_one_after(
    database: Database, outbox: Any
) -> None:
    inbox = Inbox(database, outbox, is_wanted, Nobody())
    waiting = asyncio.ensure_future(inbox.keep(COMMENT))
    await asyncio.sleep(0)

    await inbox.close()

    assert await waiting
    with pytest.raises(Unavailable):
        await inbox.keep(comment(2))


async def test_what_its_sender_gave_up_before_it_was_written_is_not_kept_and_delays_nobody(
    inbox: Inbox, database: Database
) -> None:
    given_up = asyncio.ensure_future(inbox.keep(COMMENT))
    await asyncio.sleep(0)
    given_up.cancel()

    assert await inbox.keep(comment(2))

    assert await column(database, "SELECT key FROM deliveries") == ["guid-2"]


async def test_what_everybody_gave_up_leaves_the_inbox_as_it_was(inbox: Inbox) -> None:
    given_up = asyncio.ensure_future(inbox.keep(COMMENT))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])

    assert await inbox.keep(COMMENT)


async def test_what_its_sender_gave_up_while_it_was_written_is_kept_and_the_next_one_too(
    database: Database,
) -> None:
    engine = SlowEngine()
    inbox = Inbox(database, engine, is_wanted, Nobody())
    given_up = asyncio.ensure_future(inbox.keep(COMMENT))
    await asyncio.to_thread(engine.reached.wait)

    next_one = asyncio.ensure_future(inbox.keep(comment(2)))
    given_up.cancel()
    engine.goes_on.set()

    assert await next_one
    await inbox.close()
    assert await column(database, "SELECT key FROM deliveries ORDER BY key") == ["guid-1", "guid-2"]


async def test_whoever_waits_too_long_is_told_to_come_again(database: Database) -> None:
    engine = SlowEngine()
    inbox = Inbox(database, engine, is_wanted, Nobody(), patience=SHORT_SECONDS)

    with pytest.raises(Unavailable):
        await inbox.keep(COMMENT)

    engine.goes_on.set()
    await inbox.close()


async def test_each_waits_its_own_time_and_no_longer() -> None:
    line = Line(SHORT_SECONDS)
    early, answered = line.join(), line.join()
    tell(answered, outcome=True)
    await asyncio.wait([early], timeout=SHORT_SECONDS / 2)
    late = line.join()

    await asyncio.wait([early])
    assert not late.done()
    await asyncio.wait([late])

    assert [type(answer.exception()) for answer in (early, late)] == [Unavailable, Unavailable]
    assert await answered


async def test_f08_while_another_writer_holds_the_file_the_answer_is_never_a_wrong_yes(
    impatient: Inbox, file: Database
) -> None:
    with held(file.path):
        answers = await asyncio.gather(
            *(impatient.keep(comment(n)) for n in range(9)), return_exceptions=True
        )

    assert {type(answer) for answer in answers} == {Unavailable}
    assert await column(file, "SELECT key FROM deliveries") == []
    assert await impatient.keep(comment(1))


async def test_f08_a_short_hold_is_waited_out(file: Database) -> None:
    inbox = Inbox(file, lambda *_: None, is_wanted, Nobody())
    with held(file.path):
        waiting = asyncio.ensure_future(inbox.keep(COMMENT))
        done, _ = await asyncio.wait([waiting], timeout=SHORT_SECONDS)
        assert not done

    assert await waiting
    await inbox.close()


async def test_f09_on_a_full_disk_the_answer_is_no_and_it_recovers_with_the_space(
    impatient: Inbox, file: Database
) -> None:
    await impatient.keep(comment(1))

    with full(file.path), pytest.raises(Unavailable):
        await impatient.keep(comment(2))

    assert await column(file, "SELECT key FROM deliveries") == ["guid-1"]
    assert await impatient.keep(comment(2))


def read_only(url: str) -> str:
    """The same place where nothing may be written: one that is just being taken over."""
    if url.startswith("sqlite"):
        return f"sqlite:///file:{url.removeprefix('sqlite:///')}?mode=ro&uri=true"
    return f"{url}%20-cdefault_transaction_read_only%3Don"


async def refusal_of(inbox: Inbox) -> BaseException | None:
    """Why a delivery is not kept."""
    (failure,) = await asyncio.gather(inbox.keep(COMMENT), return_exceptions=True)
    return failure if isinstance(failure, BaseException) else None


async def test_f08_where_nothing_may_be_written_it_is_asked_to_come_again(database: Database) -> None:
    standby = Database(read_only(database.url))
    inbox = Inbox(standby, lambda *_: None, is_wanted, Nobody(), patience=SHORT_SECONDS)

    failure = await refusal_of(inbox)

    await inbox.close()
    await standby.close()
    assert isinstance(failure, Unavailable)


async def test_f08_without_its_table_it_is_asked_to_come_again(inbox: Inbox, database: Database) -> None:
    await run(database, "ALTER TABLE deliveries RENAME TO elsewhere")

    failure = await refusal_of(inbox)

    await run(database, "ALTER TABLE elsewhere RENAME TO deliveries")
    assert isinstance(failure, Unavailable)
    assert await inbox.keep(COMMENT)


@pytest.mark.parametrize("kept", [0, 100])
async def test_f08_a_file_that_is_broken_asks_to_come_again(tmp_path: Path, kept: int) -> None:
    made = await Database.open(f"sqlite:///{tmp_path}/file.db")
    await made.migrate()
    await made.close()
    path = tmp_path / "file.db"
    path.write_bytes(path.read_bytes()[:kept] + b"no database" * 10_000)
    broken = Database(made.url)
    inbox = Inbox(broken, lambda *_: None, is_wanted, Nobody(), patience=SHORT_SECONDS)

    failure = await refusal_of(inbox)

    await inbox.close()
    await broken.close()
    assert isinstance(failure, Unavailable)
