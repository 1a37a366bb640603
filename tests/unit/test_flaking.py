"""Tests that fail are run again on the same change: which are, how often, and what is said of those that pass."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.application.answer_words import reasons
from bot.application.flaking import repeated_shown
from bot.application.notifying import look
from bot.application.passport_words import section
from bot.application.remark_words import remarks
from bot.application.suite_words import failing
from bot.application.testing import judge_change
from bot.application.texts import keep_change, load_tested, load_text
from bot.domain import events as e
from bot.domain import flaking
from bot.domain.fencing import nonce_of
from bot.domain.passport import passport_of
from bot.domain.reports import MOST_FAILING, Failing
from bot.domain.trust import Remark
from bot.records import FileEdit, Outcome, StepFailed, Unavailable
from tests.unit.fakes import FakeSandbox, FakeSources, Stage
from tests.unit.histories import (
    AGREED,
    BASE,
    BEGAN,
    ID,
    REPORT,
    SPEC,
    SUMMARY,
    WRITTEN,
    cancelled,
    integration,
)

GREEN: Final = Outcome(status=0, output="5 passed in 1s", seconds=1.0, ended="exited")
RED: Final = Outcome(
    status=1,
    output="FAILED tests/test_a.py::test_late - slow\n1 failed, 4 passed in 1s",
    seconds=2.0,
    ended="exited",
)
ANOTHER_RED: Final = replace(RED, output="FAILED tests/test_b.py::test_b - odd\n1 failed, 4 passed in 1s")
OLD: Final = b"def test_late(): ...\n"
ONCE_MORE: Final = structs.replace(SPEC, tests=("make", "test"), test_reruns=1)


def staged(*ends: Outcome | Exception, agreed: e.RequestValidated = ONCE_MORE) -> Stage:
    """The next runs end so, one after the other; the last one again and again."""
    stage, left = Stage(), list(ends)
    stage.log.holds((*AGREED[:-1], agreed, *WRITTEN[len(AGREED) :]))
    stage.sources = FakeSources(files={BASE: {"tests/test_a.py": OLD}})

    def next_end() -> None:
        end = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(end, Exception):
            raise end
        stage.sandbox.outcome = end

    stage.sandbox = FakeSandbox(meanwhile=next_end)
    return stage


def new(stage: Stage) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(WRITTEN) :]]


async def changed_to(stage: Stage, *edits: FileEdit) -> None:
    """The change that is judged is this one."""
    kept = await keep_change(stage.world, integration(WRITTEN), list(edits))
    stage.log.holds((e.CodeGenerated(attempt=1, change=kept, files=len(edits), summary=SUMMARY),))


async def test_f67_tests_that_fail_and_pass_when_they_are_run_again_count_as_passed_and_flaky() -> None:
    stage = staged(RED, GREEN)

    for _ in range(2):
        await judge_change(stage.world, ID, key="k")

    assert (len(stage.sandbox.ran), stage.claude.asked) == (2, [])
    assert new(stage) == ["TestsRepeated", "SandboxNoted", "TestsPassed"]
    repeated, _, passed = stage.log.events()[len(WRITTEN) :]
    assert isinstance(repeated, e.TestsRepeated)
    assert isinstance(passed, e.TestsPassed)
    assert (repeated.passed, repeated.failed, passed.remarks) == (4, 1, ("flaky",))
    tested = await load_tested(stage.world, integration(stage.log.events()))
    assert tested.remarks == (Remark(code="flaky", names=("tests/test_a.py::test_late",)),)
    assert remarks(tested.remarks) == snapshot(
        "- Flaky: on the very same change the tests failed at first (`tests/test_a.py::test_late`), and passed when run again."
    )
    told = section(passport_of(integration(stage.log.events()), stage.log.streams[ID]), None)
    assert next(line for line in told.splitlines() if "**Tests**" in line) == snapshot(
        "- **Tests**: `make test` (5 passed before anything was changed); attempt 1: failed, and was run again; attempt 1: 5 passed, **with remarks** (`flaky`)"
    )


async def test_f67_while_they_are_run_again_that_is_said() -> None:
    stage = staged(RED, Unavailable("sandbox_busy"))
    with pytest.raises(Unavailable):
        await judge_change(stage.world, ID, key="k")

    _, view = await look(stage.world, ID)

    assert reasons(view, BEGAN, BEGAN, ()).splitlines()[-1] == failing(view)[0]
    assert failing(view) == snapshot([
        "**1 of 5 failed**: `tests/test_a.py::test_late`. They are run again on the very same change: perhaps they are flaky."
    ])


async def test_f67_tests_that_fail_twice_have_failed_and_are_repaired() -> None:
    stage = staged(RED, ANOTHER_RED)

    await judge_change(stage.world, ID, key="k")

    assert len(stage.sandbox.ran) == 2
    assert new(stage) == ["TestsRepeated", "SandboxNoted", "TestsFailed", "RepairStarted"]


async def told_to_the_model(stage: Stage) -> str:
    """What the repair that has begun is asked, of the runs before it."""
    it = integration(stage.log.events())
    report = json.loads(await load_text(stage.world, it, it.reports[-1]))
    return repeated_shown(it, report).replace(nonce_of(ID), "NONCE")


async def test_f67_whoever_repairs_reads_which_tests_failed_in_one_of_the_runs_only() -> None:
    stage = staged(RED, ANOTHER_RED)

    await judge_change(stage.world, ID, key="k")

    assert await told_to_the_model(stage) == snapshot("""\
