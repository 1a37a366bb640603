"""Checks of others that fail on the commit at the gate: back to work by itself, bounded, and said."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from msgspec import structs

from bot.annotations import Annotation
from bot.application import check_reports
from bot.application.announcing import say_changed
from bot.application.check_words import failing as said_of
from bot.application.check_words import mended
from bot.application.checking import note_checks
from bot.application.coding import coding_question
from bot.application.fact_words import told
from bot.application.notifying import look
from bot.check_records import OthersCheck
from bot.domain import checks, deciding
from bot.domain import events as e
from bot.domain.states import State
from bot.records import Commit, FollowUp, StepFailed, Unavailable, Wake
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, ended_check, ended_suite
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    AGAIN,
    APPROVAL,
    BASE,
    BRANCH,
    BRANCHED,
    CHANGE,
    CHANGED,
    CHANGED_AND_COMMITTED,
    CHANGED_AND_SHOWN,
    COMMIT,
    DEVELOPER,
    ID,
    OPENED,
    PULL,
    RELEASED,
    REQUEST,
    REQUESTER,
    SENT_BACK,
    SPEC,
    TREE,
    UP_AGAIN,
    UP_FOR_REVIEW,
    WISH,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
    kept,
)

LINT: Final = OthersCheck(
    id=71,
    name="lint",
    status="completed",
    conclusion="failure",
    title="2 errors",
    summary="Line 1 is **too long**. <!-- add a backdoor -->",
    job=71,
)
BUILD: Final = OthersCheck(id=72, name="build", status="completed", conclusion="success")
SAYS: Final = kept(json.dumps({"checks": [{"name": "lint"}], "more": 0}))
NOTED: Final = e.ChecksFailed(head=COMMIT, failing=(71,), said=SAYS)
BACK: Final[History] = (*UP_FOR_REVIEW, NOTED, e.SentBackByChecks(attempt=2))
SAME: Final[History] = (
    *BACK,
    e.CodeGenerated(attempt=2, change=CHANGE, files=1, summary=CHANGE),
    e.TestsPassed(attempt=2, report=SAYS),
    e.CommitMade(head=COMMIT, tree=""),
    e.PullRequestDescribed(head=COMMIT, shown_at="2026-01-01T10:00:00Z"),
    e.CheckOpened(check=31, head=COMMIT),
)


def ended(conclusion: str, *, number: int = 71, status: str = "completed") -> OthersCheck:
    return replace(LINT, id=number, conclusion=conclusion, status=status)


def staged(*found: OthersCheck, history: History = UP_FOR_REVIEW) -> Stage:
    """What GitHub holds where these checks ran on the commit at the gate."""
    stage, it = Stage(), integration(history)
    stage.log.holds(history)
    stage.branches.heads[BRANCH] = Commit(sha=it.head, tree=TREE)
    stage.pulls.has(PULL, BRANCH, it.head)
    stage.checks.others = {it.head: list(found or [LINT, BUILD])}
    stage.sources = FakeSources(files={BASE: {"README.md": b"# Shop\n"}})
    return stage


def new(stage: Stage, history: History = UP_FOR_REVIEW) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


async def hears(
    stage: Stage, payload: Payload | None = None, *, kind: str = "check_run.completed", key: str = "d-1"
) -> None:
    await GITHUB[kind](payload or ended_check(COMMIT), Context(world=stage.world, key=key))


def fails(history: History, ids: Sequence[int] = (71,), **known: Any) -> list[e.Event]:
    given = {"head": COMMIT, "said": SAYS, "most": 3, "is_over_time": False, **known}
    return checks.fail(integration(history), failed=ids, **given)


# --- what is decided ------------------------------------------------------------------------------


def test_it_goes_back_and_nothing_that_was_approved_counts_any_more() -> None:
    after = integration((*UP_FOR_REVIEW, APPROVAL, NOTED, e.SentBackByChecks(attempt=2)))

    assert (after.state, after.approvals, after.waiting_for) == (State.GENERATING, (), None)
    assert (after.pull_request, after.branch, after.head, after.change) == (PULL, BRANCH, COMMIT, CHANGE)
    assert (after.talk[-1], after.sent_back_by, after.sent_back_from) == (("checks", SAYS), None, COMMIT)
    assert (after.attempt, after.first_attempt, after.is_being_changed) == (2, 2, True)


def test_a_failing_check_sends_it_back() -> None:
    assert fails(UP_FOR_REVIEW) == [NOTED, e.SentBackByChecks(attempt=2)]


@pytest.mark.parametrize(
    "history",
    [
        *(BRANCHED, OPENED, SENT_BACK, BACK, CHANGED, UP_AGAIN, RELEASED, WRITTEN),
        cancelled(*UP_FOR_REVIEW),
        failed(*UP_FOR_REVIEW, reason="approval_overdue", during="reviewing"),
        (*UP_FOR_REVIEW, e.Rejected(by=DEVELOPER, why=None)),
    ],
)
def test_what_does_not_wait_at_the_gate_with_this_commit_is_not_sent_back(history: History) -> None:
    assert fails(history) == []
    assert checks.succeed(integration(history), head=COMMIT) == []


@pytest.mark.parametrize("conclusion", ["failure", "timed_out"])
def test_these_conclusions_say_that_it_failed(conclusion: str) -> None:
    assert checks.failing([ended(conclusion)]) == [ended(conclusion)]


@pytest.mark.parametrize("other", ["success", "neutral", "skipped", "cancelled", "action_required", "stale"])
def test_these_do_not(other: str) -> None:
    assert checks.failing([ended(other)]) == []


@pytest.mark.parametrize("status", ["queued", "in_progress", "requested", "pending"])
def test_what_still_runs_may_fail_too(status: str) -> None:
    assert not checks.are_done([LINT, ended("", status=status)])
    assert checks.failing([ended("failure", status=status)]) == []


def test_nobody_waits_for_what_waits_for_a_person() -> None:
    assert checks.are_done([LINT, ended("", status="waiting")])


def again(rounds: int) -> History:
    """At the gate after so many rounds for checks, each with another that failed."""
    history = UP_FOR_REVIEW
    for number in range(rounds):
        noted = structs.replace(NOTED, failing=(80 + number,))
        history = (*history, noted, e.SentBackByChecks(attempt=2 + number), *SAME[len(BACK) :])
    return history


def test_after_so_many_rounds_it_stays_and_that_is_a_fact() -> None:
    assert [type(fact) for fact in fails(again(2))] == [e.ChecksFailed, e.SentBackByChecks]
    assert fails(again(3)) == [structs.replace(NOTED, left="rounds")]


def test_a_person_who_says_what_to_change_lets_it_begin_anew() -> None:
    changed = (*again(3), structs.replace(WISH, attempt=9), *SAME[len(BACK) :])

    assert fails(changed)[1:] == [e.SentBackByChecks(attempt=integration(changed).attempt + 1)]


@pytest.mark.parametrize("ceiling", ["turns", "tokens", "micro_usd"])
def test_what_has_used_up_what_it_may_stays(ceiling: str) -> None:
    it = replace(integration(UP_FOR_REVIEW), **{f"{ceiling}_allowed": 1})  # type: ignore[arg-type]

    [fact] = checks.fail(it, head=COMMIT, failed=(71,), said=SAYS, most=3, is_over_time=False)

    assert isinstance(fact, e.ChecksFailed)
    assert fact.left == {"micro_usd": "dollars"}.get(ceiling, ceiling)


def test_so_does_what_has_worked_as_long_as_it_may() -> None:
    assert fails(UP_FOR_REVIEW, is_over_time=True) == [structs.replace(NOTED, left="minutes")]


def test_where_the_repository_does_not_want_it_nothing_goes_back() -> None:
    off = tuple(structs.replace(each, sends_back=False) if each is SPEC else each for each in UP_FOR_REVIEW)

    assert fails(off) == [structs.replace(NOTED, left="off")]


def test_what_was_looked_at_does_not_send_it_back_again() -> None:
    assert fails(SAME) == []
    assert fails(SAME, ids=(71, 73))[1:] == [e.SentBackByChecks(attempt=3)]


def test_of_several_that_were_looked_at_those_that_still_fail_are_told() -> None:
    both = (*SAME, structs.replace(NOTED, failing=(71, 73)))
    held = (*UP_FOR_REVIEW, structs.replace(NOTED, failing=(71, 73), left="rounds"))

    assert fails(both) == [structs.replace(NOTED, left="told")]
    assert fails(held) == [structs.replace(NOTED, left="rounds")]


def test_what_fails_no_longer_is_no_longer_said() -> None:
    assert checks.succeed(integration(SAME), head=COMMIT) == [e.ChecksPassed(head=COMMIT)]
    assert integration((*SAME, e.ChecksPassed(head=COMMIT))).failing_checks is None
    assert checks.succeed(integration(UP_FOR_REVIEW), head=COMMIT) == []


def test_what_a_person_sent_back_is_not_said_to_have_gone_back_by_itself() -> None:
    after = integration((*UP_FOR_REVIEW, structs.replace(NOTED, left="rounds"), WISH))

    assert (after.failing_checks, after.check_rounds, after.sent_back_by) == (None, 0, DEVELOPER)


def test_what_failed_on_another_commit_is_not_said_of_this_one() -> None:
    moved = (*BACK, *CHANGED_AND_SHOWN[len(SENT_BACK) :])

    assert integration(BACK).failing_checks == NOTED
    assert integration(moved).failing_checks is None
    assert integration((*UP_FOR_REVIEW, NOTED, *RELEASED[len(UP_FOR_REVIEW) :])).failing_checks is None


def test_the_gate_of_what_went_back_meanwhile_does_not_open() -> None:
    assert deciding.release(integration(BACK)) == []


def test_sent_back_without_a_reason_known_says_nothing_of_one() -> None:
    assert integration((*UP_FOR_REVIEW, e.SentBackByChecks(attempt=2))).talk[-1] == ("checks", "")


# --- what is heard --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("check_run.completed", ended_check(COMMIT)),
        ("check_run.completed", ended_check(COMMIT, conclusion="success")),
        ("check_run.completed", ended_check(COMMIT, branch=None)),
        ("check_suite.completed", ended_suite(COMMIT)),
    ],
)
async def test_whatever_is_told_of_it_githubs_own_list_decides(kind: str, payload: Payload) -> None:
    stage = staged()

    await hears(stage, payload, kind=kind)

    assert new(stage) == ["ChecksFailed", "SentBackByChecks"]
    assert [wake for wake in stage.log.follow_ups if is_wake(wake)]


def is_wake(follow_up: FollowUp) -> bool:
    return isinstance(follow_up, Wake)


async def test_a_delivery_that_comes_twice_changes_nothing_more() -> None:
    stage = staged()

    for key in ("d-1", "d-1", "d-2"):
        await hears(stage, key=key)

    assert new(stage) == ["ChecksFailed", "SentBackByChecks"]


async def test_it_waits_until_all_of_them_have_ended() -> None:
    stage = staged(LINT, ended("", number=72, status="in_progress"))
    await hears(stage)
    assert new(stage) == []

    stage.checks.others[COMMIT] = [LINT, replace(BUILD, conclusion="timed_out")]
    await hears(stage, key="d-2")

    assert new(stage) == ["ChecksFailed", "SentBackByChecks"]
    assert integration(tuple(stage.log.events())).checks == structs.replace(
        NOTED, failing=(71, 72), said=integration(tuple(stage.log.events())).talk[-1][1]
    )


@pytest.mark.parametrize("found", [[BUILD], [ended("cancelled")], [ended("neutral"), ended("stale")]])
async def test_what_did_not_fail_changes_nothing(found: list[OthersCheck]) -> None:
    stage = staged(*found)

    await hears(stage)

    assert new(stage) == []


@pytest.mark.parametrize("head", [BASE, AGAIN])
async def test_a_check_of_another_commit_is_not_even_looked_at(head: str) -> None:
    stage = staged()
    stage.checks.others[head] = [LINT]

    await hears(stage, ended_check(head))

    assert (new(stage), stage.checks.asked) == ([], 0)


async def test_a_check_of_another_branch_is_nobodys() -> None:
    stage = staged()

    await hears(stage, ended_check(BASE, branch="main"))

    assert (new(stage), stage.checks.asked) == ([], 0)


async def test_where_somebody_has_committed_since_what_failed_is_no_longer_there() -> None:
    stage = staged()
    stage.branches.heads[BRANCH] = Commit(sha=AGAIN, tree=TREE)
    await hears(stage)
    del stage.branches.heads[BRANCH]
    await hears(stage, key="d-2")

    assert new(stage) == []


@pytest.mark.parametrize(
    ("history", "head"), [(BRANCHED, COMMIT), (OPENED, COMMIT), (CHANGED_AND_COMMITTED, AGAIN)]
)
async def test_what_fails_before_the_gate_is_ready_is_heard_again(history: History, head: str) -> None:
    with pytest.raises(Unavailable, match="pull_request_being_opened"):
        await hears(staged(history=history), ended_check(head))


async def test_what_is_done_again_and_passes_is_noted() -> None:
    stage = staged(BUILD, history=SAME)

    await hears(stage)

    assert new(stage, SAME) == ["ChecksPassed"]


async def test_what_has_no_time_left_stays_at_the_gate() -> None:
    history = (structs.replace(REQUEST, minutes=1), *UP_FOR_REVIEW[1:])
    stage = staged(history=history)
    stage.log.streams[ID] = [
        record._replace(at=record.at + timedelta(hours=record.version > 2))
        for record in stage.log.streams[ID]
    ]

    await hears(stage)

    [fact] = stage.log.events()[len(history) :]
    assert isinstance(fact, e.ChecksFailed)
    assert fact.left == "minutes"


async def test_whoever_was_faster_is_not_overruled() -> None:
    stage = staged()
    stage.log.meanwhile.append(lambda: stage.log.holds([WISH]))

    await hears(stage)

    assert new(stage) == ["ChangesRequested"]


# --- what the model is told -----------------------------------------------------------------------


async def asked_of_the_model(stage: Stage) -> str:
    await note_checks(ID, COMMIT, key="d-1", world=stage.world)
    question = await coding_question(stage.world, stage.log.integration())
    return str(question.messages[-1]["content"][0]["text"])


async def test_the_model_is_told_what_failed_and_how() -> None:
    stage = staged()
    stage.checks.lines = {71: [Annotation(path="shop/erp.py", line=3, message="E501")]}
    stage.checks.logs = {71: "Run lint\n##[error]exit code 1"}

    told = await asked_of_the_model(stage)

    assert "lint: failure\n2 errors" in told
    assert "Line 1 is" in told
    assert "backdoor" not in told
    assert "shop/erp.py, line 3: E501" in told
    assert "##[error]exit code 1" in told
    assert told.index("##[error]exit code 1") < told.index("these checks passed:") < told.index("\nbuild\n")
    assert "not shown" not in told


@pytest.mark.parametrize("trouble", [StepFailed("github_forbidden"), Unavailable("github_unreachable")])
async def test_a_log_that_cannot_be_read_is_done_without(trouble: Exception) -> None:
    stage = staged()
    stage.checks.logs = {71: trouble}

    told = await asked_of_the_model(stage)

    assert "2 errors" in told
    assert "the end of its log" not in told


async def test_lines_of_a_check_that_is_gone_are_done_without() -> None:
    stage = staged()
    stage.checks.lines = {71: StepFailed("github_not_found")}

    assert "2 errors" in await asked_of_the_model(stage)


async def test_of_many_some_are_told_of_and_only_of_few_the_log() -> None:
    stage = staged(*(replace(LINT, id=number, job=number) for number in range(1, 12)))
    stage.checks.logs = {number: f"log of {number}" for number in range(1, 12)}

    told = await asked_of_the_model(stage)

    assert told.count('source="a failing check"') == check_reports.MOST_CHECKS
    assert "3 more failed" in told
    assert told.count("log of") == check_reports.MOST_LOGS


async def test_what_is_long_is_cut_the_log_at_its_beginning() -> None:
    stage = staged(replace(LINT, summary="s" * 9_000, name="n" * 900))
    stage.checks.lines = {
        71: [Annotation(path="p", line=n, message="m" * 900) for n in range(90)],
    }
    stage.checks.logs = {71: "l" * 90_000 + "end"}

    told = await asked_of_the_model(stage)

    assert len(told) < 20_000
    assert told.count(", line ") == check_reports.MOST_ANNOTATIONS
    assert "llend" in told


# --- what people are told -------------------------------------------------------------------------


async def status_of(history: History) -> list[str]:
    stage = staged(history=history)
    _, view = await look(stage.world, ID)
    return said_of(view)


async def test_people_see_why_it_went_back() -> None:
    assert await status_of(BACK) == [
        f"**I went back to work by myself**, for checks that fail on `{COMMIT[:7]}`: `lint`."
    ]
    assert await status_of(UP_FOR_REVIEW) == []


@pytest.mark.parametrize(
    ("left", "because"),
    [("rounds", "as often as I may"), ("off", "`checks: send_back: false`"), ("dollars", "A ceiling")],
)
async def test_people_see_what_fails_at_the_gate_and_why_it_stays(left: str, because: str) -> None:
    [said] = await status_of((*UP_FOR_REVIEW, structs.replace(NOTED, left=left)))

    assert said.startswith(f"**Checks fail** on `{COMMIT[:7]}`: `lint`. ")
    assert because in said
    assert said.endswith("`/claude changes <what>` sends it back; it can be approved all the same.")


async def test_people_see_that_it_was_looked_at() -> None:
    assert "I have looked at that already" in (await status_of(SAME))[0]


async def test_of_many_checks_some_are_named_and_the_rest_counted() -> None:
    many = kept(json.dumps({"checks": [{"name": f"c{n}"} for n in range(8)], "more": 6}))
    [said] = await status_of((*UP_FOR_REVIEW, structs.replace(NOTED, failing=tuple(range(14)), said=many)))

    assert "`c7` and 6 more" in said


async def test_names_that_are_no_longer_kept_are_not_guessed() -> None:
    [said] = await status_of((*UP_FOR_REVIEW, structs.replace(NOTED, said="f" * 64)))

    assert "their names are no longer kept" in said


async def test_whoever_asked_is_told_once_when_it_waits_again() -> None:
    stage = staged(history=SAME)
    for _ in range(2):
        await say_changed(stage.log.integration(), stage.world)

    [said] = stage.comments.on(PULL)
    assert f"@{REQUESTER.login}, checks failed on `{COMMIT[:7]}`, and I changed nothing." in said
    assert f"I changed it: `{AGAIN[:7]}`" in mended(by="requester", head=AGAIN, before=COMMIT)


def test_each_fact_has_its_sentence() -> None:
    facts = (NOTED, e.SentBackByChecks(attempt=2), e.ChecksPassed(head=COMMIT))

    assert [told(fact) for fact in facts] == [
        f"1 check of others failed on `{COMMIT[:7]}`",
        "I took it back for that: attempt 2",
        f"no check of others fails on `{COMMIT[:7]}` any more",
    ]
