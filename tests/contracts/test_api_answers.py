"""What orders were answered, under the keys that their callers gave them: one answer, on all processes."""

import asyncio
from datetime import timedelta
from typing import Final

import pytest

from bot.api_records import KeptAnswer
from bot.infrastructure.api_answers import HELD, KEPT, ApiAnswers
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.infrastructure.tables import API_ANSWERS
from tests.contracts.by_hand import column
from tests.contracts.conftest import Watch

SECRET: Final = b"a secret of an operator, 32 bytes and more"
ANSWER: Final = KeptAnswer(status=202, body='{"secret": "words"}', headers={"Location": "/there"})
REFUSAL: Final = KeptAnswer(status=409, body="no", code="nothing_waits", more={"possible": ["cancel"]})


@pytest.fixture
def answers(database: Database, clock: Watch) -> ApiAnswers:
    return ApiAnswers(database, Crypto(SECRET), clock)


@pytest.mark.parametrize("answer", [ANSWER, REFUSAL], ids=["answer", "refusal"])
async def test_what_was_answered_is_answered_again(answers: ApiAnswers, answer: KeptAnswer) -> None:
    assert (await answers.begin("n", "r", holder="a")).state == "new"
    await answers.finish("n", answer, holder="a")

    again = await answers.begin("n", "r", holder="b")

    assert (again.state, again.answer) == ("answered", answer)
    assert (await answers.begin("n", "other", holder="b")).state == "another"
    assert (await answers.begin("m", "other", holder="b")).state == "new"


async def test_of_many_who_give_it_at_once_one_takes_it(database: Database, clock: Watch) -> None:
    processes = [ApiAnswers(database, Crypto(SECRET), clock) for _ in range(8)]

    begun = await asyncio.gather(
        *(each.begin("n", "r", holder=str(nth)) for nth, each in enumerate(processes))
    )

    assert sorted(each.state for each in begun) == ["new", *["under_way"] * 7]


async def test_who_asks_the_database_again_for_a_lost_answer_still_holds_it(answers: ApiAnswers) -> None:
    first = await answers.begin("n", "r", holder="a")

    again = await answers.begin("n", "r", holder="a")

    assert (again.state, again.since) == ("new", first.since)


async def test_what_a_killed_process_held_is_taken_over_and_is_the_same_order(
    answers: ApiAnswers, clock: Watch
) -> None:
    first = await answers.begin("n", "r", holder="killed")
    clock.moves(seconds=HELD.total_seconds() - 1)
    assert (await answers.begin("n", "r", holder="b")).wait_seconds == 1
    clock.moves(seconds=1)

    second = await answers.begin("n", "r", holder="b")
    await answers.finish("n", REFUSAL, holder="killed")  # it lived after all
    await answers.finish("n", ANSWER, holder="b")

    assert (second.state, second.since) == ("new", first.since)
    assert (await answers.begin("n", "r", holder="c")).answer == ANSWER
    assert timedelta(seconds=30) == HELD


async def test_what_came_to_nothing_may_be_taken_at_once(answers: ApiAnswers) -> None:
    first = await answers.begin("n", "r", holder="a")
    await answers.let_go("n", holder="b")
    assert (await answers.begin("n", "r", holder="b")).state == "under_way"

    await answers.let_go("n", holder="a")

    again = await answers.begin("n", "r", holder="b")
    assert (again.state, again.since) == ("new", first.since)


async def test_after_a_day_a_key_names_another_order(answers: ApiAnswers, clock: Watch) -> None:
    first = await answers.begin("n", "r", holder="a")
    await answers.finish("n", ANSWER, holder="a")
    clock.moves(seconds=KEPT.total_seconds() - 1)
    assert (await answers.begin("n", "r", holder="b")).state == "answered"
    clock.moves(seconds=1)

    other = await answers.begin("n", "other", holder="b")

    assert other.state == "new"
    assert other.since != first.since


async def test_what_is_old_is_forgotten(answers: ApiAnswers, clock: Watch, database: Database) -> None:
    await answers.begin("old", "r", holder="a")
    clock.moves(hours=25)
    await answers.begin("new", "r", holder="a")

    assert await answers.expire(clock.now() - timedelta(days=1)) == 1
    assert await column(database, "SELECT name FROM api_answers") == ["new"]


async def test_whoever_has_the_table_alone_reads_no_answer(answers: ApiAnswers, database: Database) -> None:
    await answers.begin("n", "r", holder="a")
    await answers.finish("n", ANSWER, holder="a")

    kept = await database.read(lambda connection: str(connection.execute(API_ANSWERS.select()).fetchall()))

    assert "words" not in kept
    assert "there" not in kept