They were run more than once on this very change, and failed each time; what is said here is of the last run. Tests that failed in some of these runs only, so by chance or by what they share with others (nothing here: the same ones failed, or their names are not known):

<data-NONCE source="tests that failed in some runs only">
- tests/test_a.py::test_late
- tests/test_b.py::test_b
</data-NONCE>

""")


async def test_f67_whoever_repairs_reads_that_the_same_tests_failed_again() -> None:
    stage = staged(RED)

    await judge_change(stage.world, ID, key="k")

    assert await told_to_the_model(stage) == snapshot("""\
They were run more than once on this very change, and failed each time; what is said here is of the last run. Tests that failed in some of these runs only, so by chance or by what they share with others (nothing here: the same ones failed, or their names are not known):

<data-NONCE source="tests that failed in some runs only">

</data-NONCE>

""")


@pytest.mark.parametrize(
    ("last", "reruns"), [(RED, 0), (replace(RED, status=None, ended="timeout"), 1)], ids=["once", "stopped"]
)
async def test_f67_nothing_is_said_of_runs_that_cannot_be_compared(last: Outcome, reruns: int) -> None:
    stage = staged(RED, last, agreed=structs.replace(ONCE_MORE, test_reruns=reruns))

    await judge_change(stage.world, ID, key="k")

    assert await told_to_the_model(stage) == ""


@pytest.mark.parametrize(
    ("runs", "some_only"),
    [
        (["ab", "b"], ("a",)),
        (["a", "b", "ab"], ("a", "b")),
        (["a", "a"], ()),
        (["a", ""], ()),
        (["a" * MOST_FAILING, "b"], ()),
    ],
    ids=["one", "three runs", "the same", "without names", "more than are named"],
)
def test_what_failed_in_some_runs_only_is_named_where_all_that_failed_is_known(
    runs: Sequence[str], some_only: Sequence[str]
) -> None:
    assert flaking.unsteady([[Failing(name=name) for name in run] for run in runs]) == some_only


@pytest.mark.parametrize(("reruns", "runs"), [(0, 1), (1, 2), (2, 3)])
async def test_f67_they_are_run_again_as_often_as_was_agreed_and_no_more(reruns: int, runs: int) -> None:
    stage = staged(RED, agreed=structs.replace(ONCE_MORE, test_reruns=reruns))

    await judge_change(stage.world, ID, key="k")

    assert len(stage.sandbox.ran) == runs


async def test_f67_all_that_failed_before_are_named_once() -> None:
    stage = staged(RED, ANOTHER_RED, GREEN, agreed=structs.replace(ONCE_MORE, test_reruns=2))

    await judge_change(stage.world, ID, key="k")

    tested = await load_tested(stage.world, integration(stage.log.events()))
    assert tested.remarks[0].names == ("tests/test_a.py::test_late", "tests/test_b.py::test_b")


@pytest.mark.parametrize(
    "end",
    [
        replace(RED, status=None, ended="timeout"),
        replace(RED, status=None, ended="memory"),
        replace(RED, status=None, ended="processes"),
        replace(RED, status=None, ended="output"),
        replace(RED, status=None, ended="disk"),
        replace(RED, during="setup"),
    ],
    ids=lambda end: f"{end.ended} {end.during}",
)
async def test_f67_what_is_no_failure_of_the_tests_is_not_run_again(end: Outcome) -> None:
    stage = staged(end, GREEN)

    await judge_change(stage.world, ID, key="k")

    assert len(stage.sandbox.ran) == 1
    assert new(stage) == ["SandboxNoted", "TestsFailed", "RepairStarted"]


async def test_f67_where_no_sandbox_can_be_had_nothing_is_run_again() -> None:
    stage = staged(StepFailed("sandbox_unavailable"), GREEN)

    with pytest.raises(StepFailed, match="sandbox_unavailable"):
        await judge_change(stage.world, ID, key="k")

    assert (len(stage.sandbox.ran), new(stage)) == (1, [])


@pytest.mark.parametrize(
    ("edit", "runs"),
    [
        (FileEdit(path="tests/test_a.py", content=b"def test_late(): return\n"), 1),
        (FileEdit(path="tests/test_a.py", content=None), 1),
        (FileEdit(path="conftest.py", content=b"import sys\n"), 1),
        (FileEdit(path="tests/test_new.py", content=b"def test_new(): ...\n"), 2),
        (FileEdit(path="tests/test_a.py", content=OLD), 2),
    ],
    ids=["changed", "removed", "steered", "added", "as it was"],
)
async def test_f67_whose_tests_were_weakened_gets_no_second_chance(edit: FileEdit, runs: int) -> None:
    stage = staged(RED)
    await changed_to(stage, edit)

    await judge_change(stage.world, ID, key="k")

    assert len(stage.sandbox.ran) == runs


async def test_f67_what_dies_between_two_runs_goes_on_with_the_second() -> None:
    stage = staged(RED, Unavailable("sandbox_busy"), GREEN)
    with pytest.raises(Unavailable):
        await judge_change(stage.world, ID, key="k")

    await judge_change(stage.world, ID, key="k")

    assert len(stage.sandbox.ran) == 3
    assert new(stage) == ["TestsRepeated", "SandboxNoted", "TestsPassed"]


async def test_f67_a_later_step_begins_with_a_first_run() -> None:
    stage = staged(RED, Unavailable("sandbox_busy"), RED, GREEN)
    with pytest.raises(Unavailable):
        await judge_change(stage.world, ID, key="k")

    await judge_change(stage.world, ID, key="another")

    assert new(stage) == ["TestsRepeated", "TestsRepeated", "SandboxNoted", "TestsPassed"]


async def test_f67_once_it_is_stopped_nothing_is_run_again() -> None:
    stage = staged(RED, GREEN)
    failing_run = stage.sandbox.meanwhile

    def cancelled_meanwhile() -> None:
        failing_run()
        stage.log.holds(cancelled())

    stage.sandbox.meanwhile = cancelled_meanwhile

    with pytest.raises(StepFailed, match="cancelled"):
        await judge_change(stage.world, ID, key="k")

    assert len(stage.sandbox.ran) == 1


async def test_f67_where_a_repository_refuses_remarks_a_flaky_pass_is_a_failure() -> None:
    stage = staged(RED, GREEN, agreed=structs.replace(ONCE_MORE, refuses_remarks=True))

    await judge_change(stage.world, ID, key="k")

    failed = next(each for each in stage.log.events() if isinstance(each, e.TestsFailed))
    assert (failed.ended, failed.remarks) == ("remarks", ("flaky",))


@pytest.mark.parametrize(
    ("wanted", "seconds", "there_is_time_for"),
    [(0, 1, 0), (1, 900, 1), (2, 900, 2), (9, 1, 2), (2, 1020, 2), (2, 1224, 1), (2, 1225, 0), (1, 1500, 0)],
)
def test_a_change_is_judged_within_one_step_however_often_its_tests_are_run(
    wanted: int, seconds: int, there_is_time_for: int
) -> None:
    assert flaking.reruns(wanted, seconds=seconds) == there_is_time_for


def test_a_verdict_ends_the_waiting_for_another_run() -> None:
    again = e.TestsRepeated(attempt=1, report=REPORT)
    ends: Sequence[e.Event] = (
        e.TestsPassed(attempt=1, report=REPORT),
        e.TestsFailed(attempt=1, report=REPORT, ended="exited"),
        WRITTEN[-1],
    )

    assert integration((*WRITTEN, again)).runs_again
    assert not any(integration((*WRITTEN, again, end)).runs_again for end in ends)
