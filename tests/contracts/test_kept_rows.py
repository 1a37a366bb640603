"""What is remembered of integrations is never older than the question, whichever process appended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

import pytest
from sqlalchemy import insert, text

from bot.application.callers import NotRecognised
from bot.application.keys import create, recognised
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.infrastructure.kept_rows import SECONDS, KeptRows
from bot.infrastructure.news import MOST_FACTS, News
from bot.infrastructure.shared import Unshared
from bot.infrastructure.tables import EVENTS
from bot.records import Actor
from tests.contracts.by_hand import run
from tests.contracts.keeping import HERE, Processes
from tests.contracts.test_event_log import tamper

ROUNDS: Final = 30
ONE: Final = "i1"
# A backup that is put back, or a replica that takes over and had not got the last fact.
PUT_BACK: Final = (
    text("DELETE FROM events WHERE version = 2"),
    text("UPDATE integrations SET version = 1"),
    text("UPDATE tail SET seq = (SELECT max(seq) FROM events), hash = (SELECT max(hash) FROM events)"),
)
CRYPTO: Final = Crypto(b"a secret of an operator, 32 bytes and more")


@pytest.fixture
async def processes(database: Database, empty_url: str) -> AsyncIterator[Processes]:
    assert database.url == empty_url
    async with AsyncExitStack() as stack:
        yield Processes(empty_url, stack)


async def test_after_an_append_in_any_process_no_process_tells_what_was_before(processes: Processes) -> None:
    all_three = [await processes.one() for _ in range(3)]

    for version in range(ROUNDS):
        await all_three[version % 3].appends(ONE, version)
        seen = await asyncio.gather(*(each.version(ONE) for each in all_three))
        assert seen == [version + 1] * 3


async def test_lists_and_counts_tell_it_too(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()

    for number in range(5):
        await other.appends(f"i{number}", 0)
        await other.appends("i0", number + 1, state="failed")
        page = await one.kept.page(HERE, after=None, most=100)
        counts = await one.kept.counts(HERE)
        assert [row["id"] for row in page] == [f"i{each}" for each in reversed(range(number + 1))]
        assert sum(row["number"] for row in counts) == number + 1
        assert {row["version"] for row in page if row["id"] == "i0"} == {number + 2}


async def test_while_others_append_nobody_is_told_less_than_was_there_before_they_asked(
    processes: Processes,
) -> None:
    reader, writer = await processes.one(), await processes.one()
    done = [0]

    async def write() -> None:
        for version in range(ROUNDS):
            await writer.appends(ONE, version)
            done[0] = version + 1

    async def read() -> None:
        while done[0] < ROUNDS:
            before = done[0]
            assert await reader.version(ONE) >= before

    await asyncio.gather(write(), *(read() for _ in range(5)))
    assert await reader.version(ONE) == ROUNDS


async def test_what_nobody_moved_is_read_once(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()
    await other.appends(ONE, 0)

    await asyncio.gather(*(one.version(ONE) for _ in range(20)))
    await asyncio.gather(*(one.kept.page(HERE, after=None, most=30) for _ in range(20)))
    await asyncio.gather(*(one.kept.counts(HERE) for _ in range(20)))

    assert (one.models.reads, one.pages.reads) == (1, 2)
    assert one.kept.found["integration", "database"] == 1
    assert one.kept.found["integration", "process"] == 19
    assert one.kept.found["list", "process"] == one.kept.found["counts", "process"] == 19


async def test_another_one_that_moves_costs_no_read_of_this_one(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()
    await other.appends(ONE, 0)
    await one.version(ONE)

    for version in range(5):
        await other.appends("i2", version)
        assert await one.version(ONE) == 1

    assert one.models.reads == 1


async def test_who_appends_knows_the_row_as_the_database_has_it(processes: Processes) -> None:
    one = await processes.one()
    for version, state in enumerate(("draft", "validating", "failed")):
        await one.appends(ONE, version, state=state, reason="tests" if state == "failed" else None)

    known = await one.kept.one(ONE)

    assert one.models.reads == 0
    assert known == await one.models.get(ONE)


async def test_what_is_not_there_is_looked_for_each_time(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()
    before = [await one.version(ONE), await one.version(ONE)]

    await other.appends(ONE, 0)

    assert (before, await one.version(ONE)) == ([0, 0], 1)


async def test_what_was_found_out_while_the_caller_was_recognised_is_not_asked_again(
    processes: Processes,
) -> None:
    one, other = await processes.one(), await processes.one()
    await other.appends(ONE, 0)
    as_of = await one.news.now()
    await other.appends(ONE, 1)

    row = await one.kept.one(ONE, as_of=as_of)
    later = await one.kept.one(ONE, as_of=as_of)

    assert row is later  # nobody looked meanwhile
    assert await one.version(ONE) == 2


async def test_a_key_that_another_process_revokes_opens_nothing_from_then_on(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()
    keys, others = (ApiKeys(each.database, CRYPTO, each.news) for each in (one, other))
    clock, now = UtcClock(), UtcClock().now()
    key, text = await create(
        others, person=Actor(id=1, login="ada"), installation_id=9, scopes=["read"], days=1, now=now
    )
    for _ in range(3):
        await recognised(text, keys, clock)

    await others.revoke(key.id, now)
    await one.news.now()  # whatever else was looked at meanwhile

    with pytest.raises(NotRecognised, match="key_revoked"):
        await recognised(text, keys, clock)


async def test_news_that_are_too_many_leave_nothing_that_counts(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()
    await other.appends(ONE, 0)
    await one.version(ONE)
    seq = one.news.end
    await crowd(other.database, after=seq, count=MOST_FACTS + 5)

    await one.news.now()

    assert one.news.end == seq + MOST_FACTS + 5
    assert not one.news.holds(seq, ONE)
    assert one.news.holds(one.news.end, ONE)
    assert await one.version(ONE) == 1
    assert one.models.reads == 2


async def test_of_too_many_streams_those_that_moved_last_are_known(processes: Processes) -> None:
    one = await processes.one()
    news = News(one.database, most_streams=2)
    for number in range(4):
        await one.appends(f"i{number}", 0)
    end = await news.now()

    assert [news.holds(end - 1, f"i{number}") for number in range(4)] == [True, True, True, False]
    assert not news.holds(end - 3, "i0")


async def test_where_the_log_is_another_one_nothing_that_is_remembered_counts(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()
    await other.appends(ONE, 0)
    await other.appends(ONE, 1)
    assert await one.version(ONE) == 2

    await tamper(other.database, *PUT_BACK)
    put_back = await one.version(ONE)
    await other.appends("i2", 0)

    assert (put_back, await one.version(ONE)) == (1, 1)


async def test_it_does_not_count_again_once_the_other_log_has_grown_as_long(processes: Processes) -> None:
    one, other = await processes.one(), await processes.one()
    await other.appends("i2", 0)
    await other.appends(ONE, 0)
    await other.appends(ONE, 1)
    before = await one.version(ONE), len(await one.kept.page(HERE, after=None, most=9))

    await tamper(other.database, *PUT_BACK)
    await one.news.now()
    await other.appends("i3", 0)
    after = await one.version(ONE), len(await one.kept.page(HERE, after=None, most=9))

    assert (before, after) == ((2, 2), (1, 3))


async def test_a_read_model_that_is_made_anew_is_seen_at_the_next_question(processes: Processes) -> None:
    one, other, operator = [await processes.one() for _ in range(3)]
    await other.appends(ONE, 0)
    read = [await one.version(ONE), len(await one.kept.page(HERE, after=None, most=9))]
    row = {**(await operator.models.get(ONE) or {}), "branch": "mended"}

    await operator.log.replace_rows([row], as_of=1)

    for each in (one, other):
        [listed], found = await each.kept.page(HERE, after=None, most=9), await each.kept.one(ONE)
        assert found is not None
        assert (listed["branch"], found["branch"]) == ("mended", "mended")
    assert read == [1, 1]
    assert one.kept.found["integration", "database"] == 2
    await one.kept.one(ONE)
    assert one.kept.found["integration", "process"] == 1


async def test_what_is_changed_by_hand_is_seen_after_a_minute(processes: Processes) -> None:
    one = await processes.one()
    await one.appends(ONE, 0)
    now = [0.0]
    kept = KeptRows(one.models, one.pages, one.news, Unshared(), timer=lambda: now[0])
    first = await kept.one(ONE)
    await run(one.database, "UPDATE integrations SET branch = 'mended'")

    before, now[0] = await kept.one(ONE), SECONDS
    after = await kept.one(ONE)

    assert before == first
    assert after is not None
    assert after["branch"] == "mended"


async def crowd(database: Database, *, after: int, count: int) -> None:
    """So many facts of streams of their own, written by hand."""
    fact = {"version": 1, "type": "Counted", "data": "{}", "meta": "{}", "at": "", "part": 0}
    facts = [
        {**fact, "seq": seq, "stream": f"s{seq}", "key": f"k{seq}", "hash": f"h{seq}"}
        for seq in range(after + 1, after + 1 + count)
    ]
    await database.write(lambda connection: connection.execute(insert(EVENTS), facts))
