"""What the bot made is taken back, and only that; killed half-way it is taken back all the same."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec import structs

from bot.application import undoing
from bot.domain import events as e
from bot.domain.merging import METHODS
from bot.domain.policy import NothingWaits
from bot.records import Commit, FileEdit, MergeMethod, StepFailed
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    AGREED,
    APPROVAL,
    BASE,
    BRANCH,
    BRANCHED,
    CHECKED,
    COMMIT,
    COMMITTED,
    CONTENT,
    DEPLOYED,
    DEPLOYING,
    ID,
    ISSUE,
    MERGED,
    MERGED_SHA,
    OPENED,
    PULL,
    RELEASED,
    REQUESTED,
    SPEC,
    TREE,
    UP_FOR_REVIEW,
    WISH,
    History,
    failed,
    integration,
)

REVERT = f"claude/revert-{ISSUE}-{ID}"
NOW, OTHER = "0a11" * 10, "0bad" * 10
OURS, BEFORE, THEIRS = CONTENT.encode(), b"old\n", b"changed since\n"
Undo = Callable[..., Awaitable[None]]
Outcome = tuple[str, str, str]
UNDOES = (undoing.roll_back, undoing.close_pull_request, undoing.cancel_checks, undoing.delete_branch)


def staged(history: History, *, reason: str = "tests") -> Stage:
    """The run failed after this; GitHub holds what its facts say."""
    stage, it = Stage(), integration(history)
    stage.log.holds(failed(*history, reason=reason))
    if it.branch:
        stage.branches.heads[BRANCH] = Commit(sha=COMMIT, tree=TREE)
    if it.pull_request:
        stage.pulls.has(PULL, BRANCH, COMMIT)
    if it.check:
        stage.checks.runs[31] = (COMMIT, ID, None)
    return stage


def merged(history: History = DEPLOYING, *, now: bytes | None = OURS, before: bytes | None = BEFORE) -> Stage:
    """The change is merged; `now` is what the file holds on the base branch, `before` what it held."""
    stage = staged(history)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)
    stage.branches.heads["main"] = Commit(sha=NOW, tree=TREE)
    files = {commit: {"shop/erp.py": it} for commit, it in ((NOW, now), (BASE, before)) if it is not None}
    stage.sources = FakeSources(files=files)
    return stage


def merging(history: History = DEPLOYING) -> History:
    """The same in a repository whose policy lets the bot merge its reverts."""
    return tuple(structs.replace(SPEC, merge_reverts=True) if fact == SPEC else fact for fact in history)


async def run(undo: Undo, stage: Stage, key: str = "k") -> Outcome:
    await undo(stage.world, ID, key=key)
    fact = stage.log.events()[-1]
    assert isinstance(fact, e.StepUndone)
    return fact.step, fact.outcome, fact.what


@pytest.mark.parametrize("undo", UNDOES)
async def test_of_a_run_that_made_nothing_there_is_nothing_to_undo(undo: Undo) -> None:
    stage = staged(AGREED)

    _, outcome, _ = await run(undo, stage)

    assert outcome == "nothing"
    assert (stage.branches.deleted, stage.pulls.closed, stage.comments.bodies) == ([], [], {})


@pytest.mark.parametrize("undo", UNDOES)
async def test_what_did_not_fail_is_not_taken_back(undo: Undo) -> None:
    stage = Stage()
    stage.log.holds(REQUESTED)

    with pytest.raises(NothingWaits):
        await undo(stage.world, ID, key="k")

    assert stage.log.events() == list(REQUESTED)


@pytest.mark.parametrize("undo", UNDOES)
async def test_a_step_is_noted_once_however_often_it_is_taken_back(undo: Undo) -> None:
    stage = staged(UP_FOR_REVIEW)

    first, again = await run(undo, stage), await run(undo, stage)

    assert first == again
    assert len(stage.log.events()) == len(UP_FOR_REVIEW) + 2


async def test_the_branch_is_deleted() -> None:
    stage = staged(UP_FOR_REVIEW)

    assert await run(undoing.delete_branch, stage) == ("generate_code", "undone", "branch_deleted")
    assert (stage.branches.deleted, list(stage.branches.heads)) == ([BRANCH], ["main"])


async def test_a_branch_that_was_made_and_never_noted_is_deleted_too() -> None:
    stage = staged(COMMITTED)
    stage.branches.heads[BRANCH] = Commit(sha=COMMIT, tree=TREE)

    assert await run(undoing.delete_branch, stage) == ("generate_code", "undone", "branch_deleted")


async def test_a_branch_that_was_never_made_is_nothing() -> None:
    assert await run(undoing.delete_branch, staged(COMMITTED)) == ("generate_code", "nothing", "")


async def test_killed_between_deleting_and_noting_the_branch_is_reported_as_deleted() -> None:
    stage = staged(BRANCHED)
    await undoing.delete_branch(stage.world, ID, key="k")
    stage.log.streams[ID].pop()

    assert await run(undoing.delete_branch, stage) == ("generate_code", "undone", "branch_deleted")
    assert stage.branches.deleted == [BRANCH]


async def test_f28_what_was_merged_before_it_was_out_of_reach_is_not_taken_back_once_it_is_not() -> None:
    stage = staged(DEPLOYING, reason="installation_suspended")
    left = e.StepUndone(step="deploy", outcome="needs_person", what="installation_suspended")
    stage.log.holds((left, e.UndoFinished(), e.ReachedAgain()), key="back")

    await undoing.roll_back(stage.world, ID, key="k")

    assert (stage.log.integration().undone, stage.pulls.opened) == ((left,), [])


async def test_f34_a_branch_that_people_deleted_or_renamed_was_not_deleted_by_the_bot() -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.branches.heads.pop(BRANCH)

    assert await run(undoing.delete_branch, stage) == ("generate_code", "nothing", "")


async def test_a_branch_with_somebody_elses_commits_is_a_persons_business() -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.branches.heads[BRANCH] = Commit(sha=OTHER, tree=TREE)

    assert await run(undoing.delete_branch, stage) == ("generate_code", "needs_person", "branch_moved")
    assert stage.branches.deleted == []


@pytest.mark.parametrize("history", [MERGED, UP_FOR_REVIEW])
async def test_a_branch_that_was_merged_stays(history: History) -> None:
    stage = merged(history)

    assert await run(undoing.delete_branch, stage) == ("generate_code", "nothing", "merged")
    assert stage.branches.deleted == []


async def test_an_open_check_is_completed() -> None:
    stage = staged(UP_FOR_REVIEW)

    assert await run(undoing.cancel_checks, stage) == ("run_tests", "undone", "check_cancelled")
    assert stage.checks.runs[31][2] == "cancelled"


async def test_a_check_that_was_opened_and_never_noted_is_completed_too() -> None:
    stage = staged(OPENED)
    stage.checks.runs[77] = (COMMIT, ID, None)

    assert await run(undoing.cancel_checks, stage) == ("run_tests", "undone", "check_cancelled")
    assert stage.checks.runs[77][2] == "cancelled"


async def test_out_07_a_check_of_another_integration_is_left_alone() -> None:
    stage = staged(OPENED)
    stage.checks.runs[77] = (COMMIT, "another", None)

    assert await run(undoing.cancel_checks, stage) == ("run_tests", "nothing", "")
    assert stage.checks.runs[77][2] is None


async def test_a_check_that_promised_a_merge_which_did_not_come_is_taken_back() -> None:
    stage = staged(CHECKED)
    stage.checks.runs[31] = (COMMIT, ID, "success")

    assert await run(undoing.cancel_checks, stage) == ("run_tests", "undone", "check_cancelled")
    assert stage.checks.runs[31][2] == "cancelled"


@pytest.mark.parametrize("history", [MERGED, CHECKED])
async def test_a_check_of_what_was_merged_stays_as_it_is(history: History) -> None:
    stage = merged(history)
    stage.checks.runs[31] = (COMMIT, ID, "success")

    assert await run(undoing.cancel_checks, stage) == ("run_tests", "nothing", "")
    assert stage.checks.runs[31][2] == "success"


async def test_the_pull_request_is_closed_and_told_why() -> None:
    stage = staged(UP_FOR_REVIEW, reason="rejected")

    outcome = await run(undoing.close_pull_request, stage)

    assert outcome == ("create_pull_request", "undone", f"pull_request_closed:{PULL}")
    assert stage.pulls.closed == [PULL]
    [said] = stage.comments.on(PULL)
    assert said.endswith("Closed by the bot. It was rejected at the gate.")


async def test_a_pull_request_that_was_opened_and_never_noted_is_closed_too() -> None:
    stage = staged(BRANCHED)
    stage.pulls.has(40, BRANCH, COMMIT)

    outcome = await run(undoing.close_pull_request, stage)

    assert outcome == ("create_pull_request", "undone", "pull_request_closed:40")


async def test_killed_between_saying_why_and_closing_it_is_said_once() -> None:
    stage = staged(UP_FOR_REVIEW)
    await undoing.close_pull_request(stage.world, ID, key="k")
    stage.log.streams[ID].pop()
    stage.pulls.has(PULL, BRANCH, COMMIT)

    await run(undoing.close_pull_request, stage)

    assert len(stage.comments.on(PULL)) == 1


async def test_killed_between_closing_and_noting_it_is_reported_as_closed() -> None:
    stage = staged(UP_FOR_REVIEW)
    first = await run(undoing.close_pull_request, stage)
    stage.log.streams[ID].pop()

    assert await run(undoing.close_pull_request, stage) == first
    assert len(stage.comments.on(PULL)) == 1


async def test_a_pull_request_that_a_person_closed_is_nothing_and_nothing_is_said() -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed")

    assert await run(undoing.close_pull_request, stage) == ("create_pull_request", "nothing", "")
    assert stage.comments.bodies == {}


async def test_a_merged_pull_request_is_the_roll_backs_business() -> None:
    assert await run(undoing.close_pull_request, merged()) == ("create_pull_request", "nothing", "merged")


async def test_a_roll_back_marks_the_deployment_and_opens_a_revert_for_a_person() -> None:
    stage = merged()

    assert await run(undoing.roll_back, stage) == ("deploy", "needs_person", f"revert_opened:{opened(stage)}")
    assert stage.deployments.states == {51: "inactive"}
    assert stage.pulls.merged == []
    [(title, _)] = stage.pulls.opened
    assert title == f"Revert #{PULL}"


def opened(stage: Stage) -> int:
    """The number of the revert."""
    return next(number for number, (branch, _) in stage.pulls.there.items() if branch == REVERT)


async def test_what_was_merged_while_it_was_sent_back_is_taken_back_as_well() -> None:
    stage = merged((*UP_FOR_REVIEW, APPROVAL, e.Released(head=COMMIT), WISH, MERGED[-1]))

    assert not stage.log.integration().released
    assert await run(undoing.roll_back, stage) == ("deploy", "needs_person", f"revert_opened:{opened(stage)}")


async def test_a_revert_restores_the_files_over_the_base_as_it_is_now() -> None:
    stage = merged()

    await run(undoing.roll_back, stage)

    [(parent, edits, _)] = stage.branches.made
    assert (parent, list(edits)) == (NOW, [FileEdit(path="shop/erp.py", content=BEFORE)])
    assert stage.branches.created == [REVERT]


async def test_a_revert_keeps_a_files_mode_and_deletes_what_was_new() -> None:
    runnable = merged()
    runnable.sources.executable = ("shop/erp.py",)
    new = merged(before=None)

    await run(undoing.roll_back, runnable)
    await run(undoing.roll_back, new)

    assert runnable.branches.made[0][1] == [FileEdit(path="shop/erp.py", content=BEFORE, executable=True)]
    assert new.branches.made[0][1] == [FileEdit(path="shop/erp.py", content=None)]


@pytest.mark.parametrize("now", [THEIRS, None])
async def test_what_somebody_changed_since_is_not_overwritten(now: bytes | None) -> None:
    stage = merged(now=now)

    assert await run(undoing.roll_back, stage) == ("deploy", "needs_person", "revert_conflicts")
    assert (stage.branches.made, stage.pulls.opened) == ([], [])


async def test_where_policy_allows_the_revert_is_merged() -> None:
    stage = merged(merging())

    assert await run(undoing.roll_back, stage) == ("deploy", "undone", f"reverted:{opened(stage)}")
    assert stage.pulls.merged == [(opened(stage), COMMIT)]


@pytest.mark.parametrize("method", METHODS)
async def test_a_revert_is_merged_by_a_method_that_the_repository_takes(method: MergeMethod) -> None:
    stage = merged(merging())
    stage.pulls.takes = (method,)

    assert await run(undoing.roll_back, stage) == ("deploy", "undone", f"reverted:{opened(stage)}")
    assert stage.pulls.merged == [(opened(stage), COMMIT)]


async def test_a_revert_that_cannot_be_merged_is_left_to_a_person() -> None:
    stage = merged(merging())
    stage.pulls.refuses = "not_mergeable"

    step, outcome, what = await run(undoing.roll_back, stage)

    assert (step, outcome, what.partition(":")[0]) == ("deploy", "needs_person", "revert_opened")


@pytest.mark.parametrize("killed_after", ["branch", "pull", "merge"])
async def test_killed_anywhere_in_a_roll_back_there_is_one_revert(killed_after: str) -> None:
    stage = merged(merging())
    await undoing.roll_back(stage.world, ID, key="k")
    stage.log.streams[ID].pop()
    if killed_after == "branch":
        del stage.pulls.there[opened(stage)]
        stage.pulls.opened.clear()
        stage.pulls.merged.clear()
    if killed_after == "pull":
        stage.pulls.has(opened(stage), REVERT, COMMIT)
        stage.pulls.merged.clear()

    _, outcome, what = await run(undoing.roll_back, stage)

    assert (outcome, what) == ("undone", f"reverted:{opened(stage)}")
    assert (len(stage.pulls.opened), len(stage.pulls.merged)) == (1, 1)
    assert (len(stage.branches.made), len(stage.branches.created)) == (1, 1)


async def test_a_deployment_that_was_asked_for_and_never_noted_is_marked_too() -> None:
    stage = merged(MERGED)
    stage.deployments.asked[77] = (MERGED_SHA, "production", ID)

    await run(undoing.roll_back, stage)

    assert stage.deployments.states == {77: "inactive"}


async def test_a_merge_that_was_made_and_never_noted_is_reverted_too() -> None:
    stage = merged(CHECKED)

    _, outcome, what = await run(undoing.roll_back, stage)

    assert (outcome, what) == ("needs_person", f"revert_opened:{opened(stage)}")
    assert stage.deployments.states == {}


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, RELEASED])
async def test_what_was_never_merged_is_not_reverted(history: History) -> None:
    stage = staged(history)

    assert await run(undoing.roll_back, stage) == ("deploy", "nothing", "")
    assert (stage.pulls.opened, stage.deployments.states) == ([], {})


async def test_what_a_person_merged_before_the_gate_is_not_reverted() -> None:
    stage = merged(UP_FOR_REVIEW)

    assert await run(undoing.roll_back, stage) == ("deploy", "nothing", "")


async def test_what_a_person_merged_with_other_commits_is_not_reverted() -> None:
    stage = merged(CHECKED)
    stage.pulls.has(PULL, BRANCH, OTHER, state="closed", merged=True, merge_sha=OTHER)

    assert await run(undoing.roll_back, stage) == ("deploy", "nothing", "")
    assert stage.pulls.opened == []


async def test_without_its_base_branch_a_revert_is_not_possible() -> None:
    stage = merged()
    del stage.branches.heads["main"]

    with pytest.raises(StepFailed, match="base_missing"):
        await undoing.roll_back(stage.world, ID, key="k")


@pytest.mark.parametrize(
    ("undo", "step"),
    [
        ("delete_branch", "generate_code"),
        ("cancel_checks", "run_tests"),
        ("close_pull_request", "create_pull_request"),
        ("roll_back", "deploy"),
    ],
)
async def test_an_undo_that_fails_is_handed_to_a_person_under_its_steps_name(undo: str, step: str) -> None:
    stage = staged(DEPLOYED)

    await undoing.hand_over(stage.world, ID, undo, "unavailable", key="k")

    assert stage.log.events()[-1] == e.StepUndone(step=step, outcome="needs_person", what="unavailable")


async def test_in_reverse_order_a_run_at_the_gate_is_taken_back_whole() -> None:
    stage = staged(UP_FOR_REVIEW)

    outcomes = [await run(undo, stage, key=undo.__name__) for undo in UNDOES]

    assert [(step, outcome) for step, outcome, _ in outcomes] == [
        ("deploy", "nothing"),
        ("create_pull_request", "undone"),
        ("run_tests", "undone"),
        ("generate_code", "undone"),
    ]


CANCELLED = e.IntegrationFailed(reason="cancelled", during="reviewing", detail="")


@pytest.mark.parametrize(("facts", "reason"), [([], "internal"), ([CANCELLED], "cancelled")])
async def test_what_no_undo_could_take_back_is_a_persons_and_it_has_ended(
    facts: list[e.Event], reason: str
) -> None:
    stage = Stage()
    stage.log.holds((*UP_FOR_REVIEW, *facts))

    for _ in range(2):
        await undoing.give_up(stage.world, ID, key="k")

    it = integration(stage.log.events())
    assert (it.ended, it.reason) == (True, reason)
    assert [(each.step, each.outcome) for each in it.undone] == [
        ("create_pull_request", "needs_person"),
        ("run_tests", "needs_person"),
        ("generate_code", "needs_person"),
    ]
