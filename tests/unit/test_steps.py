"""Each effect happens once, however often its step is run and wherever it was killed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from structlog.testing import capture_logs

from bot.application import ending, publishing, steps
from bot.domain import events as e
from bot.domain.merging import METHODS, in_order
from bot.domain.reminding import LAPSES
from bot.domain.states import State
from bot.records import Commit, MergeMethod, StepFailed, Unavailable
from tests.unit.fakes import Died, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN_APPROVAL,
    AGREED,
    ASKED,
    BASE,
    BEGAN,
    BRANCH,
    BRANCHED,
    CHECKED,
    COMMIT,
    COMMITTED,
    DEPLOYED,
    DEPLOYING,
    ID,
    ISSUE,
    MERGED,
    MERGED_FOR_A_DEVELOPER,
    MERGED_SHA,
    OPENED,
    OPENED_AT,
    PULL,
    RELEASED,
    REQUESTED,
    SPEC,
    TAKEN_UP,
    TESTED,
    TREE,
    UP_FOR_REVIEW,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
    kept,
)

MOVED = "0bad" * 10
Step = Callable[..., Awaitable[steps.Standing]]


def staged(history: History) -> Stage:
    """What GitHub holds where the history is the whole truth."""
    stage, it = Stage(), integration(history)
    stage.log.holds(history)
    if it.branch:
        stage.branches.heads[BRANCH] = Commit(sha=COMMIT, tree=TREE)
    if it.pull_request:
        stage.pulls.has(PULL, BRANCH, COMMIT)
    if it.check:
        stage.checks.runs[31] = (COMMIT, ID, None)
    if it.deployment:
        stage.deployments.asked[51] = (MERGED_SHA, "production", ID)
    return stage


async def run(step: Step, stage: Stage, key: str = "k") -> steps.Standing:
    return await step(stage.world, ID, key=key)


def effects(stage: Stage) -> dict[str, int]:
    """How often each thing was done outside."""
    return {
        "branch": len(stage.branches.created),
        "pull": len(stage.pulls.opened),
        "check": len(stage.checks.runs),
        "merge": len(stage.pulls.merged),
        "deployment": len(stage.deployments.asked),
    }


def new(stage: Stage, history: History) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


EFFECTS: dict[str, tuple[History, Step, str, str]] = {
    "commit": (TESTED, publishing.create_pull_request, "commit:", "CommitMade"),
    "branch": (COMMITTED, publishing.create_pull_request, "branch:", "BranchCreated"),
    "pull": (BRANCHED, publishing.create_pull_request, "pull:", "PullRequestCreated"),
    "check": (OPENED, publishing.create_pull_request, "check:", "CheckOpened"),
    "merge": (CHECKED, steps.deploy, "merge:", "Merged"),
    "deployment": (MERGED, steps.deploy, "deployment:", "DeploymentCreated"),
}


@pytest.mark.parametrize(("history", "step", "key", "fact"), EFFECTS.values(), ids=EFFECTS)
async def test_an_effect_happens_once_when_its_step_is_run_again(
    history: History, step: Step, key: str, fact: str
) -> None:
    stage = staged(history)
    await run(step, stage)
    once = effects(stage)

    stage.log.streams[ID] = stage.log.streams[ID][: len(history)]
    await run(step, stage)

    assert effects(stage) == once
    assert new(stage, history) == [fact]


@pytest.mark.parametrize(("noted", "opened_at"), [(None, OPENED_AT), (str(PULL), None)])
async def test_the_pull_request_is_noted_with_the_time_that_github_says_it_was_opened_at(
    noted: str | None, opened_at: str | None
) -> None:
    """One that was opened before times were noted has none."""
    stage = staged(BRANCHED)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    stage.effects.known[f"pull:{ID}:{BRANCH}"] = noted

    await run(publishing.create_pull_request, stage)

    assert stage.log.events()[-1] == e.PullRequestCreated(number=PULL, head=COMMIT, opened_at=opened_at)


@pytest.mark.parametrize(("history", "step", "key", "fact"), EFFECTS.values(), ids=EFFECTS)
async def test_an_effect_whose_result_was_not_noted_is_found_again(
    history: History, step: Step, key: str, fact: str
) -> None:
    stage = staged(history)
    stage.effects.dies_at = key
    with pytest.raises(Died):
        await run(step, stage)
    once = effects(stage)

    await run(step, stage)

    assert effects(stage) == once
    assert new(stage, history) == [fact]


@pytest.mark.parametrize(("history", "step", "key", "fact"), EFFECTS.values(), ids=EFFECTS)
async def test_an_effect_that_was_intended_and_never_tried_is_made(
    history: History, step: Step, key: str, fact: str
) -> None:
    stage, undisturbed = staged(history), staged(history)
    await run(step, undisturbed)
    stage.effects.known = dict.fromkeys(undisturbed.effects.known)

    await run(step, stage)

    assert effects(stage) == effects(undisturbed)
    assert new(stage, history) == [fact]


@pytest.mark.parametrize(("history", "step", "key", "fact"), EFFECTS.values(), ids=EFFECTS)
async def test_a_step_that_was_killed_after_its_fact_leaves_every_effect_and_fact_single(
    history: History, step: Step, key: str, fact: str
) -> None:
    stage = staged(history)

    for own_key in ("killed", "killed", "next"):
        await run(step, stage, own_key)

    facts = new(stage, history)
    assert facts[0] == fact
    assert len(facts) == len(set(facts))
    assert set(effects(stage).values()) <= {0, 1}


async def test_the_request_is_taken_up_once() -> None:
    stage = staged(REQUESTED)

    assert await run(steps.begin, stage) == ["validating", None]
    assert await run(steps.begin, stage) == ["validating", None]
    assert new(stage, REQUESTED) == ["ValidationStarted"]


async def test_from_the_tests_to_the_gate_one_effect_after_another() -> None:
    stage = staged(TESTED)

    standings = [await run(publishing.create_pull_request, stage, str(n)) for n in range(5)]

    assert standings == [["reviewing", None]] * 3 + [["reviewing", "approval"]] * 2
    assert effects(stage) == {"branch": 1, "pull": 1, "check": 1, "merge": 0, "deployment": 0}
    assert new(stage, TESTED) == ["CommitMade", "BranchCreated", "PullRequestCreated", "CheckOpened"]


async def test_from_the_approval_to_the_deployment_and_on_to_active() -> None:
    stage = staged((*UP_FOR_REVIEW, ADMIN_APPROVAL))
    assert await run(publishing.create_pull_request, stage, "release") == ["deploying", None]

    standings = [await run(steps.deploy, stage, str(n)) for n in range(4)]
    stage.deployments.states[51] = "success"
    standings += [await run(steps.deploy, stage, str(n)) for n in range(4, 6)]

    assert standings == [
        ["deploying", None],
        ["deploying", None],
        ["deploying", None],
        ["deploying", "deployment"],
        ["deploying", None],
        ["active", None],
    ]
    assert stage.checks.runs[31][2] == "success"
    assert stage.pulls.merged == [(PULL, COMMIT)]
    assert stage.deployments.asked == {51: (MERGED_SHA, "production", ID)}


async def test_the_commit_lies_on_the_base_and_names_whom_it_is_for() -> None:
    stage = staged(TESTED)

    await run(publishing.create_pull_request, stage)

    [(parent, edits, message)] = stage.branches.made
    assert (parent, [edit.path for edit in edits]) == (BASE, ["shop/erp.py"])
    assert message.splitlines()[0] == "Send paid invoices"
    assert f"Integration: {ID}" in message


async def test_a_branch_of_somebody_elses_is_never_taken_for_the_commit() -> None:
    stage = staged(TESTED)
    stage.effects.known = {f"commit:{ID}:{integration(TESTED).change}": None}
    stage.branches.heads[BRANCH] = Commit(sha=MOVED, tree=TREE)

    await run(publishing.create_pull_request, stage)

    assert stage.log.events()[-1] == e.CommitMade(head=COMMIT, tree=TREE)


async def test_a_branch_with_other_commits_is_left_alone() -> None:
    stage = staged(COMMITTED)
    stage.effects.known = {f"branch:{ID}:{COMMIT}": None}
    stage.branches.heads[BRANCH] = Commit(sha=MOVED, tree=TREE)

    with pytest.raises(StepFailed, match="branch_taken"):
        await run(publishing.create_pull_request, stage)

    assert (stage.branches.created, new(stage, COMMITTED)) == ([], [])


async def test_id_12_nothing_is_pushed_for_a_requester_who_lost_access() -> None:
    stage = staged(COMMITTED)
    stage.repositories.roles = {1: "read"}

    with pytest.raises(StepFailed, match="requester_lost_access"):
        await run(publishing.create_pull_request, stage)

    assert stage.branches.created == []


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ({1: "write", 3: "read"}, "approver_lost_access"),
        ({1: "write"}, "approver_lost_access"),
        ({1: "write", 3: "custom"}, "approver_lost_access"),
        ({1: "read", 3: "admin"}, "requester_lost_access"),
    ],
)
async def test_id_12_nothing_is_merged_for_people_who_lost_access(roles: dict[int, str], code: str) -> None:
    stage = staged(CHECKED)
    stage.repositories.roles = roles

    with pytest.raises(StepFailed, match=code):
        await run(steps.deploy, stage)

    assert stage.pulls.merged == []


async def test_id_12_nothing_is_merged_while_the_rights_cannot_be_asked_for() -> None:
    stage = staged(CHECKED)
    stage.repositories.roles = None

    with pytest.raises(Unavailable):
        await run(steps.deploy, stage)

    assert stage.pulls.merged == []


@pytest.mark.parametrize("role", ["write", "read", "none"])
async def test_id_12_nothing_is_deployed_once_nobody_who_released_it_may_deploy(role: str) -> None:
    stage = staged(MERGED)
    stage.repositories.roles = {1: "write", 3: role}

    with pytest.raises(StepFailed, match="approver_lost_access"):
        await run(steps.deploy, stage)

    assert stage.deployments.asked == {}


async def test_one_of_those_who_released_it_is_enough_to_deploy() -> None:
    stage = staged((*MERGED, e.DeployReleased(by=integration(MERGED).requested_by)))
    stage.repositories.roles = {1: "admin"}

    await run(steps.deploy, stage)

    assert len(stage.deployments.asked) == 1


@pytest.mark.parametrize(
    ("there", "code"),
    [
        ({"head": MOVED}, "head_moved"),
        ({"head": MOVED, "state": "closed", "merged": True, "merge_sha": MOVED}, "head_moved"),
        ({"head": COMMIT, "state": "closed"}, "pull_request_closed"),
    ],
)
async def test_only_the_approved_commit_is_merged(there: dict[str, Any], code: str) -> None:
    stage = staged(CHECKED)
    stage.pulls.has(PULL, BRANCH, **there)

    with pytest.raises(StepFailed, match=code):
        await run(steps.deploy, stage)

    assert (stage.pulls.merged, new(stage, CHECKED)) == ([], [])


def to_be_merged_by(method: MergeMethod) -> History:
    return tuple(structs.replace(SPEC, merge_method=method) if fact == SPEC else fact for fact in CHECKED)


@pytest.mark.parametrize("method", METHODS)
async def test_it_is_merged_as_it_was_chosen(method: MergeMethod) -> None:
    stage = staged(to_be_merged_by(method))

    await run(steps.deploy, stage)

    assert (stage.pulls.tried, stage.pulls.merged) == ([method], [(PULL, COMMIT)])


@pytest.mark.parametrize("method", METHODS)
async def test_where_that_is_not_allowed_any_more_another_method_is_taken(method: MergeMethod) -> None:
    stage = staged(to_be_merged_by(method))
    stage.pulls.takes = tuple(each for each in METHODS if each != method)

    await run(steps.deploy, stage)

    assert (stage.pulls.tried, stage.pulls.merged) == (list(in_order(method)[:2]), [(PULL, COMMIT)])


async def test_where_no_method_is_allowed_nothing_is_merged() -> None:
    stage = staged(CHECKED)
    stage.pulls.takes = ()

    assert await run(steps.deploy, stage) == ["deploying", "merge"]

    assert (stage.pulls.tried, stage.pulls.merged) == (list(METHODS), [])
    assert stage.log.events()[-1] == e.MergeHeld(code="blocked", detail="no method of merging is allowed")


async def test_sm_01_a_head_that_has_moved_is_not_even_tried_to_be_merged() -> None:
    stage = staged(CHECKED)
    stage.pulls.has(PULL, BRANCH, MOVED)

    with pytest.raises(StepFailed, match="head_moved"):
        await run(steps.deploy, stage)

    assert (stage.pulls.tried, stage.pulls.merged) == ([], [])


async def test_in_doubt_a_merge_of_another_head_is_not_taken_for_ours() -> None:
    stage = staged(CHECKED)
    stage.effects.known = {f"merge:{ID}:{COMMIT}": None}
    stage.pulls.has(PULL, BRANCH, MOVED, state="closed", merged=True, merge_sha=MOVED)

    with pytest.raises(StepFailed, match="head_moved"):
        await run(steps.deploy, stage)


async def test_what_somebody_merged_at_the_approved_commit_counts_as_merged() -> None:
    stage = staged(CHECKED)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)

    await run(steps.deploy, stage)

    assert (stage.pulls.merged, new(stage, CHECKED)) == ([], ["Merged"])


async def test_what_was_merged_waits_for_somebody_who_may_deploy() -> None:
    stage = staged(MERGED_FOR_A_DEVELOPER)

    assert await run(steps.deploy, stage) == ["deploying", "deploy_approval"]
    assert (stage.deployments.asked, new(stage, MERGED_FOR_A_DEVELOPER)) == ({}, [])


@pytest.mark.parametrize("outcome", ["failure", "error"])
async def test_a_failed_deployment_fails_the_run(outcome: str) -> None:
    stage = staged((*DEPLOYING, e.DeploymentReported(deployment=51, outcome=outcome)))

    with pytest.raises(StepFailed, match="deployment") as failure:
        await run(steps.deploy, stage)

    assert failure.value.detail == outcome


async def test_a_deployment_that_says_nothing_is_waited_for_and_then_overdue() -> None:
    stage = staged(DEPLOYING)
    assert await run(steps.deploy, stage) == ["deploying", "deployment"]

    stage.clock.time = BEGAN + timedelta(hours=2)

    with pytest.raises(StepFailed, match="deployment_overdue"):
        await run(steps.deploy, stage)


async def test_the_hour_of_a_deployment_begins_when_it_was_asked_for() -> None:
    stage = staged(DEPLOYING)
    asked_for = stage.log.streams[ID][-1].at
    stage.clock.time = asked_for + timedelta(hours=1)

    assert await run(steps.deploy, stage) == ["deploying", "deployment"]

    stage.clock.time = asked_for + timedelta(hours=1, seconds=1)
    with pytest.raises(StepFailed, match="deployment_overdue"):
        await run(steps.deploy, stage)


async def test_the_hour_of_a_deployment_begins_anew_when_it_goes_on_after_a_rest() -> None:
    stage = staged((*DEPLOYING, e.Paused(cause="frozen", detail=""), e.Resumed()))
    goes_on = stage.log.streams[ID][-1].at
    stage.clock.time = goes_on + timedelta(hours=1)

    assert await run(steps.deploy, stage) == ["deploying", "deployment"]

    stage.clock.time = goes_on + timedelta(hours=1, seconds=1)
    with pytest.raises(StepFailed, match="deployment_overdue"):
        await run(steps.deploy, stage)


async def test_a_deployment_that_waits_for_people_has_thirty_days() -> None:
    parked = (*DEPLOYING, e.DeploymentSeen(deployment=51, needs_person=True))
    stage = staged(parked)
    began = stage.log.streams[ID][-1].at
    stage.clock.time = began + timedelta(days=30)
    assert await run(steps.deploy, stage) == ["deploying", "deployment"]

    stage.clock.time += timedelta(seconds=1)
    with pytest.raises(StepFailed, match="deployment_not_let_go_on"):
        await run(steps.deploy, stage)


async def test_that_people_let_a_deployment_go_on_is_seen_also_where_the_word_of_it_was_lost() -> None:
    parked = (*DEPLOYING, e.DeploymentSeen(deployment=51, needs_person=True))
    stage = staged(parked)
    stage.deployments.states[51] = "in_progress"

    assert await run(steps.deploy, stage) == ["deploying", "deployment"]

    assert stage.log.events()[len(parked) :] == [e.DeploymentSeen(deployment=51, needs_person=False)]


async def test_a_deployment_in_progress_is_no_end() -> None:
    stage = staged(DEPLOYING)
    stage.deployments.states[51] = "in_progress"

    assert await run(steps.deploy, stage) == ["deploying", "deployment"]
    assert new(stage, DEPLOYING) == []


STOPPED: dict[str, Callable[..., History]] = {
    "cancelled": cancelled,
    "rejected": lambda *history: (*history, e.Rejected(by=integration(REQUESTED).requested_by, why=None)),
}


@pytest.mark.parametrize("reason", STOPPED)
@pytest.mark.parametrize(
    ("history", "step"),
    [(REQUESTED, steps.begin), (TESTED, publishing.create_pull_request), (CHECKED, steps.deploy)],
)
async def test_once_stopped_no_step_does_anything(history: History, step: Step, reason: str) -> None:
    stopped = STOPPED[reason](*history)
    stage = staged(stopped)
    before = effects(stage)

    with pytest.raises(StepFailed, match=reason):
        await run(step, stage)

    assert (effects(stage), stage.log.events()) == (before, list(stopped))


async def test_a_stop_that_comes_between_the_look_and_the_last_fact_is_obeyed() -> None:
    stage = staged(DEPLOYED)
    stage.log.meanwhile = [lambda: stage.log.holds(cancelled())]

    with pytest.raises(StepFailed, match="cancelled"):
        await run(steps.deploy, stage)

    assert new(stage, DEPLOYED) == ["CancelRequested"]


async def test_a_failure_says_where_and_why_and_once() -> None:
    stage = staged(WRITTEN)

    for key in ("a", "b"):
        assert await ending.fail(stage.world, ID, "tests", "attempt 4", key=key) == ["failed", None]

    assert stage.log.events()[len(WRITTEN) :] == [
        e.IntegrationFailed(reason="tests", during="testing", detail="attempt 4")
    ]


async def test_the_end_of_taking_back_is_noted_once() -> None:
    stage = staged(failed(*WRITTEN))

    for key in ("a", "b"):
        assert await run(ending.finish, stage, key) == [State.FAILED, None]

    assert new(stage, failed(*WRITTEN)) == ["UndoFinished"]


@pytest.mark.parametrize(
    ("history", "waiting_for", "code"),
    [(ASKED, "answer", "answer_overdue"), (UP_FOR_REVIEW, "approval", "approval_overdue")],
)
async def test_what_nobody_came_for_is_overdue_by_the_clock(
    history: History, waiting_for: str, code: str
) -> None:
    stage = staged(history)
    stage.clock.time = stage.log.streams[ID][-1].at + LAPSES[waiting_for] - timedelta(seconds=1)

    assert await ending.wake_overdue(stage.world, ID, waiting_for, key="k") == 1.0

    stage.clock.time += timedelta(seconds=1)
    with pytest.raises(StepFailed, match=code):
        await ending.wake_overdue(stage.world, ID, waiting_for, key="k")


async def test_what_only_adds_to_what_it_waits_for_gives_nobody_more_time() -> None:
    stage = staged((*UP_FOR_REVIEW, e.ChecksFailed(head=COMMIT, failing=(71,), said="", left="off")))
    stage.clock.time = stage.log.streams[ID][-2].at + LAPSES["approval"]

    with pytest.raises(StepFailed, match="approval_overdue"):
        await ending.wake_overdue(stage.world, ID, "approval", key="k")


@pytest.mark.parametrize(
    ("history", "waiting_for"),
    [
        (AGREED, "answer"),
        (cancelled(*UP_FOR_REVIEW), "approval"),
        (MERGED_FOR_A_DEVELOPER, "deploy_approval"),
        (ACTIVE, "approval"),
    ],
)
async def test_what_waits_no_more_or_is_merged_already_is_not_overdue(
    history: History, waiting_for: str
) -> None:
    stage = staged(history)

    await ending.wake_overdue(stage.world, ID, waiting_for, key="k")

    assert new(stage, history) == []


@pytest.mark.parametrize(
    ("summary", "title", "body"),
    [
        ("Send invoices\n\nTo the ERP.", "Send invoices", "To the ERP."),
        ("# Send invoices\nTo the ERP.", "Send invoices", "To the ERP."),
        ("Send invoices\rCo-authored-by: x <x@y.z>", "Send invoices", "Co-authored-by: x <x@y.z>"),
        ("", f"Integration {ID}", ""),
        ("##\n\nTo the ERP.", f"Integration {ID}", "To the ERP."),
        ("x" * 500, "x" * 100, ""),
    ],
)
async def test_out_04_the_title_is_the_summarys_first_line(summary: str, title: str, body: str) -> None:
    history = tuple(
        e.CodeGenerated(attempt=1, change=fact.change, files=1, summary=kept(summary))
        if isinstance(fact, e.CodeGenerated)
        else fact
        for fact in TESTED
    )
    stage = staged(history)

    assert await steps.title_and_body(integration(history), stage.world) == (title, body)


async def test_out_04_a_title_that_acts_reaches_neither_commit_nor_pull_request() -> None:
    acting = kept("[skip ci] Fixes #1 @org/team\n\nskip-checks: true")
    stage = staged((
        *WRITTEN[:-1],
        e.CodeGenerated(attempt=1, change=integration(TESTED).change, files=1, summary=acting),
        TESTED[-1],
    ))

    for n in range(3):
        await run(publishing.create_pull_request, stage, str(n))

    said = stage.branches.made[0][2] + "".join(map("".join, stage.pulls.opened))
    assert not [word for word in ("[skip ci]", "Fixes #1", "@org", "skip-checks:") if word in said]


def test_the_branchs_name_tells_whose_it_is() -> None:
    assert publishing.branch_of(integration(TESTED)) == BRANCH == f"claude/{ISSUE}-{ID}"


async def test_the_check_is_closed_before_the_merge() -> None:
    stage = staged(RELEASED)

    assert await run(steps.deploy, stage) == ["deploying", None]
    assert (stage.checks.runs[31][2], stage.checks.titled) == ("success", "Approved")
    assert stage.pulls.merged == []


@pytest.mark.parametrize(
    ("history", "reason"),
    [(cancelled(*TAKEN_UP), "cancelled"), (TAKEN_UP, "job_failed")],
)
async def test_why_a_job_left_its_queue_is_in_the_log_or_an_operator_did_it(
    history: History, reason: str
) -> None:
    stage = staged(history)

    for _ in range(2):
        await ending.fail(stage.world, ID, "stopped", "", key="k")

    [fact] = stage.log.events()[len(history) :]
    assert isinstance(fact, e.IntegrationFailed)
    assert fact.reason == reason


async def test_why_it_came_to_nothing_stands_whole_in_the_log() -> None:
    stage = staged(WRITTEN)

    with capture_logs() as lines:
        await ending.fail(stage.world, ID, "sandbox_unavailable", "bwrap is not installed", key="k")

    assert [(line["reason"], line["detail"]) for line in lines if line["event"] == "integration_failed"] == [
        ("sandbox_unavailable", "bwrap is not installed")
    ]
