"""The tries of a step: which failures are worth another, and how long each is waited for."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress

import pytest
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs
from structlog.types import EventDict

from bot.infrastructure.repeating import LONGEST_PAUSE_SECONDS, TRIES, Tries
from bot.records import StepFailed, Unavailable

Pause = Callable[[float], Awaitable[None]]


def noting(paused: list[float]) -> Pause:
    """A pause that takes no time, and is written down."""

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    return pause


async def test_each_pause_is_twice_as_long_as_the_one_before() -> None:
    paused: list[float] = []
    tries = Tries(step="deploy", pause=noting(paused))

    assert [await tries.worth_another(Unavailable("github_broken")) for _ in range(4)] == [True] * 4
    assert paused == [0.5, 1, 2, 4]


@pytest.mark.parametrize(("asked", "paused"), [(25.0, 25.5), (10_000.0, LONGEST_PAUSE_SECONDS + 0.5)])
async def test_what_a_dependency_asks_for_is_waited_too_within_reason(asked: float, paused: float) -> None:
    waited: list[float] = []

    await Tries(step="deploy", pause=noting(waited)).worth_another(Unavailable("x", retry_after=asked))

    assert waited == [paused]


async def test_once_the_tries_are_used_up_it_is_unavailable_and_nothing_is_waited_for() -> None:
    paused: list[float] = []
    tries = Tries(step="deploy", pause=noting(paused))
    for _ in range(TRIES - 1):
        await tries.worth_another(TimeoutError())

    with pytest.raises(StepFailed, match="unavailable") as failure:
        await tries.worth_another(TimeoutError())

    assert (failure.value.detail, len(paused)) == ("deploy", TRIES - 1)


async def test_f64_what_a_person_has_to_mend_is_named_where_it_lasts() -> None:
    tries = Tries(step="deploy", pause=noting([]))
    await tries.worth_another(Unavailable("claude_refused_account", "401"))
    for _ in range(TRIES - 2):
        await tries.worth_another(Unavailable("claude_circuit_open"))

    with pytest.raises(StepFailed, match="claude_refused_account") as failure:
        await tries.worth_another(Unavailable("claude_circuit_open"))

    assert failure.value.detail == "401"


@pytest.mark.parametrize("away", [60, 600, 1_800, 2_000])
async def test_f22_a_dependency_that_is_away_for_half_an_hour_is_waited_for(away: int) -> None:
    paused: list[float] = []
    tries = Tries(step="deploy", pause=noting(paused))

    while sum(paused) < away:
        await tries.worth_another(Unavailable("github_broken"))

    assert len(paused) < TRIES
    assert sum(paused) < 2 * away + 1


async def test_what_nobody_foresaw_is_not_repeated() -> None:
    paused: list[float] = []

    assert not await Tries(step="deploy", pause=noting(paused)).worth_another(KeyError("number"))
    assert paused == []


async def test_who_is_stopped_while_it_waits_fails_as_whoever_works() -> None:
    async def stopped(_seconds: float) -> None:
        raise StepFailed("cancelled")

    with pytest.raises(StepFailed, match="cancelled"):
        await Tries(step="deploy", pause=stopped).worth_another(Unavailable("github_limited"))


async def test_what_nobody_foresaw_can_be_a_failure_like_any() -> None:
    with pytest.raises(StepFailed) as failure:
        await Tries(step="cancel_checks", unforeseen="internal").worth_another(KeyError("conclusion"))

    assert (failure.value.code, failure.value.detail) == ("internal", "KeyError")


@pytest.mark.parametrize("unforeseen", [None, "internal"])
async def test_a_failure_that_has_a_code_keeps_it_and_is_not_repeated(unforeseen: str | None) -> None:
    paused: list[float] = []
    tries = Tries(step="deploy", pause=noting(paused), unforeseen=unforeseen)

    with pytest.raises(StepFailed, match="head_moved"):
        await tries.worth_another(StepFailed("head_moved"))

    assert paused == []


async def answers() -> str:
    return "answer"


@pytest.mark.parametrize(
    ("bound", "level"), [({"integration": "k7p2"}, "info"), ({"delivery": "d-1"}, "info"), ({}, "debug")]
)
async def test_a_try_is_in_the_log_from_its_beginning_to_its_end(bound: dict[str, str], level: str) -> None:
    with heard() as logged, bound_contextvars(**bound):
        answer = await Tries(step="deploy").run(answers(), key="int-1:4")

    assert answer == "answer"
    assert logged == [
        {"event": "step_begun", "log_level": "debug", "attempt": 1, "key": "int-1:4", **bound},
        {"event": "step_done", "log_level": level, "attempt": 1, "key": "int-1:4", **bound},
    ]


@pytest.mark.parametrize(
    ("failure", "lines"),
    [
        (StepFailed("tests"), [("step_failed", "tests")]),
        (Unavailable("github_limited"), [("step_repeated", None)]),
        (KeyError("number"), [("step_broken", None), ("step_failed", "internal")]),
    ],
)
async def test_what_becomes_of_a_failure_is_in_the_log(
    failure: Exception, lines: list[tuple[str, str | None]]
) -> None:
    tries = Tries(step="deploy", pause=noting([]), unforeseen="internal")

    with heard() as logged, suppress(StepFailed):
        await tries.worth_another(failure)

    assert [(each["event"], each.get("code")) for each in logged] == lines


def heard() -> AbstractContextManager[list[EventDict]]:
    """Every line, with what is bound to it."""
    return capture_logs(processors=[merge_contextvars])
