"""Runs that are repeated beside those of the change: before there is one, and of the tests as they were."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Sequence

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.application.fact_words import told
from bot.application.notifying import look
from bot.application.passport_words import section
from bot.application.testing import judge_change
from bot.application.texts import load_tested
from bot.application.validating import survey_repository, try_tests
from bot.domain import events as e
from bot.domain import flaking
from bot.domain.passport import passport_of
from bot.domain.trust import Remark
from bot.records import FileEdit, Outcome, StepFailed, Unavailable
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import BASE, ID, TAKEN_UP, WRITTEN, integration
from tests.unit.test_flaking import ANOTHER_RED, GREEN, OLD, RED, changed_to, new, staged

NEW_TEST = FileEdit(path="tests/test_new.py", content=b"def test_new(): ...\n")
BENT = FileEdit(path="tests/test_a.py", content=b"def test_late(): return\n")


def facts_of(stage: Stage) -> Sequence[e.TestsRepeated]:
    return [fact for fact in stage.log.events() if isinstance(fact, e.TestsRepeated)]


def tests_of(stage: Stage) -> str:
    """What the passport says of the tests."""
    passport = passport_of(integration(stage.log.events()), stage.log.streams[ID])
    return next(line for line in section(passport, None).splitlines() if "**Tests**" in line)


# --- before anything is changed ---------------------------------------------------------------------


def unchanged(*ends: Outcome | Exception) -> Stage:
    stage = staged(*ends)
    stage.log.streams.clear()
    stage.log.holds(TAKEN_UP)
    stage.sources = FakeSources(
        files={BASE: {".github/claude-bot.yml": b"test: make test\n", "tests/test_a.py": OLD}}
    )
    return stage


async def tries(stage: Stage, *, key: str = "t") -> int | None:
    return await try_tests(stage.world, ID, await survey_repository(stage.world, ID, key="s"), key=key)


async def test_f67_that_they_failed_before_anything_was_changed_is_a_fact() -> None:
    stage = unchanged(RED, GREEN)

    assert await tries(stage) == 5

    [repeated] = facts_of(stage)
    assert (repeated.of, repeated.passed, repeated.failed) == ("base", 4, 1)
    assert told(repeated) == snapshot(
        "the tests failed before anything was changed (1 of them), and are run again there"
    )
    assert tests_of(stage) == snapshot(
        "- **Tests**: `make test`; before anything was changed: failed, and was run again"
    )


async def test_f67_nobody_is_told_that_the_change_failed_by_that() -> None:
    stage = unchanged(RED, GREEN)
    await tries(stage)

    _, view = await look(stage.world, ID)

    assert (view.told, view.runs_again) == (None, False)


async def test_f67_before_anything_is_changed_a_death_hands_out_no_further_draw() -> None:
    stage = unchanged(RED, Unavailable("sandbox_busy"), ANOTHER_RED)
    with pytest.raises(Unavailable):
        await tries(stage)

    with pytest.raises(StepFailed, match="tests_red"):
        await tries(stage)

    assert len(stage.sandbox.ran) == 3
    assert len(facts_of(stage)) == 1


# --- the tests as they were ---------------------------------------------------------------------------


async def test_f67_an_old_test_that_fails_by_chance_is_run_again_and_remarked_as_flaky() -> None:
    stage = staged(GREEN, RED, GREEN)
    await changed_to(stage, NEW_TEST)

    for _ in range(2):
        await judge_change(stage.world, ID, key="k")

    [repeated] = facts_of(stage)
    assert (repeated.of, len(stage.sandbox.ran)) == ("old_tests", 3)
    tested = await load_tested(stage.world, integration(stage.log.events()))
    assert tested.remarks[0] == Remark(code="flaky", names=("tests/test_a.py::test_late",))
    assert told(repeated) == snapshot(
        "the tests as they were before the change failed in attempt 1 (1 of them), and are run again on it"
    )
    assert tests_of(stage) == snapshot(
        "- **Tests**: `make test` (5 passed before anything was changed); attempt 1, with the tests as they were before: failed, and was run again; attempt 1: 5 passed, **with remarks** (`flaky`, `new_tests_idle`)"
    )


async def test_f67_old_tests_that_fail_again_have_failed_and_are_called_nothing_else() -> None:
    stage = staged(GREEN, RED)
    await changed_to(stage, NEW_TEST)

    await judge_change(stage.world, ID, key="k")

    tested = await load_tested(stage.world, integration(stage.log.events()))
    assert len(stage.sandbox.ran) == 3
    assert [each.code for each in tested.remarks if each.code in {"old_tests_fail", "flaky"}] == [
        "old_tests_fail"
    ]


async def test_f67_the_old_ones_of_a_change_that_bent_them_get_no_second_chance() -> None:
    stage = staged(GREEN, RED)
    await changed_to(stage, BENT)

    await judge_change(stage.world, ID, key="k")

    assert len(stage.sandbox.ran) == 2
    assert "TestsRepeated" not in new(stage)


async def test_f67_what_dies_between_two_of_the_old_goes_on_with_the_second() -> None:
    stage = staged(GREEN, RED, Unavailable("sandbox_busy"), GREEN)
    await changed_to(stage, NEW_TEST)
    with pytest.raises(Unavailable):
        await judge_change(stage.world, ID, key="k")

    await judge_change(stage.world, ID, key="k")

    assert [each.of for each in facts_of(stage)] == ["old_tests"]
    assert new(stage)[-1] == "TestsPassed"


@pytest.mark.parametrize(("used", "left"), [(0, 2), (1, 1), (2, 0), (3, 0)])
def test_runs_of_one_judgement_share_the_time_of_one_step(used: int, left: int) -> None:
    assert flaking.reruns(2, seconds=1020, used=used) == left


def test_only_those_of_the_change_are_said_to_be_run_again() -> None:
    again = e.TestsRepeated(attempt=1, report="")

    assert integration((*WRITTEN, again)).runs_again
    assert not integration((*WRITTEN, structs.replace(again, of="old_tests"))).runs_again
    assert not integration((*WRITTEN, structs.replace(again, of="base"))).runs_again
