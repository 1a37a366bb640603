"""A base that moves, a merge that is refused: back to work, tested once more, or a wait that is seen."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from msgspec import structs

from bot.application import publishing, steps, testing
from bot.application.announcing import announce
from bot.application.asked import RequestChanges
from bot.application.check_words import changed_marker
from bot.application.checking import look_again
from bot.application.coding import coding_question
from bot.application.commands import handle, note_closed
from bot.application.fact_words import told
from bot.application.gate_looking import look_at_pushed
from bot.application.intake import Intake, settle
from bot.application.landing_words import WHY_NOT
from bot.application.notifying import look
from bot.application.recording import stop_of
from bot.application.refusal_words import refusal
from bot.application.status_words import status_comment
from bot.check_records import OthersCheck
from bot.domain import deciding, landing
from bot.domain import events as e
from bot.domain.branch import check_size
from bot.domain.integration import evolve
from bot.domain.policy import CannotGoOn, NothingWaits, Rules
from bot.domain.states import State
from bot.domain.tree import LARGEST_CHANGE_BYTES, LARGEST_FILE_BYTES, MOST_FILES
from bot.landing_records import Merging
from bot.records import Commit, Delivery, FileEdit, Since, Start, StepFailed, Unavailable, Wake
from handlers import GITHUB
from handlers.conversation import Context
from handlers.hearing import dispatcher
from tests.unit.deliveries import ended_check, push, review
from tests.unit.fakes import FakeInbox, FakeSources, Stage
from tests.unit.histories import (
    ADMIN_APPROVAL,
    BASE,
    BASE_MOVED,
    BEGAN,
    BRANCH,
    CHANGE,
    CHECKED,
    COMMIT,
    CONTENT,
    DEPLOYED,
    DEPLOYING,
    DEVELOPER,
    ID,
    MERGED,
    MERGED_SHA,
    MERGING,
    NEW_BASE,
    PULL,
    REPORT,
    SHOP,
    SPEC,
    SUMMARY,
    TREE,
    UP_FOR_REVIEW,
    WISH,
    WRITTEN,
    History,
    cancelled,
    integration,
    kept,
    recorded,
    turn,
)

THEIRS: Final = "7e15" * 10
PATH: Final = "shop/erp.py"
SOLVED: Final = b"def send(invoice, at): ...\n"
MARKED: Final = b"<<<<<<< " + b"a1" * 20 + b"\nours\n=======\ntheirs\n>>>>>>> " + b"b2" * 20 + b"\n"
EDIT: Final = FileEdit(path=PATH, content=CONTENT.encode())
CLEAN: Final = Merging(edits=(EDIT,))
CLASH: Final = Merging(edits=(FileEdit(path=PATH, content=MARKED),), conflicts=(PATH,))
SAID: Final = kept(json.dumps({"files": [], "more": []}))
CONFLICT: Final = structs.replace(BASE_MOVED, said=SAID, conflicts=1)
KEPT: Final = structs.replace(BASE_MOVED, keeps=True)
AGAIN: Final = e.CodeGenerated(attempt=2, change=CHANGE, files=1, summary=SUMMARY)
HELD: Final = e.MergeHeld(code="blocked", detail="1 review is required.")
WAITING: Final[History] = (*CHECKED, HELD)
CLASHING: Final[History] = (*CHECKED, e.MergeHeld(code="conflict", detail="rounds"))
AT_THE_GATE: Final[History] = (*UP_FOR_REVIEW, e.MergeHeld(code="conflict", detail="rounds"))


def staged(history: History = CHECKED, *, put: Merging | StepFailed = CLEAN, **rules: Any) -> Stage:
    """GitHub and git where the base has moved."""
    stage, it = Stage(rules=Rules(**rules)), integration(history)
    stage.log.holds(history)
    stage.branches.heads |= {"main": Commit(sha=NEW_BASE, tree=TREE), BRANCH: Commit(sha=it.head, tree=TREE)}
    stage.branches.forked_at = BASE
    stage.pulls.has(PULL, BRANCH, it.head)
    stage.checks.runs[31] = (COMMIT, ID, None)
    files: dict[str, dict[str, bytes]] = {
        BASE: {PATH: b"before\n"},
        COMMIT: {PATH: b"ours\n"},
        NEW_BASE: {PATH: b"theirs\n"},
    }
    stage.sources = FakeSources(files=files, merging=put)
    return stage


def new(stage: Stage, history: History = CHECKED) -> list[e.Event]:
    return stage.log.events()[len(history) :]


def names(stage: Stage, history: History = CHECKED) -> list[str]:
    return [type(fact).__name__ for fact in new(stage, history)]


async def merges(stage: Stage) -> steps.Standing:
    return await steps.deploy(stage.world, ID, key="k")


async def hears(stage: Stage, kind: str, payload: dict[str, Any], *, key: str = "d-1") -> None:
    context = Context(world=stage.world, key=key)
    await GITHUB[kind](payload, context)
    for begun in context.follow_ups:
        assert isinstance(begun, Start)
        await look_at_pushed(stage.world, int(begun.args[0]), str(begun.args[1]), key=begun.id)


def delivered(payload: dict[str, Any]) -> Delivery:
    """A push as the inbox has it."""
    body = json.dumps(payload).encode()
    return Delivery(
        key="d-1", source="github", kind="push", meaning=None, body=body, digest=b"", received_at=BEGAN
    )


# --- what is decided ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "may"),
    [
        (UP_FOR_REVIEW, True),
        (CHECKED, True),
        (WRITTEN, False),
        (MERGED, False),
        (cancelled(*CHECKED), False),
        ((*UP_FOR_REVIEW, e.Rejected(by=DEVELOPER, why=None)), False),
    ],
)
def test_a_moved_base_matters_at_the_gate_and_until_it_is_merged(history: History, *, may: bool) -> None:
    it = integration(history)

    assert landing.may_go_back(it) is may
    assert bool(landing.go_on_over(it, BASE_MOVED, files=1)) is may
    assert bool(landing.hold(it, code="blocked")) is may


def test_what_was_decided_of_another_attempt_changes_nothing() -> None:
    late = structs.replace(BASE_MOVED, attempt=3)

    assert landing.go_on_over(integration(CHECKED), late, files=1) == []


def test_in_conflict_it_goes_back_to_the_model_and_what_was_approved_counts_no_more() -> None:
    [moved] = landing.go_on_over(integration(CHECKED), CONFLICT, files=1)
    after = integration((*CHECKED, moved))

    assert (after.state, after.approvals, after.at_gate) == (State.GENERATING, (), False)
    assert (after.base_commit, after.merges, after.passed_before) == (NEW_BASE, NEW_BASE, None)
    assert (after.talk[-1], after.conflict_rounds, after.sent_back_from) == (("conflict", SAID), 1, COMMIT)


def test_without_one_it_goes_to_the_tests_as_it_is() -> None:
    facts = landing.go_on_over(integration(CHECKED), BASE_MOVED, files=1)
    after = integration((*CHECKED, *facts))

    assert facts == [BASE_MOVED, AGAIN]
    assert (after.state, after.approvals, after.base_rounds) == (State.TESTING, (), 1)


def test_where_only_what_would_be_merged_is_tested_the_gate_stays_open() -> None:
    green = e.TestsPassed(attempt=2, report=REPORT)
    after = integration((*CHECKED, KEPT, AGAIN, green))

    assert (after.state, after.approved, after.waiting_for) == (State.REVIEWING, True, None)
    assert publishing.missing(after) is None
    assert deciding.release(after) == [e.Released(head=COMMIT)]


def test_the_passport_is_completed_each_time_that_the_gate_has_opened() -> None:
    again = integration((*CHECKED, KEPT, AGAIN, e.TestsPassed(attempt=2, report=REPORT)))

    assert again.passport_completed
    assert not evolve(again, e.Released(head=COMMIT)).passport_completed


@pytest.mark.parametrize(
    ("facts", "released"),
    [
        ((CONFLICT,), False),
        ((BASE_MOVED,), False),
        ((KEPT,), True),
        ((KEPT, e.ApprovalWithdrawn(by=ADMIN_APPROVAL.by, whose=ADMIN_APPROVAL.by)), False),
        ((WISH,), False),
    ],
)
def test_what_is_opened_again_is_released_no_more(facts: History, *, released: bool) -> None:
    assert integration((*WAITING, *facts)).released is released


def test_after_an_approval_the_base_may_move_as_often_again() -> None:
    it = replace(integration(UP_FOR_REVIEW), base_rounds=5)

    assert evolve(it, ADMIN_APPROVAL).base_rounds == 0


def test_what_then_fails_is_approved_no_more_and_comes_with_its_base() -> None:
    failing = (e.TestsFailed(attempt=2, report=REPORT, ended="exited"), e.RepairStarted(attempt=3))
    after = integration((*CHECKED, KEPT, AGAIN, *failing))

    assert (after.state, after.approvals, after.at_gate, after.commit) == (State.GENERATING, (), False, "")
    assert (after.attempt, after.first_attempt, after.merges) == (3, 2, NEW_BASE)
    assert after.failing == CHANGE


def test_the_next_commit_of_the_branch_holds_the_base() -> None:
    green = e.TestsPassed(attempt=2, report=REPORT)
    commit = e.CommitMade(head=MERGING, tree=TREE)
    before = integration((*CHECKED, BASE_MOVED, AGAIN, green, commit))
    after = integration((*CHECKED, BASE_MOVED, AGAIN, green, commit, e.BranchMoved(head=MERGING)))

    assert (before.merges, after.merges, after.head) == (NEW_BASE, "", MERGING)


@pytest.mark.parametrize(
    ("rounds", "spent", "over", "left"),
    [(0, 0, False, ""), (2, 0, False, "rounds"), (0, 60, False, "turns"), (0, 0, True, "minutes")],
)
def test_it_goes_back_twice_and_within_its_ceilings(
    rounds: int, spent: int, *, over: bool, left: str
) -> None:
    it = replace(integration(CHECKED), conflict_rounds=rounds, turns=spent)

    assert landing.held_back(it, most=2, is_over_time=over) == left


def test_a_base_that_moves_too_fast_is_looked_at_once_an_hour() -> None:
    it = replace(integration(CHECKED), base_rounds=5)

    assert landing.is_busy(it, most=5)
    assert not landing.is_busy(replace(it, held=HELD), most=5)
    assert not landing.is_busy(replace(it, base_rounds=4), most=5)


def test_what_holds_it_is_said_once() -> None:
    it = integration(WAITING)

    assert landing.hold(it, code=HELD.code, detail=HELD.detail) == []
    assert landing.hold(it, code="queue") == [e.MergeHeld(code="queue")]
    assert it.waiting_for == "merge"


def test_only_what_waits_to_be_merged_is_tried_again() -> None:
    assert landing.try_again(integration(WAITING), because="push") == [e.MergeTriedAgain(because="push")]
    assert landing.try_again(integration(AT_THE_GATE), because="push") == []
    assert integration((*WAITING, e.MergeTriedAgain(because="push"))).waiting_for is None


def test_the_week_begins_with_the_first_refusal_after_the_approval() -> None:
    week = timedelta(days=7, seconds=30)

    assert not landing.is_overdue(recorded(CHECKED), now=BEGAN + week)
    assert landing.is_overdue(recorded((*WAITING, e.MergeHeld(code="queue"))), now=BEGAN + week)
    assert not landing.is_overdue(recorded(WAITING), now=BEGAN + timedelta(days=6))
    assert not landing.is_overdue(recorded((*WAITING, ADMIN_APPROVAL)), now=BEGAN + week)


def test_while_it_rests_the_week_does_not_run() -> None:
    rested = (*WAITING, e.Paused(cause="frozen", detail=""), e.Resumed())
    records = recorded(rested)
    records[-1] = records[-1]._replace(at=BEGAN + timedelta(days=8))

    assert not landing.is_overdue(records, now=BEGAN + timedelta(days=15))
    assert landing.is_overdue(records, now=BEGAN + timedelta(days=15, seconds=1))
    assert not landing.is_overdue(recorded((*CHECKED, e.Resumed())), now=BEGAN + timedelta(days=15))


def test_what_holds_it_at_the_gate_is_let_go_once_it_is_over() -> None:
    freed = e.MergeTriedAgain(because="mergeable")

    assert landing.let_go(integration(AT_THE_GATE), because="mergeable") == [freed]
    assert landing.let_go(integration(UP_FOR_REVIEW), because="mergeable") == []
    assert landing.let_go(integration(WAITING), because="mergeable") == []
    assert integration((*AT_THE_GATE, freed)).held is None
    assert told(freed) == "what kept it from being merged is over"


def test_only_the_marks_of_our_own_merges_are_marks() -> None:
    plain = FileEdit(path="a", content=b"<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> theirs\n")

    assert landing.unsolved([plain, FileEdit(path="b", content=None), EDIT]) == []
    assert landing.unsolved([replace(plain, content=MARKED)]) == ["a"]
    assert landing.unsolved([replace(plain, content=MARKED.replace(b"\n", b"\r\n"))]) == ["a"]


@pytest.mark.parametrize("mark", [b"<<<<<<< ", b">>>>>>> "])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_where_a_file_was_renamed_the_mark_says_its_name(mark: bytes, end: bytes) -> None:
    left = FileEdit(path="a", content=b"x" + end + mark + b"a1" * 20 + b":shop/erp old.py" + end + b"y" + end)
    other = replace(left, content=mark + b"a1" * 20 + b" shop/erp.py" + end)

    assert landing.unsolved([left, other]) == ["a"]


@pytest.mark.parametrize(
    ("edits", "why"),
    [
        ([FileEdit(path=str(n), content=b"") for n in range(MOST_FILES + 1)], "too_many_files"),
        ([FileEdit(path="a", content=b"x" * (LARGEST_CHANGE_BYTES + 1))], "change_too_large"),
    ],
)
def test_what_comes_of_both_is_no_larger_than_a_change_may_be(edits: list[FileEdit], why: str) -> None:
    with pytest.raises(CannotGoOn, match=why):
        check_size(edits)


# --- what is done of it ---------------------------------------------------------------------------


async def test_f32_what_would_be_merged_is_tested_before_it_is() -> None:
    stage = staged()

    assert await merges(stage) == ["testing", None]

    assert names(stage) == ["BaseMoved", "CodeGenerated"]
    assert stage.sources.put_together == [(BASE, COMMIT, NEW_BASE)]
    assert (stage.pulls.merged, integration(stage.log.events()).approved) == ([], True)


async def test_what_is_to_be_merged_is_looked_at_once() -> None:
    merged, by_hand = staged(), staged()
    for stage in (merged, by_hand):
        stage.branches.heads["main"] = Commit(sha=BASE, tree=TREE)
    by_hand.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)

    for stage in (merged, by_hand):
        await merges(stage)

    for stage, times in ((merged, 1), (by_hand, 0)):
        assert new(stage) == [e.Merged(head=COMMIT, commit=MERGED_SHA)]
        assert stage.effects.known == {f"merge:{ID}:{COMMIT}": MERGED_SHA}
        assert (stage.pulls.read, len(stage.pulls.tried)) == (1, times)


async def test_a_step_that_is_done_again_merges_nothing_before_it_is_tested() -> None:
    stage = staged()

    for _ in range(2):  # it broke off before it was noted that it was done
        assert await merges(stage) == ["testing", None]

    assert (names(stage), stage.pulls.merged) == (["BaseMoved", "CodeGenerated"], [])


def test_merged_is_exactly_its_head_in_the_base_that_it_is_for() -> None:
    stage, it = staged(), integration(CHECKED)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)
    found = stage.pulls.there[PULL][1]

    assert landing.is_merged(it, found)
    for other in (replace(found, head=THEIRS), replace(found, base="next"), replace(found, merged=False)):
        assert not landing.is_merged(it, other)


async def test_what_was_sent_back_while_it_waited_is_neither_merged_nor_said_to_be() -> None:
    stage = staged((*WAITING, WISH))

    assert await merges(stage) == ["generating", None]

    assert (new(stage, (*WAITING, WISH)), stage.pulls.rewritten) == ([], 0)


async def test_what_was_merged_just_as_it_was_sent_back_goes_no_further() -> None:
    history = (*WAITING, WISH, e.Merged(head=COMMIT, commit=MERGED_SHA))
    stage = staged(history)

    with pytest.raises(StepFailed, match="merged_too_early"):
        await merges(stage)

    stop = await stop_of(stage.world, ID)  # that ends the work on what was asked for, too
    assert (stop and stop.code, new(stage, history)) == ("merged_too_early", [])


async def test_what_was_merged_just_as_an_approval_ended_waits_for_another() -> None:
    withdrawn = e.ApprovalWithdrawn(by=ADMIN_APPROVAL.by, whose=ADMIN_APPROVAL.by)
    stage = staged((*WAITING, withdrawn, e.Merged(head=COMMIT, commit=MERGED_SHA)))

    assert stage.log.integration().state is State.REVIEWING
    assert await stop_of(stage.world, ID) is None


async def test_in_conflict_the_model_is_shown_what_either_side_did_as_data() -> None:
    stage = staged(put=CLASH)

    assert await merges(stage) == ["generating", None]

    it = integration(stage.log.events())
    question = await coding_question(stage.world, it)
    asked = str(question.messages[-1])
    assert all(told in asked for told in (PATH, "-before", "+ours", "+theirs", "what came to the base"))
    assert names(stage) == ["BaseMoved"]


async def test_in_conflict_the_model_is_told_which_other_files_came_to_the_base() -> None:
    stage = staged(put=CLASH)
    stage.sources.files[BASE] |= {"same.py": b"1", "changed.py": b"1", "gone.py": b"1"}
    stage.sources.files[NEW_BASE] |= {"same.py": b"1", "changed.py": b"2", "test_new.py": b"1"}

    await merges(stage)

    question = await coding_question(stage.world, integration(stage.log.events()))
    asked = str(question.messages[-1])
    others = asked[asked.index("Other files that came to the base") : asked.index("All of it comes")]
    told = ("M changed.py", "D gone.py", "A test_new.py")
    assert [name for name in told if name in others] == list(told)
    assert [name for name in ("same.py", PATH) if name in others] == []


async def test_in_conflict_what_a_side_deleted_is_said_and_not_shown_line_by_line() -> None:
    stage = staged(put=CLASH)
    del stage.sources.files[NEW_BASE][PATH]

    await merges(stage)

    question = await coding_question(stage.world, integration(stage.log.events()))
    asked = str(question.messages[-1])
    assert f"{PATH} was deleted" in asked
    assert asked.count("-before") == 1


async def test_in_conflict_what_has_become_too_long_to_be_shown_is_not_called_deleted() -> None:
    stage = staged(put=CLASH)
    stage.sources.files[NEW_BASE][PATH] = b"x" * (LARGEST_FILE_BYTES + 1)

    await merges(stage)

    question = await coding_question(stage.world, integration(stage.log.events()))
    asked = str(question.messages[-1])
    assert f"{PATH} was changed; it is too long to be shown" in asked
    assert f"{PATH} was deleted" not in asked


async def test_in_conflict_nothing_is_said_of_other_files_where_none_differs() -> None:
    stage = staged(put=CLASH)

    await merges(stage)

    question = await coding_question(stage.world, integration(stage.log.events()))
    assert "Other files" not in str(question.messages[-1])


async def test_after_two_rounds_a_person_has_to_put_them_together() -> None:
    stage = staged(put=CLASH, conflict_rounds=0)

    assert await merges(stage) == ["deploying", "merge"]
    assert new(stage) == [e.MergeHeld(code="conflict", detail="rounds")]


@pytest.mark.parametrize("why", ["merge_too_complex", "change_too_large", "not_a_file"])
async def test_what_git_cannot_put_together_waits_for_a_person(why: str) -> None:
    stage = staged(put=StepFailed(why, "x"))

    assert await merges(stage) == ["deploying", "merge"]
    assert new(stage) == [e.MergeHeld(code="conflict", detail=why)]


async def test_another_failure_of_git_is_one() -> None:
    with pytest.raises(StepFailed, match="repository_gone"):
        await merges(staged(put=StepFailed("repository_gone")))


async def test_a_conflict_in_what_nobody_may_see_waits_for_a_person() -> None:
    secret = Merging(edits=(FileEdit(path=".env", content=MARKED),), conflicts=(".env",))
    stage = staged(put=secret)

    await merges(stage)

    assert new(stage) == [e.MergeHeld(code="conflict", detail="secret_conflict")]


async def test_what_may_not_be_changed_is_not_by_a_merge_either() -> None:
    stage = staged(put=Merging(edits=(FileEdit(path=".github/workflows/x.yml", content=b"on: push\n"),)))

    await merges(stage)

    assert new(stage) == [e.MergeHeld(code="conflict", detail="workflow")]


async def test_where_the_base_holds_it_all_there_is_nothing_left_to_merge() -> None:
    with pytest.raises(StepFailed, match="base_has_it"):
        await merges(staged(put=Merging(edits=())))


async def test_what_was_merged_a_moment_ago_is_no_moved_base() -> None:
    stage = staged()
    stage.branches.forked_at = COMMIT
    with pytest.raises(Unavailable, match="github_stale"):
        await merges(stage)

    stage.effects.known = {f"merge:{ID}:{COMMIT}": MERGED_SHA}
    await merges(stage)
    assert new(stage) == [e.Merged(head=COMMIT, commit=MERGED_SHA)]


async def test_a_branch_that_has_nothing_in_common_with_its_base_waits() -> None:
    stage = staged()
    stage.branches.forked_at = None

    await merges(stage)

    assert new(stage) == [e.MergeHeld(code="conflict", detail="nothing_in_common")]


async def test_f33_a_base_that_is_gone_ends_it() -> None:
    stage = staged()
    del stage.branches.heads["main"]

    with pytest.raises(StepFailed, match="base_missing"):
        await merges(stage)


async def test_where_the_repository_wants_it_the_branch_is_brought_up_to_date() -> None:
    stage = staged(tuple(structs.replace(each, updates=True) if each is SPEC else each for each in CHECKED))

    await merges(stage)

    it = integration(stage.log.events())
    assert (it.state, it.approvals, it.merges) == (State.TESTING, (), NEW_BASE)


@pytest.mark.parametrize("code", ["merge_behind", "merge_conflict"])
async def test_what_github_wants_up_to_date_is_brought_so(code: str) -> None:
    stage = staged()
    stage.branches.heads["main"] = Commit(sha=BASE, tree=TREE)
    stage.branches.forked_at = "0" * 40
    stage.pulls.refuses = code

    assert await merges(stage) == ["testing", None]
    assert integration(stage.log.events()).approvals == ()


@pytest.mark.parametrize(
    ("code", "why", "held"),
    [
        (
            "merge_blocked",
            "1 review is required.",
            e.MergeHeld(code="blocked", detail="1 review is required."),
        ),
        ("merge_queue", "queue", e.MergeHeld(code="queue", detail="queue")),
        (
            "github_forbidden",
            "merge_pull_request: no",
            e.MergeHeld(code="blocked", detail="merge_pull_request: no"),
        ),
    ],
)
async def test_f39_what_github_refuses_waits_and_is_tried_again(code: str, why: str, held: e.Event) -> None:
    stage = staged()
    stage.branches.heads["main"] = Commit(sha=BASE, tree=TREE)
    stage.pulls.refuses, stage.pulls.why = code, why

    assert await merges(stage) == ["deploying", "merge"]
    assert new(stage) == [held]
    stage.pulls.refuses = None
    await steps.deploy(stage.world, ID, key="an hour later")
    assert names(stage) == ["MergeHeld", "Merged"]


async def test_f27_a_right_that_the_app_lost_ends_it() -> None:
    stage = staged()
    stage.branches.heads["main"] = Commit(sha=BASE, tree=TREE)
    stage.pulls.refuses, stage.pulls.why = "github_forbidden", "mint_token: contents=write"

    with pytest.raises(StepFailed, match="github_forbidden"):
        await merges(stage)


async def test_f38_after_a_week_it_gives_up() -> None:
    stage = staged(WAITING)
    stage.branches.heads["main"] = Commit(sha=BASE, tree=TREE)
    stage.pulls.refuses, stage.pulls.why = "merge_blocked", "1 review is required."
    stage.clock.time = BEGAN + timedelta(days=8)

    with pytest.raises(StepFailed, match="merge_overdue"):
        await merges(stage)


async def test_a_base_that_moves_faster_than_the_tests_is_waited_out() -> None:
    stage = staged(base_rounds=0)

    assert await merges(stage) == ["deploying", "merge"]
    assert new(stage) == [e.MergeHeld(code="busy")]
    await steps.deploy(stage.world, ID, key="an hour later")
    assert names(stage) == ["MergeHeld", "BaseMoved", "CodeGenerated"]


async def test_f37_what_people_push_to_solve_it_is_taken_up_and_tested() -> None:
    stage = staged(CLASHING)
    stage.pulls.has(PULL, BRANCH, THEIRS)
    stage.branches.forked_at = NEW_BASE
    stage.branches.come = Since(only_added=True, authors=(2,))
    stage.sources.files[THEIRS] = {PATH: SOLVED}

    assert await steps.deploy(stage.world, ID, key="k") == ["testing", None]

    it = integration(stage.log.events())
    assert (it.head, it.shared, it.authors, it.merges, it.approvals) == (THEIRS, True, (2,), "", ())


async def test_f34_a_rewritten_branch_is_not_taken_up() -> None:
    stage = staged(CLASHING)
    stage.pulls.has(PULL, BRANCH, THEIRS)
    stage.branches.come = Since(only_added=False, authors=())

    await steps.deploy(stage.world, ID, key="k")

    assert new(stage, CLASHING) == [e.MergeHeld(code="conflict", detail="branch_rewritten")]


async def test_a_merge_commit_has_both_parents_and_is_made_for_the_whole_change() -> None:
    history = (*CHECKED, BASE_MOVED, AGAIN, e.TestsPassed(attempt=2, report=REPORT))
    stage = staged(history)

    await publishing.create_pull_request(stage.world, ID, key="k")

    [(parent, edits, _)] = stage.branches.made
    assert (parent, stage.branches.merging, list(edits)) == (COMMIT, [NEW_BASE], [EDIT])


async def test_what_still_holds_both_sides_is_not_tried() -> None:
    change = kept(json.dumps({"base": NEW_BASE, "files": {PATH: [kept(MARKED.decode()), False]}}))
    history = (
        *CHECKED,
        structs.replace(CONFLICT, change=change),
        turn(4),
        structs.replace(AGAIN, change=change),
    )
    stage = staged(history)

    await testing.judge_change(stage.world, ID, key="k")

    assert names(stage, history) == ["SandboxNoted", "TestsFailed", "RepairStarted"]
    assert stage.sandbox.ran == []
    assert "Marks of the conflict" in str(
        (await coding_question(stage.world, stage.log.integration())).messages
    )


# --- what is heard --------------------------------------------------------------------------------


async def test_a_conflict_at_the_gate_is_looked_at_as_soon_as_the_base_is_pushed_to() -> None:
    stage = staged(UP_FOR_REVIEW, put=CLASH)
    stage.pulls.mergeable = False

    await hears(stage, "push", push("main"))

    assert names(stage, UP_FOR_REVIEW) == ["BaseMoved"]
    assert [each for each in stage.log.follow_ups if isinstance(each, Wake)]


@pytest.mark.parametrize(
    ("branch", "mergeable", "state", "moved"),
    [
        ("main", True, "clean", False),
        ("main", None, "unknown", False),
        ("main", True, "behind", True),
        ("other", False, "dirty", False),
        (BRANCH, False, "dirty", False),
        (None, False, "dirty", False),
    ],
)
async def test_what_does_not_concern_it_changes_nothing(
    branch: str | None, *, mergeable: bool | None, state: str, moved: bool
) -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.pulls.mergeable, stage.pulls.merge_state = mergeable, state

    await hears(stage, "push", push(branch))

    assert names(stage, UP_FOR_REVIEW) == (["BaseMoved", "CodeGenerated"] if moved else [])


async def test_at_the_gate_too_much_is_left_until_somebody_approves() -> None:
    for bent in ("busy", "gone", "same", "theirs", "all"):
        stage = staged(UP_FOR_REVIEW, put=Merging(edits=()), base_rounds=0 if bent == "busy" else 5)
        stage.pulls.mergeable = False
        if bent == "gone":
            del stage.branches.heads["main"]
        if bent == "same":
            stage.branches.heads["main"] = Commit(sha=BASE, tree=TREE)
        if bent == "theirs":
            stage.pulls.has(PULL, BRANCH, THEIRS)

        await hears(stage, "push", push("main"))

        assert names(stage, UP_FOR_REVIEW) == []


async def test_what_takes_git_to_find_out_keeps_no_delivery_waiting_and_is_begun_once_for_each() -> None:
    stage = staged(UP_FOR_REVIEW, put=CLASH)
    inbox = FakeInbox(kept={"d-1": delivered(push("main"))})
    dispatch = dispatcher(stage.world, GITHUB)
    heard = Intake(inbox=inbox, dispatch=dispatch, apologise=dispatch)

    for _ in range(2):
        assert await settle(heard, "d-1", key="k") is None

    assert (names(stage, UP_FOR_REVIEW), stage.pulls.looked_at, inbox.kept) == ([], [], {})
    [begun] = inbox.followed
    assert isinstance(begun, Start)
    assert (begun.queue, begun.id, begun.args[1]) == ("github", "look-d-1", "main")


async def test_where_nothing_waits_at_its_gate_nothing_is_begun() -> None:
    stage, context = staged(WAITING), Context(world=staged(WAITING).world, key="d-1")

    await GITHUB["push"](push("main"), context)

    assert (context.follow_ups, new(stage, WAITING)) == ([], [])


async def test_a_push_to_what_waits_for_a_person_is_taken_up_at_the_gate() -> None:
    stage = staged(AT_THE_GATE)
    stage.pulls.has(PULL, BRANCH, THEIRS)
    stage.branches.forked_at = NEW_BASE
    stage.sources.files[THEIRS] = {PATH: SOLVED}

    await hears(stage, "push", push(BRANCH))

    assert names(stage, AT_THE_GATE) == ["BaseMoved", "CodeGenerated"]


@pytest.mark.parametrize(
    ("mergeable", "state", "base", "let_go"),
    [
        (True, "clean", NEW_BASE, True),
        (False, "dirty", BASE, True),  # GitHub has not seen yet that it moved back
        (None, "unknown", NEW_BASE, False),
        (False, "dirty", NEW_BASE, False),
    ],
)
async def test_a_conflict_at_the_gate_that_is_over_holds_nobody(
    *, mergeable: bool | None, state: str, base: str, let_go: bool
) -> None:
    stage = staged(AT_THE_GATE, put=CLASH, conflict_rounds=0)
    stage.pulls.mergeable, stage.pulls.merge_state = mergeable, state
    stage.branches.heads["main"] = Commit(sha=base, tree=TREE)

    await hears(stage, "push", push("main"))

    freed = [e.MergeTriedAgain(because="mergeable")]
    assert new(stage, AT_THE_GATE) == (freed if let_go else [])


def crowd(size: int) -> tuple[Stage, list[str]]:
    """So many integrations at their gates, each with a pull request of its own."""
    stage = staged(UP_FOR_REVIEW, put=CLASH)
    stage.pulls.mergeable = False
    ids = [f"{ID}{number}" for number in range(size)]
    for number, each in enumerate(ids):
        facts = [
            structs.replace(fact, number=number) if isinstance(fact, e.PullRequestCreated) else fact
            for fact in UP_FOR_REVIEW
        ]
        stage.log.holds(facts, stream=each, key=f"before-{number}")
        stage.pulls.has(number, BRANCH, COMMIT)
    return stage, ids


async def test_all_gates_are_looked_at_and_twenty_at_once() -> None:
    stage, ids = crowd(25)

    await look_at_pushed(stage.world, SHOP.id, "main", key="d")

    assert (stage.pulls.most_looking, sorted(stage.pulls.looked_at)) == (20, sorted([*range(25), PULL]))
    assert {type(stage.log.events(each)[-1]).__name__ for each in ids} == {"BaseMoved"}


async def test_one_gate_that_cannot_be_looked_at_hinders_no_other() -> None:
    stage, ids = crowd(3)
    stage.pulls.hidden = {0: StepFailed("repository_gone")}

    await look_at_pushed(stage.world, SHOP.id, "main", key="d")

    assert [len(stage.log.events(each)) - len(UP_FOR_REVIEW) for each in ids] == [0, 1, 1]


async def test_where_github_does_not_answer_the_push_is_heard_again() -> None:
    stage, ids = crowd(3)
    stage.pulls.hidden = {0: Unavailable("github_unavailable")}

    with pytest.raises(Unavailable, match="github_unavailable"):
        await look_at_pushed(stage.world, SHOP.id, "main", key="d")
    stage.pulls.hidden = {}
    await look_at_pushed(stage.world, SHOP.id, "main", key="d")

    assert [len(stage.log.events(each)) - len(UP_FOR_REVIEW) for each in ids] == [1, 1, 1]


async def test_a_base_that_moved_while_it_was_frozen_is_seen_once_it_goes_on() -> None:
    stage = staged(UP_FOR_REVIEW, put=CLASH)
    stage.pulls.mergeable = False

    await look_again(stage.world, ID, key="s")
    await look_again(stage.world, ID, key="s")

    assert names(stage, UP_FOR_REVIEW) == ["BaseMoved"]


@pytest.mark.parametrize(
    ("history", "branch", "tried"),
    [
        (WAITING, "main", False),
        (WAITING, BRANCH, True),
        (CLASHING, "main", True),
        (CLASHING, "other", False),
    ],
)
async def test_what_waits_to_be_merged_looks_again(history: History, branch: str, *, tried: bool) -> None:
    stage = staged(history)

    await hears(stage, "push", push(branch))

    assert names(stage, history) == (["MergeTriedAgain"] if tried else [])


async def test_a_review_and_checks_that_have_ended_have_it_tried_again() -> None:
    reviewed, checked, running, others = staged(WAITING), staged(WAITING), staged(WAITING), staged(WAITING)
    checked.checks.others = {
        COMMIT: [OthersCheck(id=71, name="lint", status="completed", conclusion="success")]
    }
    running.checks.others = {COMMIT: [OthersCheck(id=71, name="lint", status="in_progress", conclusion=None)]}

    await hears(reviewed, "pull_request_review.submitted", review(by=DEVELOPER, commit=COMMIT))
    await hears(checked, "check_run.completed", ended_check(COMMIT))
    await hears(running, "check_run.completed", ended_check(COMMIT))
    await hears(others, "check_run.completed", ended_check(THEIRS))

    assert names(reviewed, WAITING) == [*names(checked, WAITING)] == ["MergeTriedAgain"]
    assert names(running, WAITING) == names(others, WAITING) == []


@pytest.mark.parametrize(("merged", "fact"), [(True, "MergeTriedAgain"), (False, "CancelRequested")])
async def test_f35_f36_whoever_closes_or_merges_what_waits_decides(fact: str, *, merged: bool) -> None:
    stage, before = staged(WAITING), staged(CHECKED)

    for each in (stage, before):
        await note_closed(ID, PULL, by=DEVELOPER, merged=merged, key="d", world=each.world)
    await note_closed(ID, PULL + 1, by=DEVELOPER, merged=merged, key="e", world=stage.world)

    assert (names(stage, WAITING), names(before)) == ([fact], [])


async def test_what_waits_to_be_merged_can_be_sent_back() -> None:
    stage = staged(WAITING)
    asked = RequestChanges(by=DEVELOPER, repository=SHOP, integration_id=ID, parts=("Do it otherwise.",))

    await handle(asked, key="d", door="github", world=stage.world)

    assert stage.log.integration().state is State.GENERATING
    with pytest.raises(NothingWaits):
        deciding.check_may_be_sent_back(integration(CHECKED), said_at=None, is_over_time=False)


@pytest.mark.parametrize(("history", "facts"), [(WAITING, ["MergeTriedAgain"]), (CHECKED, [])])
async def test_what_github_has_merged_and_nobody_has_noted_yet_is_changed_no_more(
    history: History, facts: list[str]
) -> None:
    stage = staged(history)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)
    asked = RequestChanges(by=DEVELOPER, repository=SHOP, integration_id=ID, parts=("Do it otherwise.",))

    with pytest.raises(landing.MergedMeanwhile) as no:
        await handle(asked, key="d", door="github", world=stage.world)
    with pytest.raises(landing.MergedMeanwhile):
        await handle(asked, key="d", door="github", world=stage.world)

    assert names(stage, history) == facts
    assert refusal(no.value).startswith("This was merged before you asked for changes, so I change nothing")


@pytest.mark.parametrize("history", [DEPLOYING, DEPLOYED])
def test_what_is_noted_to_be_merged_neither(history: History) -> None:
    with pytest.raises(landing.MergedMeanwhile):
        deciding.check_may_be_sent_back(integration(history), said_at=None, is_over_time=False)


async def test_who_merged_the_base_into_the_branch_is_taken_up_over_it() -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.branches.heads[BRANCH] = Commit(sha=THEIRS, tree=TREE)
    stage.branches.forked_at = NEW_BASE
    stage.sources.files[THEIRS] = {PATH: SOLVED}
    asked = RequestChanges(by=DEVELOPER, repository=SHOP, integration_id=ID, parts=("Do it otherwise.",))

    await handle(asked, key="d", door="github", world=stage.world)

    assert stage.log.integration().base_commit == NEW_BASE


# --- what people are told -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("blocked", "A review\nis required.", "It says: “A review is required.”"),
        ("queue", "", "merge queue"),
        ("busy", "", "moves faster than I can test"),
        *(("conflict", detail, why) for detail, why in WHY_NOT.items()),
        ("conflict", "turns", "A ceiling of this run is reached"),
        ("conflict", "workflow", "lies where I may change nothing"),
    ],
)
async def test_why_it_is_not_merged_is_said_with_what_helps(code: str, detail: str, said: str) -> None:
    stage = staged((*CHECKED, e.MergeHeld(code=code, detail=detail)))

    it, view = await look(stage.world, ID)
    for _ in range(2):
        await announce(it, stage.world)

    comment = status_comment(view)
    assert said in comment
    assert "`/claude cancel` stops it." in comment
    assert len(stage.comments.on(PULL)) == 1
    assert "@requester " in stage.comments.on(PULL)[0]


async def test_that_it_went_back_for_its_base_is_shown_and_then_said_to_who_asked() -> None:
    stage = staged((*CHECKED, CONFLICT))
    _, view = await look(stage.world, ID)
    again = (
        *CHECKED,
        CONFLICT,
        AGAIN,
        e.TestsPassed(attempt=2, report=REPORT),
        e.CommitMade(head=MERGING, tree=TREE),
        e.BranchMoved(head=MERGING),
        e.PullRequestDescribed(head=MERGING, shown_at="2026-01-01T10:00:00Z"),
        e.CheckOpened(check=32, head=MERGING),
    )
    stage = staged(again)

    await announce(integration(again), stage.world)

    assert "**`main` has moved**" in status_comment(view)
    [said] = stage.comments.on(PULL)
    assert said.startswith(changed_marker(ID, 2))
    assert "@requester, the base has moved since. This is `3e6e3e6` now" in said
