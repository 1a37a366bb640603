"""A run that reached a ceiling rests, loses nothing, and goes on where it stopped."""

import json
from datetime import timedelta

import pytest
from msgspec import structs

from bot.application.coding import take_turn
from bot.application.pausing import look, pause
from bot.application.validating import consult
from bot.domain import events as e
from bot.domain import pausing
from bot.domain.policy import Rules
from bot.domain.timing import seconds_worked
from bot.records import STOPPED, StepFailed
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ACTIVE,
    AGREED,
    BEGAN,
    ID,
    MORE,
    REQUEST,
    REQUESTER,
    RESTING,
    TAKEN_UP,
    WORKED,
    History,
    cancelled,
    failed,
    integration,
    kept,
    recorded,
    turn,
)

POOR = (structs.replace(REQUEST, micro_usd=30_000), *WORKED[1:])
SHORT = (structs.replace(REQUEST, minutes=1), *WORKED[1:])
ENDED = (e.IntegrationFailed(reason="spec_unintelligible", during="validating", detail=""), e.UndoFinished())
WEEK = timedelta(days=7)


def staged(history: History, rules: Rules | None = None) -> Stage:
    stage = Stage(rules=rules or Rules())
    stage.log.holds(history)
    return stage


def new(stage: Stage, history: History) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


@pytest.mark.parametrize("history", [ACTIVE, failed(*WORKED), cancelled(*WORKED), (*WORKED, RESTING)])
def test_what_is_over_or_stopped_or_rests_does_not_rest(history: History) -> None:
    assert pausing.pause(integration(history), cause="budget", detail="turns") == []


def test_what_does_not_rest_is_not_resumed() -> None:
    assert pausing.resume(integration(WORKED)) == []


def test_while_it_rests_it_waits_for_that_and_its_clock_stands() -> None:
    history = (*WORKED, RESTING)
    now = BEGAN + timedelta(seconds=len(history) - 1, hours=1)

    assert integration(history).waiting_for == "budget"
    assert seconds_worked(integration(history), recorded(history), now=now) == len(history) - 1


def test_once_it_is_stopped_it_waits_for_nobody() -> None:
    assert integration(cancelled(*WORKED, RESTING)).waiting_for is None
    assert integration(failed(*WORKED, RESTING)).waiting_for is None


async def test_what_runs_out_of_time_before_it_is_taken_up_rests_too() -> None:
    requested = (structs.replace(REQUEST, minutes=1),)
    stage = staged(requested)
    stage.clock.time += timedelta(minutes=2)

    assert await pause(stage.world, ID, "budget", "minutes", key="k") == ["draft", "budget"]


async def test_what_was_stopped_for_a_ceiling_that_was_raised_meanwhile_goes_on() -> None:
    stage = staged((*WORKED, MORE))

    assert await pause(stage.world, ID, STOPPED, "", key="k") == ["generating", None]


async def test_it_rests_at_a_ceiling() -> None:
    stage = staged(POOR)

    assert await pause(stage.world, ID, "budget", "dollars", key="k") == ["generating", "budget"]
    assert new(stage, POOR) == ["Paused"]


async def test_a_job_that_was_taken_out_of_its_queue_rests_for_what_stopped_it() -> None:
    stage = staged(SHORT)
    stage.clock.time += timedelta(minutes=2)

    assert await pause(stage.world, ID, STOPPED, "", key="k") == ["generating", "budget"]
    assert stage.log.integration().paused == e.Paused(cause="budget", detail="minutes")


@pytest.mark.parametrize(("history", "code"), [(WORKED, STOPPED), (cancelled(*WORKED), "cancelled")])
async def test_whatever_else_stopped_it_is_a_failure(history: History, code: str) -> None:
    stage = staged(history)

    with pytest.raises(StepFailed, match=code):
        await pause(stage.world, ID, STOPPED, "", key="k")


@pytest.mark.parametrize("cause", ["budget", "monthly_budget"])
async def test_while_the_cause_lasts_it_rests_on(cause: str) -> None:
    history = (*POOR, e.Paused(cause=cause, detail=""))
    stage = staged(history, Rules(monthly_micro_usd=0))

    assert await look(stage.world, ID, key="k") == ["generating", cause]
    assert new(stage, history) == []


async def test_with_more_to_use_up_it_goes_on() -> None:
    history = (*POOR, RESTING, MORE)
    stage = staged(history)

    assert await look(stage.world, ID, key="k") == ["generating", None]
    assert await look(stage.world, ID, key="k2") == ["generating", None]
    assert new(stage, history) == ["Resumed"]


async def test_a_month_that_is_over_lets_it_go_on() -> None:
    history = (*WORKED, e.Paused(cause="monthly_budget", detail=""))
    stage = staged(history, Rules(monthly_micro_usd=30_000))
    assert await look(stage.world, ID, key="k") == ["generating", "monthly_budget"]

    stage.clock.time += timedelta(days=31)

    assert await look(stage.world, ID, key="k2") == ["generating", None]


async def test_it_does_not_rest_for_ever() -> None:
    stage = staged((*POOR, RESTING))
    stage.clock.time += WEEK + timedelta(minutes=1)

    with pytest.raises(StepFailed, match="budget_overdue"):
        await look(stage.world, ID, key="k")


async def test_while_it_rests_it_can_be_stopped() -> None:
    stage = staged(cancelled(*POOR, RESTING))

    with pytest.raises(StepFailed, match="cancelled"):
        await look(stage.world, ID, key="k")


# --- nothing is paid twice -----------------------------------------------------------------------------

CALL = turn(2, stop_reason="tool_use")


async def test_ab_01_an_answer_whose_tools_were_not_run_is_not_asked_for_again() -> None:
    history = (*AGREED, structs.replace(CALL, answer=calling()), RESTING, MORE, e.Resumed())
    stage = staged(history)

    assert await take_turn(stage.world, ID, key="new") == "tools"
    assert stage.claude.asked == []


def calling() -> str:
    """The digest of an answer with a call."""
    use = {"type": "tool_use", "id": "t", "name": "bash", "input": {"command": "ls"}}
    said = {"content": [use], "stop_reason": "tool_use", "model": "m", "usage": [1, 1, 0, 0]}
    return kept(json.dumps(said))


async def test_ab_01_a_last_answer_that_was_not_heard_is_not_asked_for_again() -> None:
    stage = staged((*WORKED, RESTING, MORE, e.Resumed()))

    assert await take_turn(stage.world, ID, key="new") == "finished"
    assert stage.claude.asked == []


async def test_ab_01_a_verdict_on_the_request_that_was_not_heard_is_not_asked_for_again() -> None:
    paid = turn(1, step="validate_request")
    stage = staged((*TAKEN_UP, paid, RESTING, MORE, e.Resumed()))

    assert await consult(stage.world, ID, {}, key="new") == paid.answer
    assert stage.claude.asked == []


@pytest.mark.parametrize(
    "since",
    [
        (e.QuestionsAsked(questions=kept("-")), e.Answered(by=REQUESTER, text=kept("SAP"))),
        (*ENDED, e.Retried(by=REQUESTER, state="validating", attempt=2)),
    ],
)
async def test_after_an_answer_of_people_or_a_retry_the_model_is_asked_anew(since: History) -> None:
    stage = staged((*TAKEN_UP, turn(1, step="validate_request"), *since))

    with pytest.raises(KeyError):  # it looks at the repository, to ask again
        await consult(stage.world, ID, {}, key="new")
