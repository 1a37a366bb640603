"""One integration: what its facts make of it, and each rule of the product as a decision."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.domain import deciding, holding_up
from bot.domain import events as e
from bot.domain.integration import Integration, evolve, evolved, fold
from bot.domain.policy import MergedAlready, NothingWaits, NotSeen, Role, SelfApproval, StaleApproval
from bot.domain.states import InvalidStateTransition, State
from bot.records import StepFailed
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ADMIN_APPROVAL,
    AGREED,
    APPROVAL,
    ASKED,
    BRANCH,
    BRANCHED,
    CHANGE,
    CHECKED,
    COMMIT,
    DEPLOYED,
    DEPLOYING,
    DEVELOPER,
    GREEN,
    HELD_UP,
    ID,
    LOST,
    MERGED,
    MERGED_FOR_A_DEVELOPER,
    MERGED_SHA,
    OPENED,
    OPENED_AT,
    PULL,
    QUESTION,
    RELEASED,
    REPAIRING,
    REPORT,
    REQUESTED,
    REQUESTER,
    SHOP,
    SPEC,
    STRANGER,
    SUMMARY,
    TAKEN_UP,
    TESTED,
    UP_FOR_REVIEW,
    WORKED,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
    kept,
    turn,
)

OTHER_HEAD = "0bad" * 10
REJECTED = (*UP_FOR_REVIEW, e.Rejected(by=DEVELOPER, why=None))


@pytest.mark.parametrize(
    ("history", "state", "waiting_for"),
    [
        (REQUESTED, State.DRAFT, None),
        (TAKEN_UP, State.VALIDATING, None),
        (ASKED, State.VALIDATING, "answer"),
        ((*ASKED, e.Answered(by=REQUESTER, text="t")), State.VALIDATING, None),
        (AGREED, State.GENERATING, None),
        (WORKED, State.GENERATING, None),
        (WRITTEN, State.TESTING, None),
        (REPAIRING, State.GENERATING, None),
        (TESTED, State.REVIEWING, None),
        (BRANCHED, State.REVIEWING, None),
        (OPENED, State.REVIEWING, None),
        (UP_FOR_REVIEW, State.REVIEWING, "approval"),
        ((*UP_FOR_REVIEW, APPROVAL), State.REVIEWING, None),
        (REJECTED, State.REVIEWING, None),
        (RELEASED, State.DEPLOYING, None),
        ((*UP_FOR_REVIEW, APPROVAL, e.Released(head=COMMIT)), State.DEPLOYING, None),
        (failed(*MERGED_FOR_A_DEVELOPER), State.FAILED, None),
        (MERGED_FOR_A_DEVELOPER, State.DEPLOYING, "deploy_approval"),
        ((*MERGED_FOR_A_DEVELOPER, e.DeployReleased(by=ADMIN)), State.DEPLOYING, None),
        (MERGED, State.DEPLOYING, None),
        (DEPLOYING, State.DEPLOYING, "deployment"),
        (DEPLOYED, State.DEPLOYING, None),
        (ACTIVE, State.ACTIVE, None),
        (cancelled(*ASKED), State.VALIDATING, None),
        (cancelled(*UP_FOR_REVIEW), State.REVIEWING, None),
        (cancelled(*MERGED_FOR_A_DEVELOPER), State.DEPLOYING, None),
        (cancelled(*DEPLOYING), State.DEPLOYING, None),
        (failed(*ASKED), State.FAILED, None),
        ((*failed(*WRITTEN), e.UndoFinished()), State.FAILED, None),
    ],
)
def test_where_it_stands_and_for_whom_it_waits(
    history: History, state: State, waiting_for: str | None
) -> None:
    it = integration(history)

    assert (it.state, it.waiting_for, it.version) == (state, waiting_for, len(history))


def test_what_a_history_without_a_mishap_adds_up_to() -> None:
    it = integration(ACTIVE)

    assert (it.requested_by, it.repository, it.tests) == (REQUESTER, SHOP, ("pytest", "-q"))
    assert (it.branch, it.head, it.pull_request, it.merged) == (BRANCH, COMMIT, PULL, MERGED_SHA)
    assert (it.turns, it.tokens, it.micro_usd) == (3, 3600, 30_000)
    assert (it.change, it.files, it.summary, it.reports) == (CHANGE, 1, SUMMARY, (REPORT,))
    assert (it.check_open, it.released, it.deployment_outcome) == (False, True, "success")


def test_an_answer_that_broke_off_costs_money_and_is_no_turn() -> None:
    before, it = integration(WORKED), integration((*WORKED, LOST))

    assert (it.turns, it.talk, it.cuts, it.pauses) == (before.turns, before.talk, before.cuts, before.pauses)
    assert (it.tokens - before.tokens, it.micro_usd - before.micro_usd) == (1101, 5_525)
    assert it.lost == 1


def test_a_person_who_answers_is_heard_with_the_question() -> None:
    it = integration((*ASKED, e.Answered(by=REQUESTER, text="said")))

    assert (it.questions, it.rounds, it.exchanges) == (None, 1, ((QUESTION, "said"),))


def test_a_repair_begins_with_the_failing_report() -> None:
    it = integration(REPAIRING)

    assert (it.attempt, it.talk[-1]) == (2, ("report", REPORT))


def test_an_answer_that_was_cut_is_counted_and_not_kept_in_the_talk() -> None:
    cut = integration((*AGREED, turn(2, stop_reason="max_tokens")))

    assert (cut.cuts, cut.talk, cut.turns) == (1, (), 2)
    assert evolved(cut, [turn(3)]).cuts == 0


def test_pauses_in_a_row_are_counted() -> None:
    paused = integration((*AGREED, turn(2, stop_reason="pause_turn"), turn(3, stop_reason="pause_turn")))

    assert (paused.pauses, len(paused.talk)) == (2, 2)
    assert evolved(paused, [turn(4)]).pauses == 0


@pytest.mark.parametrize(
    ("spent", "reached"),
    [
        ({}, None),
        ({"turns": 60}, "turns"),
        ({"tokens": 2_000_000}, "tokens"),
        ({"micro_usd": 5_000_000}, "dollars"),
        ({"turns": 59, "tokens": 1_999_999, "micro_usd": 4_999_999}, None),
    ],
)
def test_a_ceiling_is_reached_where_nothing_is_left(spent: dict[str, Any], reached: str | None) -> None:
    assert replace(integration(TAKEN_UP), **spent).limit_reached() == reached


@pytest.mark.parametrize(
    ("history", "ended"),
    [
        (ACTIVE, True),
        (DEPLOYED, False),
        (failed(*WRITTEN), False),
        ((*failed(*WRITTEN), e.UndoFinished()), True),
    ],
)
def test_it_has_ended_once_it_runs_or_all_was_taken_back(history: History, ended: bool) -> None:  # noqa: FBT001  a table's column
    assert integration(history).ended is ended


def test_who_let_it_go_out_is_named_once() -> None:
    history = (*UP_FOR_REVIEW, APPROVAL, ADMIN_APPROVAL, e.DeployReleased(by=ADMIN))

    assert integration(history).deployers == (ADMIN,)


Decide = Callable[[Integration], list[e.Event]]
FORWARD: dict[str, tuple[History, Decide]] = {
    "start": (REQUESTED, deciding.start_validation),
    "validate": (TAKEN_UP, lambda it: deciding.validate(it, SPEC)),
    "generate": (WORKED, lambda it: deciding.generate(it, files=1, summary=SUMMARY)),
    "judge": (
        WRITTEN,
        lambda it: deciding.judge(it, GREEN, repairs=3),
    ),
    "release": ((*UP_FOR_REVIEW, ADMIN_APPROVAL), deciding.release),
    "activate": (DEPLOYED, deciding.activate),
}


@pytest.mark.parametrize(("history", "decide"), FORWARD.values(), ids=FORWARD)
def test_a_run_goes_forward_from_where_it_stands(history: History, decide: Decide) -> None:
    before = integration(history)

    after = evolved(before, decide(before))

    assert after.state is not before.state


OUT_OF_ORDER = [
    (name, other) for name in FORWARD for other in FORWARD if integration(FORWARD[other][0]).state
    is not integration(FORWARD[name][0]).state
]  # fmt: skip


@pytest.mark.parametrize(("name", "other"), OUT_OF_ORDER)
def test_no_step_is_taken_out_of_order(name: str, other: str) -> None:
    decide, (history, _) = FORWARD[name][1], FORWARD[other]

    with pytest.raises((InvalidStateTransition, NothingWaits)):
        decide(integration(history))


@pytest.mark.parametrize("decide", [decide for _, decide in FORWARD.values()], ids=FORWARD)
def test_what_came_to_nothing_does_not_go_on_by_itself(decide: Decide) -> None:
    with pytest.raises((NothingWaits, InvalidStateTransition)):
        decide(integration(failed(*DEPLOYED)))


@pytest.mark.parametrize("decide", [decide for _, decide in FORWARD.values()], ids=FORWARD)
def test_what_runs_is_not_begun_again_by_a_late_step(decide: Decide) -> None:
    with pytest.raises((NothingWaits, InvalidStateTransition)):
        decide(integration(ACTIVE))


def test_the_requester_is_asked_only_so_many_times() -> None:
    thrice = replace(integration(TAKEN_UP), rounds=3)

    assert deciding.ask(integration(TAKEN_UP), questions=QUESTION, most=3)
    with pytest.raises(StepFailed, match="unclear"):
        deciding.ask(thrice, questions=QUESTION, most=3)


def test_a_question_outside_validation_is_refused() -> None:
    with pytest.raises(NothingWaits):
        deciding.ask(integration(failed(*TAKEN_UP)), questions=QUESTION, most=3)
    with pytest.raises(InvalidStateTransition):
        deciding.ask(integration(WRITTEN), questions=QUESTION, most=3)


def test_an_answer_is_taken_where_a_question_was_asked() -> None:
    assert deciding.answer(integration(ASKED), by=STRANGER, text="t") == [e.Answered(by=STRANGER, text="t")]


@pytest.mark.parametrize("history", [TAKEN_UP, AGREED, cancelled(*ASKED), failed(*ASKED), UP_FOR_REVIEW])
def test_an_answer_to_nothing_is_refused(history: History) -> None:
    with pytest.raises(NothingWaits):
        deciding.answer(integration(history), by=REQUESTER, text="t")


def test_a_change_of_no_file_comes_to_nothing() -> None:
    with pytest.raises(StepFailed, match="nothing_to_do"):
        deciding.generate(integration(WORKED), files=0, summary=SUMMARY)


def verdict(attempt: int, *, passed: bool) -> list[str]:
    it = replace(integration(WRITTEN), attempt=attempt)
    facts = deciding.judge(it, replace(GREEN, is_green=passed), repairs=3)
    return [type(fact).__name__ for fact in facts]


def test_failing_tests_begin_a_repair_while_one_is_left() -> None:
    assert verdict(1, passed=False) == ["TestsFailed", "RepairStarted"]
    assert verdict(3, passed=False) == ["TestsFailed", "RepairStarted"]
    assert verdict(4, passed=False) == ["TestsFailed"]
    assert verdict(4, passed=True) == ["TestsPassed"]


def approve(history: History, **bent: Any) -> list[e.Event]:
    plain = {"by": DEVELOPER, "head": COMMIT, "deploys": False, "alone": False}
    return deciding.approve(integration(history), **{**plain, **bent})


def test_another_person_approves_the_commit_that_was_tested() -> None:
    assert approve(UP_FOR_REVIEW) == [APPROVAL]
    assert approve(UP_FOR_REVIEW, by=ADMIN, deploys=True) == [ADMIN_APPROVAL]


def test_saying_it_twice_changes_nothing() -> None:
    assert approve((*UP_FOR_REVIEW, APPROVAL)) == []
    assert approve(ACTIVE, by=ADMIN, deploys=True) == []


def test_id_13_the_requester_cannot_be_the_only_approver() -> None:
    with pytest.raises(SelfApproval, match="requester"):
        approve(UP_FOR_REVIEW, by=REQUESTER)


def test_the_operator_may_let_one_approve_alone() -> None:
    assert approve(UP_FOR_REVIEW, by=REQUESTER, alone=True)


def test_an_approval_of_another_commit_is_stale() -> None:
    with pytest.raises(StaleApproval) as refused:
        approve(UP_FOR_REVIEW, head=OTHER_HEAD)

    assert (refused.value.seen, refused.value.tested) == (OTHER_HEAD, COMMIT)


@pytest.mark.parametrize(
    "history", [TESTED, REJECTED, cancelled(*UP_FOR_REVIEW), failed(*UP_FOR_REVIEW), DEPLOYING]
)
def test_an_approval_is_refused_where_no_gate_waits(history: History) -> None:
    with pytest.raises(NothingWaits):
        approve(history)


def test_an_approval_counts_from_when_the_pull_request_is_there_on() -> None:
    it = integration((*OPENED, APPROVAL, e.CheckOpened(check=31, head=COMMIT)))

    assert approve(OPENED) == [APPROVAL]
    assert (it.waiting_for, deciding.release(it)) == (None, [e.Released(head=COMMIT)])


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, MERGED_FOR_A_DEVELOPER])
def test_what_was_said_before_the_pull_request_was_there_approves_nothing(history: History) -> None:
    opened_at = datetime.fromisoformat(OPENED_AT)

    with pytest.raises(NotSeen):
        approve(history, by=ADMIN, deploys=True, said_at=opened_at - timedelta(seconds=1))

    assert approve(history, by=ADMIN, deploys=True, said_at=opened_at)


def test_of_a_pull_request_that_was_opened_before_its_time_was_noted_nobody_said_it_too_early() -> None:
    older = tuple(
        structs.replace(each, opened_at=None) if isinstance(each, e.PullRequestCreated) else each
        for each in UP_FOR_REVIEW
    )

    assert approve(older, said_at=datetime.min.replace(tzinfo=UTC)) == [APPROVAL]


def test_who_may_deploy_releases_what_was_merged_by_approving_it() -> None:
    released: list[e.Event] = [e.DeployReleased(by=ADMIN)]

    assert approve(MERGED_FOR_A_DEVELOPER, by=ADMIN, deploys=True) == released
    assert approve(MERGED_FOR_A_DEVELOPER, deploys=True) == [e.DeployReleased(by=DEVELOPER)]


def test_who_may_not_deploy_does_not_release_by_approving_again() -> None:
    assert approve(MERGED_FOR_A_DEVELOPER) == []
    with pytest.raises(NothingWaits):
        approve(MERGED_FOR_A_DEVELOPER, by=STRANGER)


def test_a_rejection_closes_the_gate_once() -> None:
    assert deciding.reject(integration(UP_FOR_REVIEW), by=DEVELOPER, why="w") == [
        e.Rejected(by=DEVELOPER, why="w")
    ]
    assert deciding.reject(integration(REJECTED), by=ADMIN, why=None) == []


@pytest.mark.parametrize("history", [TESTED, (*UP_FOR_REVIEW, APPROVAL), cancelled(*UP_FOR_REVIEW), ACTIVE])
def test_a_rejection_is_refused_where_no_gate_waits(history: History) -> None:
    with pytest.raises(NothingWaits):
        deciding.reject(integration(history), by=DEVELOPER, why=None)


def test_the_gate_opens_for_exactly_the_approved_commit() -> None:
    approved = integration((*UP_FOR_REVIEW, APPROVAL))

    assert deciding.release(approved) == [e.Released(head=COMMIT)]
    assert deciding.release(replace(approved, head=OTHER_HEAD)) == []
    assert deciding.release(integration(UP_FOR_REVIEW)) == []


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, cancelled(*MERGED_FOR_A_DEVELOPER), DEPLOYING])
def test_nothing_is_deployed_where_nothing_waits_for_it(history: History) -> None:
    with pytest.raises(NothingWaits):
        deciding.release_deploy(integration(history), by=ADMIN)


def test_what_was_stopped_a_moment_ago_does_not_become_active() -> None:
    with pytest.raises(StepFailed, match="cancelled"):
        deciding.activate(integration(cancelled(*DEPLOYED)))


def cancel(history: History, *, role: Role | None) -> list[e.Event]:
    return deciding.cancel(integration(history), by=ADMIN, cause="cancelled", role=role)


@pytest.mark.parametrize("history", [REQUESTED, ASKED, WORKED, WRITTEN, UP_FOR_REVIEW, DEPLOYING])
def test_it_is_stopped_wherever_it_works_and_once(history: History) -> None:
    stop: list[e.Event] = [e.CancelRequested(by=ADMIN, cause="cancelled")]

    assert cancel(history, role=Role.ADMIN) == stop
    assert cancel(cancelled(*history), role=Role.ADMIN) == []


@pytest.mark.parametrize("history", [ACTIVE, failed(*WRITTEN)])
def test_what_has_ended_cannot_be_stopped(history: History) -> None:
    with pytest.raises(NothingWaits):
        cancel(history, role=Role.ADMIN)


@pytest.mark.parametrize("history", [REQUESTED, UP_FOR_REVIEW, CHECKED])
def test_until_the_merge_a_developer_may_stop_it(history: History) -> None:
    assert len(cancel(history, role=Role.DEVELOPER)) == 1


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.DEVELOPER])
@pytest.mark.parametrize("history", [MERGED_FOR_A_DEVELOPER, MERGED, DEPLOYING, DEPLOYED])
def test_what_is_merged_is_stopped_only_by_who_may_deploy(history: History, role: Role | None) -> None:
    with pytest.raises(MergedAlready) as refused:
        cancel(history, role=role)

    assert (refused.value.role, refused.value.who_could) == (role, (Role.ADMIN,))
    assert len(cancel(history, role=Role.ADMIN)) == 1


def held_up(history: History) -> list[e.Event]:
    return holding_up.hold_up(integration(history), by=HELD_UP.by, code=HELD_UP.code)


def test_what_does_not_answer_is_noted_once_for_as_long_as_it_lasts() -> None:
    other = e.HeldUp(by="git", code="git_unreachable")

    assert held_up(WORKED) == held_up((*WORKED, other)) == [HELD_UP]
    assert held_up((*WORKED, HELD_UP)) == held_up((*WORKED, HELD_UP, LOST)) == []
    assert held_up((*WORKED, HELD_UP, e.WentOn())) == held_up((*WORKED, HELD_UP, turn(4))) == [HELD_UP]


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, cancelled(*WORKED), failed(*WORKED), ACTIVE])
def test_what_is_not_at_work_is_not_held_up(history: History) -> None:
    assert held_up(history) == []


def test_it_goes_on_where_it_was_held_up() -> None:
    assert holding_up.go_on(integration((*WORKED, HELD_UP))) == [e.WentOn()]
    assert holding_up.go_on(integration(WORKED)) == []


def fail(history: History) -> list[e.Event]:
    return deciding.fail(integration(history), reason="tests", detail="attempt 4")


@pytest.mark.parametrize("history", [REQUESTED, WORKED, WRITTEN, UP_FOR_REVIEW, DEPLOYING, ACTIVE])
def test_it_comes_to_nothing_once(history: History) -> None:
    [fact] = fail(history)

    after = integration((*history, fact))

    assert (after.state, after.reason, after.during) == (State.FAILED, "tests", integration(history).state)
    assert fail((*history, fact)) == []


def test_what_has_ended_for_good_does_not_come_to_nothing() -> None:
    gone = replace(integration(ACTIVE), state=State.DEPRECATED)

    with pytest.raises(InvalidStateTransition):
        deciding.fail(gone, reason="tests", detail="")


def test_what_was_taken_back_is_noted_and_the_end_said_once() -> None:
    it = integration(failed(*WRITTEN))
    undone = deciding.undo(it, step="generate_code", outcome="nothing", what="")

    after = evolved(it, [*undone, *deciding.finish_undo(it)])

    assert (len(after.undone), after.settled) == (1, True)
    assert deciding.finish_undo(after) == []


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ("undone", "needs_person", ["undone"]),
        ("nothing", "undone", ["nothing"]),
        ("needs_person", "needs_person", ["needs_person"]),
        ("needs_person", "undone", ["undone"]),
    ],
)
def test_what_was_taken_back_stays_so_and_what_was_not_may_still_be(
    first: str, then: str, said: list[str]
) -> None:
    it = integration(failed(*WRITTEN))
    for outcome in (first, then):
        it = evolved(it, deciding.undo(it, step="generate_code", outcome=outcome, what=""))

    assert [each.outcome for each in it.undone] == said


def test_where_undoing_breaks_off_what_is_left_of_what_was_begun_needs_a_person() -> None:
    it = integration((*UP_FOR_REVIEW, *fail(UP_FOR_REVIEW)))
    it = evolved(it, deciding.undo(it, step="run_tests", outcome="undone", what="check_cancelled"))

    after = evolved(it, deciding.give_up_undo(it))

    assert [(each.step, each.outcome, each.what) for each in after.undone] == [
        ("run_tests", "undone", "check_cancelled"),
        ("create_pull_request", "needs_person", "internal"),
        ("generate_code", "needs_person", "internal"),
    ]
    assert after.ended
    assert deciding.give_up_undo(after) == []


@pytest.mark.parametrize(("history", "reasons"), [(WRITTEN, ["internal"]), (ACTIVE, [])])
def test_what_cannot_go_on_has_failed_and_what_has_ended_has_not(
    history: History, reasons: list[str]
) -> None:
    facts = deciding.break_off(integration(history))

    assert [fact.reason for fact in facts if isinstance(fact, e.IntegrationFailed)] == reasons


def test_nothing_is_taken_back_of_what_did_not_fail() -> None:
    with pytest.raises(NothingWaits):
        deciding.undo(integration(ACTIVE), step="deploy", outcome="undone", what="")
    with pytest.raises(NothingWaits):
        deciding.finish_undo(integration(ACTIVE))


@pytest.mark.parametrize("cut", range(len(ACTIVE) + 1))
def test_a_history_is_told_in_parts_as_in_one(cut: int) -> None:
    assert evolved(fold(ID, ACTIVE[:cut]), ACTIVE[cut:]) == integration(ACTIVE)


TURNS = st.sampled_from([
    turn(2),
    turn(3, stop_reason="max_tokens"),
    turn(4, stop_reason="pause_turn"),
    turn(5, step="validate_request"),
    e.ToolsRun(attempt=1, turn=2, results=kept("results"), change=CHANGE),
    e.CommitMade(head=COMMIT, tree="d" * 40),
])


@given(st.lists(TURNS, max_size=9))
def test_turns_that_are_counted_together_are_counted_as_one_by_one(facts: list[e.Event]) -> None:
    one_by_one = reduce(evolve, facts, fold(ID, AGREED))

    assert fold(ID, (*AGREED, *facts)) == replace(one_by_one, version=len(AGREED) + len(facts))


def test_a_change_that_is_left_as_it_failed_is_not_tested_again() -> None:
    with pytest.raises(StepFailed, match="tests_disputed"):
        deciding.generate(integration(REPAIRING), files=1, summary="not my fault")


def test_a_change_that_was_repaired_is_tested_again() -> None:
    repaired = (*REPAIRING, e.ToolsRun(attempt=2, turn=4, results=kept("[]"), change=kept("other")))

    generated = deciding.generate(integration(repaired), files=1, summary="mended")

    assert [type(event) for event in generated] == [e.CodeGenerated]
