"""Sent back from the gate: the run goes on from what stands on the branch, and comes to the gate again."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.application import publishing, undoing
from bot.application.coding import coding_question, take_turn
from bot.application.commands import RequestChanges, handle, note_closed
from bot.application.taking_up import differing
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import NotAllowed, NothingWaits, NotSeen, StaleApproval
from bot.domain.states import State
from bot.domain.timing import is_working
from bot.records import Actor, Commit, FileEdit, StepFailed
from tests.unit.fakes import Died, FakeClaude, FakeSources, Stage
from tests.unit.histories import (
    ADMIN,
    AGAIN,
    APPROVAL,
    BASE,
    BETTER,
    BETTER_CHANGE,
    BRANCH,
    BRANCHED,
    CHANGE,
    CHANGED,
    CHANGED_AND_COMMITTED,
    CHANGED_AND_MOVED,
    CHANGED_AND_SHOWN,
    CHANGED_AND_SUPERSEDED,
    COMMIT,
    CONTENT,
    DEVELOPER,
    GOING_ON,
    GREEN,
    ID,
    MERGED,
    OPENED,
    PULL,
    RELEASED,
    SENT_BACK,
    SHOP,
    SHOWN_AT,
    SUMMARY,
    TREE,
    UP_AGAIN,
    UP_FOR_REVIEW,
    VIEWER,
    WISH,
    WISHED,
    History,
    cancelled,
    failed,
    integration,
    kept,
)
from tests.unit.test_jobs import said

THEIRS = "7e15" * 10
SHORT = {"shop/erp.py": CONTENT.encode(), "README.md": b"# Shop\n"}


def staged(history: History, *, head: str | None = None) -> Stage:
    """What GitHub holds where the history is the whole truth; or the branch is somewhere else."""
    stage, it = Stage(), integration(history)
    stage.log.holds(history)
    stage.branches.heads[BRANCH] = Commit(sha=head or it.head, tree=TREE)
    stage.branches.made = [(BASE, (), "")]
    stage.pulls.has(PULL, BRANCH, it.head)
    stage.checks.runs = {31: (COMMIT, ID, None if it.check_open else "neutral")}
    stage.sources = FakeSources(files={BASE: {"README.md": b"# Shop\n"}, COMMIT: dict(SHORT)})
    return stage


def new(stage: Stage, history: History) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


# --- what is decided ------------------------------------------------------------------------------


def test_it_goes_back_and_nothing_that_was_approved_counts_any_more() -> None:
    it = integration((*UP_FOR_REVIEW, APPROVAL))

    facts = deciding.request_changes(replace(it, approvals_needed=2), by=ADMIN, text=WISH)

    after = integration((*UP_FOR_REVIEW, APPROVAL, *facts))
    assert facts == [e.ChangesRequested(by=ADMIN, text=WISH, attempt=2)]
    assert (after.state, after.approvals, after.waiting_for) == (State.GENERATING, (), None)
    assert (after.pull_request, after.branch, after.head) == (PULL, BRANCH, COMMIT)


@pytest.mark.parametrize(
    "history", [BRANCHED, OPENED, SENT_BACK, RELEASED, MERGED, cancelled(*UP_FOR_REVIEW)]
)
def test_only_what_waits_at_the_gate_can_be_sent_back(history: History) -> None:
    with pytest.raises(NothingWaits, match="changes"):
        deciding.request_changes(integration(history), by=DEVELOPER, text=WISH)


def test_the_branch_is_taken_up_once() -> None:
    taken_up = e.BranchTakenUp(head=COMMIT, change=CHANGE, said=WISHED, shared=False)

    assert deciding.take_up(integration(SENT_BACK), taken_up) == [taken_up]
    assert deciding.take_up(integration(GOING_ON), taken_up) == []


def test_the_repairs_are_counted_anew() -> None:
    red = replace(GREEN, is_green=False)
    it = replace(integration(CHANGED[:-1]), attempt=4, first_attempt=2)

    assert [type(fact).__name__ for fact in deciding.judge(it, red, repairs=3)] == [
        "TestsFailed",
        "RepairStarted",
    ]
    assert len(deciding.judge(replace(it, attempt=5), red, repairs=3)) == 1


@pytest.mark.parametrize("history", [SENT_BACK, GOING_ON, CHANGED, CHANGED_AND_SHOWN])
def test_its_clock_runs_again_until_it_is_back_at_the_gate(history: History) -> None:
    assert is_working(integration(history))
    assert not is_working(integration(UP_FOR_REVIEW))
    assert not is_working(integration(UP_AGAIN))


def test_an_approval_of_what_was_there_before_does_not_open_the_gate() -> None:
    it = integration(UP_AGAIN)

    with pytest.raises(StaleApproval):
        deciding.approve(it, by=DEVELOPER, head=COMMIT, deploys=False, alone=False)
    [approval] = deciding.approve(it, by=DEVELOPER, head=AGAIN, deploys=False, alone=False)
    assert approval == e.Approved(by=DEVELOPER, head=AGAIN, deploys=False)


@pytest.mark.parametrize("history", [SENT_BACK, CHANGED, CHANGED_AND_COMMITTED])
def test_while_it_is_changed_nothing_can_be_approved(history: History) -> None:
    with pytest.raises(NothingWaits):
        deciding.approve(integration(history), by=DEVELOPER, head=COMMIT, deploys=False, alone=False)


def test_what_was_said_before_it_was_shown_approves_nothing() -> None:
    it, before = integration(UP_AGAIN), datetime(2026, 1, 1, 9, 59, tzinfo=UTC)

    with pytest.raises(NotSeen):
        deciding.approve(it, by=DEVELOPER, head=AGAIN, deploys=False, alone=False, said_at=before)
    shown = datetime.fromisoformat(SHOWN_AT)
    assert deciding.approve(it, by=DEVELOPER, head=AGAIN, deploys=False, alone=False, said_at=shown)


# --- the command ----------------------------------------------------------------------------------


def wants(by: Actor = DEVELOPER) -> RequestChanges:
    return RequestChanges(by=by, repository=SHOP, integration_id=ID, text="Send them one by one.")


async def test_the_wish_is_kept_and_the_saga_is_woken_once() -> None:
    stage = staged(UP_FOR_REVIEW)

    for _ in range(2):
        await handle(wants(), key="delivery-1", door="github", world=stage.world)

    assert stage.log.events()[len(UP_FOR_REVIEW) :] == [
        e.ChangesRequested(by=DEVELOPER, text=WISH, attempt=2)
    ]
    assert [each.topic for each in stage.log.follow_ups if hasattr(each, "topic")] == ["facts"]


async def test_a_viewer_sends_nothing_back() -> None:
    stage = staged(UP_FOR_REVIEW)

    with pytest.raises(NotAllowed):
        await handle(wants(VIEWER), key="delivery-1", door="github", world=stage.world)

    assert new(stage, UP_FOR_REVIEW) == []


@pytest.mark.parametrize("history", [SENT_BACK, CHANGED[:-1], CHANGED])
async def test_a_pull_request_that_is_closed_while_it_is_changed_stops_it(history: History) -> None:
    stage = staged(history)

    await note_closed(ID, by=DEVELOPER, merged=False, key="closed", world=stage.world)

    assert stage.log.events()[-1] == e.CancelRequested(by=DEVELOPER, cause="pull_request_closed")


# --- what stands on the branch --------------------------------------------------------------------


async def test_the_work_goes_on_from_our_own_commit() -> None:
    stage = staged(SENT_BACK)

    assert await take_turn(stage.world, ID, key="t") == "again"

    assert stage.log.events()[-1] == GOING_ON[-1]


async def test_killed_after_that_was_noted_it_is_not_taken_up_twice() -> None:
    stage = staged(SENT_BACK)

    moves = [await take_turn(stage.world, ID, key="t") for _ in range(2)]

    assert (moves, new(stage, SENT_BACK)) == (["again", "again"], ["BranchTakenUp"])


async def test_what_others_committed_is_part_of_the_change_and_the_model_is_told() -> None:
    stage = staged(SENT_BACK, head=THEIRS)
    theirs = {**SHORT, "shop/erp.py": b"# theirs\n", "notes.txt": b"a note\n"}
    stage.sources.files[THEIRS] = {path: theirs[path] for path in theirs if path != "README.md"}
    stage.sources.executable = ("notes.txt",)

    await take_turn(stage.world, ID, key="t")

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.BranchTakenUp)
    assert (fact.head, fact.shared) == (THEIRS, True)
    wish = json.loads(await stage.blobs.get(SHOP.id, fact.said))
    assert wish == {
        "text": "Send them one by one.",
        "others": ["README.md", "notes.txt", "shop/erp.py"],
    }
    files = json.loads(await stage.blobs.get(SHOP.id, fact.change))["files"]
    assert {path: it and it[1] for path, it in files.items()} == {
        "README.md": None,
        "notes.txt": True,
        "shop/erp.py": False,
    }


async def test_what_may_be_no_part_of_a_change_stays_on_the_branch_unseen() -> None:
    stage = staged(SENT_BACK, head=THEIRS)
    there = {**SHORT, ".github/workflows/ci.yml": b"on: push\n", "link": b"README.md", "bin": b"\0\0"}
    stage.sources.files[THEIRS], stage.sources.modes = there, {"link": "120000"}

    await take_turn(stage.world, ID, key="t")

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.BranchTakenUp)
    assert list(json.loads(await stage.blobs.get(SHOP.id, fact.change))["files"]) == ["shop/erp.py"]


async def test_without_its_branch_it_ends() -> None:
    stage = staged(SENT_BACK)
    del stage.branches.heads[BRANCH]

    with pytest.raises(StepFailed, match="branch_gone"):
        await take_turn(stage.world, ID, key="t")


async def test_more_than_a_change_may_be_is_not_taken_up() -> None:
    stage = staged(SENT_BACK, head=THEIRS)
    stage.sources.files[THEIRS] = {**SHORT, **{f"{n}.txt": b"x" for n in range(1001)}}

    with pytest.raises(StepFailed, match="change_too_large"):
        await take_turn(stage.world, ID, key="t")


async def test_the_model_reads_the_wish_as_data_in_the_conversation_that_it_had() -> None:
    stage = staged(GOING_ON)
    stage.claude = FakeClaude(answers=[said("Done.")])

    question = await coding_question(stage.world, integration(GOING_ON))

    assert [message["role"] for message in question.messages][-2:] == ["assistant", "user"]
    told = str(question.messages[-1]["content"])
    assert "Send them one by one." in told
    assert "<data-" in told


def test_two_changes_differ_where_a_path_does() -> None:
    one, two = FileEdit(path="a", content=b"1"), FileEdit(path="b", content=b"2")

    assert differing(
        [one, two], [two, FileEdit(path="a", content=b"3"), FileEdit(path="c", content=None)]
    ) == [
        "a",
        "c",
    ]


# --- back to the gate -----------------------------------------------------------------------------


async def test_back_to_the_gate_one_effect_after_another() -> None:
    stage = staged(CHANGED)

    standings = [await publishing.create_pull_request(stage.world, ID, key=str(n)) for n in range(6)]

    assert standings == [["reviewing", None]] * 4 + [["reviewing", "approval"]] * 2
    assert new(stage, CHANGED) == [
        "CommitMade",
        "BranchMoved",
        "PullRequestDescribed",
        "CheckClosed",
        "CheckOpened",
    ]
    [(_, sha)] = stage.branches.moved
    assert stage.branches.created == []
    assert (stage.pulls.opened, [number for number, *_ in stage.pulls.described]) == ([], [PULL])
    assert stage.checks.runs[31][2] == "neutral"
    assert stage.checks.runs[32] == (sha, ID, None)


async def test_the_commit_lies_on_the_branch_and_holds_what_is_new() -> None:
    stage = staged(CHANGED)

    await publishing.create_pull_request(stage.world, ID, key="k")

    parent, edits, _ = stage.branches.made[-1]
    assert parent == COMMIT
    assert edits == [FileEdit(path="shop/erp.py", content=BETTER.encode())]


@pytest.mark.parametrize("before", [b"# as it was\n", None])
async def test_what_the_change_no_longer_touches_is_as_the_base_has_it(before: bytes | None) -> None:
    empty = kept(json.dumps({"base": BASE, "files": {"new.py": [kept("x = 1\n"), False]}}))
    fewer = (
        *GOING_ON,
        e.ToolsRun(attempt=2, turn=4, results=kept("[]"), change=empty),
        e.CodeGenerated(attempt=2, change=empty, files=1, summary=SUMMARY),
        CHANGED[-1],
    )
    stage = staged(fewer)
    if before is not None:
        stage.sources.files[BASE]["shop/erp.py"] = before
        stage.sources.executable = ("shop/erp.py",)

    await publishing.create_pull_request(stage.world, ID, key="k")

    assert stage.branches.made[-1][1] == [
        FileEdit(path="new.py", content=b"x = 1\n"),
        FileEdit(path="shop/erp.py", content=before, executable=before is not None),
    ]


async def test_what_is_right_as_it_is_gets_no_commit_and_comes_to_the_gate_again() -> None:
    same = (*GOING_ON, e.CodeGenerated(attempt=2, change=CHANGE, files=1, summary=SUMMARY), CHANGED[-1])
    stage = staged(same)
    stage.effects.known[f"check:{ID}:{COMMIT}"] = "31"

    standings = [await publishing.create_pull_request(stage.world, ID, key=str(n)) for n in range(4)]

    assert standings[-1] == ["reviewing", "approval"]
    assert new(stage, same) == ["CommitMade", "PullRequestDescribed", "CheckOpened"]
    assert (len(stage.branches.made), stage.branches.moved) == (1, [])
    assert stage.checks.runs == {31: (COMMIT, ID, None)}


async def test_killed_between_moving_the_branch_and_noting_it_it_is_found_moved() -> None:
    stage = staged(CHANGED_AND_COMMITTED)
    stage.effects.dies_at = f"branch:{ID}:{AGAIN}"
    with pytest.raises(Died):
        await publishing.create_pull_request(stage.world, ID, key="k")

    await publishing.create_pull_request(stage.world, ID, key="k")

    assert stage.branches.moved == [(BRANCH, AGAIN)]
    assert stage.log.events()[-1] == e.BranchMoved(head=AGAIN)


async def test_a_branch_that_somebody_moved_meanwhile_is_left_alone() -> None:
    stage = staged(CHANGED_AND_COMMITTED, head=THEIRS)
    stage.branches.stuck = [BRANCH]

    with pytest.raises(StepFailed, match="branch_moved"):
        await publishing.create_pull_request(stage.world, ID, key="k")

    assert stage.branches.heads[BRANCH].sha == THEIRS


async def test_what_was_sent_back_while_it_was_looked_at_is_not_released() -> None:
    stage = staged(SENT_BACK)

    assert await publishing.create_pull_request(stage.world, ID, key="k") == ["generating", None]
    assert new(stage, SENT_BACK) == []


# --- taking it back -------------------------------------------------------------------------------


@pytest.mark.parametrize("history", [SENT_BACK, CHANGED, CHANGED_AND_COMMITTED, CHANGED_AND_MOVED])
async def test_the_branch_is_deleted_wherever_it_was_stopped(history: History) -> None:
    stage = staged(failed(*history, during="generating"))

    await undoing.delete_branch(stage.world, ID, key="k")

    assert stage.branches.deleted == [BRANCH]


async def test_a_branch_that_holds_others_commits_is_a_persons_business() -> None:
    theirs = e.BranchTakenUp(head=THEIRS, change=BETTER_CHANGE, said=WISHED, shared=True)
    stage = staged(failed(*SENT_BACK, theirs, during="generating"))

    await undoing.delete_branch(stage.world, ID, key="k")

    assert stage.branches.deleted == []
    assert stage.log.events()[-1] == e.StepUndone(
        step="generate_code", outcome="needs_person", what="branch_moved"
    )


@pytest.mark.parametrize(("history", "check"), [(GOING_ON, 31), (CHANGED_AND_SUPERSEDED, 32)])
async def test_the_check_that_would_hang_is_completed(history: History, check: int) -> None:
    stage = staged(failed(*history, during="reviewing"))
    stage.checks.runs[32] = (AGAIN, ID, None)

    await undoing.cancel_checks(stage.world, ID, key="k")

    assert stage.checks.runs[check][2] == "cancelled"


def test_what_was_sent_back_has_a_pull_request_to_be_taken_back() -> None:
    it: Integration = integration(failed(*GOING_ON, during="generating"))

    left = [fact.step for fact in deciding.give_up_undo(it) if isinstance(fact, e.StepUndone)]

    assert left == ["create_pull_request", "run_tests", "generate_code"]
