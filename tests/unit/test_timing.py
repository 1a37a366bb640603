"""How long a run has worked: its facts tell, and the time that it waited for people does not count."""

from datetime import timedelta

import pytest
from msgspec import structs

from bot.domain import events as e
from bot.domain.timing import is_over_time, seconds_worked
from tests.unit.histories import (
    ADMIN_APPROVAL,
    ASKED,
    BEGAN,
    DEPLOYED,
    OPENED,
    REPAIRING,
    REQUEST,
    REQUESTER,
    TAKEN_UP,
    TESTED,
    UP_FOR_REVIEW,
    History,
    cancelled,
    failed,
    integration,
    recorded,
)

HOUR = 3600
ANSWERED = (*ASKED, e.Answered(by=REQUESTER, text="0" * 64))


def worked(history: History, *, later: float) -> float:
    """Seconds of work, so many seconds after its newest fact."""
    now = BEGAN + timedelta(seconds=len(history) - 1 + later)
    return seconds_worked(integration(history), recorded(history), now=now)


def over(history: History, *, minutes: int | None, later: float) -> bool:
    told = (structs.replace(REQUEST, minutes=minutes), *history[1:])
    now = BEGAN + timedelta(seconds=len(history) - 1 + later)
    return is_over_time(integration(told), recorded(told), now=now)


@pytest.mark.parametrize("history", [TAKEN_UP, REPAIRING, TESTED, OPENED])
def test_the_clock_runs_from_the_request_on(history: History) -> None:
    assert worked(history, later=HOUR) == len(history) - 1 + HOUR


def test_while_it_waits_for_an_answer_the_clock_stands() -> None:
    assert worked(ASKED, later=HOUR) == len(ASKED) - 1


def test_after_the_answer_it_runs_on() -> None:
    assert worked(ANSWERED, later=HOUR) == len(ANSWERED) - 2 + HOUR


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, (*UP_FOR_REVIEW, ADMIN_APPROVAL), DEPLOYED])
def test_at_the_gate_it_stops_for_good(history: History) -> None:
    assert worked(history, later=HOUR) == len(UP_FOR_REVIEW) - 1
    assert not over(history, minutes=0, later=HOUR)


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    assert worked(TAKEN_UP, later=-HOUR) == len(TAKEN_UP) - 1


@pytest.mark.parametrize(("later", "is_over"), [(58, False), (59, True), (HOUR, True)])
def test_it_is_over_at_the_very_ceiling(later: float, is_over: bool) -> None:  # noqa: FBT001  what is expected
    assert over(TAKEN_UP, minutes=1, later=later) is is_over


def test_what_was_asked_for_before_there_was_such_a_ceiling_has_none() -> None:
    assert not over(TAKEN_UP, minutes=None, later=1000 * HOUR)


@pytest.mark.parametrize("history", [ASKED, failed(*TESTED), cancelled(*failed(*TESTED))])
def test_what_waits_or_has_ended_does_not_run_out_of_time(history: History) -> None:
    assert not over(history, minutes=0, later=HOUR)
