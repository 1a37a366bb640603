"""Effects: an intent is noted once, and what came of it is never forgotten."""

import asyncio
from typing import Any

import pytest

from bot.infrastructure.database import Database
from bot.infrastructure.effects import Effects
from bot.records import Intent

FRESH = Intent(fresh=True, result=None)
IN_DOUBT = Intent(fresh=False, result=None)


@pytest.fixture
def effects(database: Database, clock: Any, observer: Any) -> Effects:
    return Effects(database, clock, observer)


async def test_the_first_intent_is_fresh(effects: Effects) -> None:
    assert await effects.begin("int-1:comment") == FRESH


async def test_an_intent_without_a_result_is_in_doubt(effects: Effects) -> None:
    await effects.begin("int-1:comment")

    assert await effects.begin("int-1:comment") == IN_DOUBT


async def test_a_finished_effect_tells_its_result(effects: Effects) -> None:
    await effects.begin("int-1:comment")
    await effects.finish("int-1:comment", result="4711")

    assert await effects.begin("int-1:comment") == Intent(fresh=False, result="4711")


async def test_an_empty_result_is_a_result(effects: Effects) -> None:
    await effects.begin("int-1:branch")
    await effects.finish("int-1:branch", result="")

    assert await effects.begin("int-1:branch") == Intent(fresh=False, result="")


async def test_the_first_result_stays(effects: Effects) -> None:
    await effects.begin("int-1:comment")
    await effects.finish("int-1:comment", result="4711")

    await effects.finish("int-1:comment", result="4712")

    assert await effects.begin("int-1:comment") == Intent(fresh=False, result="4711")


async def test_what_was_never_begun_cannot_be_finished(effects: Effects) -> None:
    with pytest.raises(LookupError):
        await effects.finish("int-1:comment", result="4711")

    assert await effects.begin("int-1:comment") == FRESH


async def test_effects_do_not_know_each_other(effects: Effects) -> None:
    await effects.begin("int-1:comment")

    assert await effects.begin("int-2:comment") == FRESH


async def test_of_many_who_begin_at_once_one_is_fresh(effects: Effects) -> None:
    intents = await asyncio.gather(*(effects.begin("int-1:comment") for _ in range(20)))

    assert intents.count(FRESH) == 1
    assert intents.count(IN_DOUBT) == 19


async def test_the_observer_sees_each_note_begin_and_end(effects: Effects, observer: Any) -> None:
    await effects.begin("int-1:comment")
    await effects.finish("int-1:comment", result="4711")

    assert observer.told == [
        "before effects.begin",
        "after effects.begin",
        "before effects.finish",
        "after effects.finish",
    ]
