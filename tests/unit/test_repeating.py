"""The tries of a step: which failures are worth another, and how long each is waited for."""

from collections.abc import Awaitable, Callable

import pytest
import structlog

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


@pytest.mark.parametrize("failure", [StepFailed("tests"), KeyError("number")])
async def test_what_repeating_does_not_mend_is_not_repeated(failure: Exception) -> None:
    paused: list[float] = []

    assert not await Tries(step="deploy", pause=noting(paused)).worth_another(failure)
    assert paused == []


async def test_who_is_stopped_while_it_waits_fails_as_whoever_works() -> None:
    async def stopped(_seconds: float) -> None:
        raise StepFailed("cancelled")

    with pytest.raises(StepFailed, match="cancelled"):
        await Tries(step="deploy", pause=stopped).worth_another(Unavailable("github_limited"))


async def test_what_nobody_foresaw_can_be_a_failure_like_any_and_is_in_the_log() -> None:
    tries = Tries(step="cancel_checks", unforeseen="internal")

    with structlog.testing.capture_logs() as logged, pytest.raises(StepFailed) as failure:
        await tries.worth_another(KeyError("conclusion"))

    assert (failure.value.code, failure.value.detail) == ("internal", "KeyError")
    assert [(each["event"], each["step"]) for each in logged] == [("step_broken", "cancel_checks")]


async def test_a_failure_that_has_a_code_keeps_it() -> None:
    assert not await Tries(step="deploy", unforeseen="internal").worth_another(StepFailed("head_moved"))
