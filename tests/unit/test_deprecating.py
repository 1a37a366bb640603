"""What runs is taken out for good: by whom, in which state, step by step, and killed half-way."""

from typing import Any

import pytest
from msgspec import structs

from bot.application import deprecating
from bot.application.asked import Deprecate
from bot.application.commands import handle
from bot.application.deprecating import (
    HELD,
    OPEN,
    OUT,
    OVER,
    finish,
    give_up,
    look,
    merge_removal,
    open_removal,
)
from bot.application.freezing import note
from bot.application.lives import ending_of, removal_id
from bot.application.notifying import look as view_at
from bot.application.recording import FACTS
from bot.application.refusal_words import refusal
from bot.application.removal_words import announced, of_view
from bot.application.status_words import last_word, status_comment
from bot.application.texts import load_removal
from bot.domain import events as e
from bot.domain.freezing import Scope, froze
from bot.domain.policy import CannotDeprecate, NotAllowed
from bot.domain.retiring import close_removal, deprecate, give_up_removal, retire, roll_back
from bot.domain.retiring import open_removal as opens
from bot.domain.states import InvalidStateTransition, State
from bot.records import Actor, Commit, FollowUp, Start, StepFailed, Wake
from handlers import GITHUB
from handlers.conversation import Context
from handlers.deprecate import number_of
from tests.unit.deliveries import comment
from tests.unit.fakes import Died, FakeSources, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    BASE,
    BRANCH,
    COMMIT,
    CONTENT,
    DEPLOYING,
    DEPRECATED,
    DEVELOPER,
    GIVEN_UP,
    ID,
    ISSUE,
    MERGED_SHA,
    OPENED_TO_REMOVE,
    PULL,
    REMOVAL,
    REMOVED,
    REQUESTED,
    SHOP,
    SPEC,
    TO_BE_DEPRECATED,
    TREE,
    UP_FOR_REVIEW,
    VIEWER,
    WAITS_TO_BE_REMOVED,
    WISH,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
    kept,
)

NOW, OUT_HEAD = "0a11" * 10, "0e0e" * 10
OURS = {"shop/erp.py": CONTENT.encode()}
TO_BE: History = (*ACTIVE, TO_BE_DEPRECATED)
KEPT: History = (*WAITS_TO_BE_REMOVED, e.RemovalClosed(merged=False, by=DEVELOPER))
REMOVING = f"claude/remove-{ISSUE}-{ID}"


def staged(history: History, *, now: dict[str, bytes] | None = None) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)
    stage.branches.heads["main"] = Commit(sha=NOW, tree=TREE)
    stage.deployments.asked = {51: (MERGED_SHA, "production", ID)}
    stage.sources = FakeSources(files={BASE: {}, COMMIT: OURS, NOW: OURS if now is None else now})
    return stage


def waiting(history: History = WAITS_TO_BE_REMOVED, **of_pull: Any) -> Stage:
    stage = staged(history)
    stage.pulls.has(REMOVAL, REMOVING, OUT_HEAD, **of_pull)
    return stage


def merging(history: History) -> History:
    return tuple(structs.replace(SPEC, merge_reverts=True) if fact == SPEC else fact for fact in history)


async def says(stage: Stage, *, by: Actor = ADMIN, why: str = "", removed_in: int | None = None) -> None:
    asked = Deprecate(by=by, repository=SHOP, integration_id=ID, why=why, removed_in=removed_in)
    await handle(asked, key="delivery-1", door="github", world=stage.world)


def for_the_engine(stage: Stage) -> list[FollowUp]:
    return [each for each in stage.log.follow_ups if not isinstance(each, Start) or each.queue != "notify"]


def newest(stage: Stage) -> e.Event:
    return stage.log.events()[-1]


# --- what is decided ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "instead"),
    [
        (REQUESTED, "/claude cancel"),
        (UP_FOR_REVIEW, "/claude cancel"),
        (DEPLOYING, "/claude rollback"),
        (failed(*WRITTEN), "taken back already"),
        (DEPRECATED, "/claude integrate <what>"),
    ],
)
def test_only_what_runs_can_be_deprecated_and_the_refusal_says_what_to_do(
    history: History, instead: str
) -> None:
    with pytest.raises(CannotDeprecate) as refused:
        deprecate(integration(history), TO_BE_DEPRECATED)

    said = refusal(refused.value)
    assert (f"it is **{integration(history).state}**" in said, instead in said) == (True, True)


@pytest.mark.parametrize("history", [TO_BE, WAITS_TO_BE_REMOVED, REMOVED])
def test_saying_it_again_while_it_is_under_way_changes_nothing(history: History) -> None:
    assert deprecate(integration(history), TO_BE_DEPRECATED) == []


@pytest.mark.parametrize("history", [KEPT, (*TO_BE, GIVEN_UP)])
def test_what_came_to_nothing_can_be_asked_for_again(history: History) -> None:
    after = integration((*history, *deprecate(integration(history), TO_BE_DEPRECATED)))

    assert after.removal is not None
    assert (after.removal.nth, after.waiting_for, removal_id(after)) == (2, None, f"remove-{ID}-2")


def test_it_stays_active_while_it_waits_and_is_found_by_the_pull_request_that_it_waits_for() -> None:
    it = integration(WAITS_TO_BE_REMOVED)

    assert (it.state, it.waiting_for, it.removal_pull, it.ended) == (State.ACTIVE, "removal", REMOVAL, True)
    assert [integration(history).removal_pull for history in (REMOVED, KEPT, ACTIVE)] == [None] * 3


def test_each_fact_of_it_is_said_once_and_only_where_it_belongs() -> None:
    closed = e.RemovalClosed(merged=True)

    assert opens(integration(TO_BE), OPENED_TO_REMOVE) == [OPENED_TO_REMOVE]
    assert [opens(integration(each), OPENED_TO_REMOVE) for each in (ACTIVE, WAITS_TO_BE_REMOVED)] == [[], []]
    assert close_removal(integration(WAITS_TO_BE_REMOVED), closed, number=PULL) == []
    assert close_removal(integration(REMOVED), closed, number=REMOVAL) == []
    assert [give_up_removal(integration(each), GIVEN_UP) for each in (ACTIVE, REMOVED)] == [[], []]
    assert retire(integration(DEPRECATED), ()) == []


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, failed(*WRITTEN)])
def test_nothing_else_is_ever_retired(history: History) -> None:
    with pytest.raises(InvalidStateTransition):
        retire(integration(history), ())


@pytest.mark.parametrize("by", [VIEWER, DEVELOPER])
async def test_it_takes_the_right_to_delete(by: Actor) -> None:
    stage = staged(ACTIVE)

    with pytest.raises(NotAllowed, match="integration:delete"):
        await says(stage, by=by)

    assert stage.log.events() == list(ACTIVE)


async def test_its_workflow_commits_with_the_fact() -> None:
    stage = staged(ACTIVE)

    await says(stage, why="the ERP is gone")

    name = f"remove-{ID}-1"
    assert for_the_engine(stage) == [
        Start(queue="saga", workflow="integration_removal_v1", id=name, args=(ID,))
    ]


async def test_a_roll_back_meanwhile_wakes_what_waits_and_its_pull_request_is_closed() -> None:
    stage = waiting()
    await GITHUB["issue_comment.created"](
        comment("/claude rollback", by=ADMIN), Context(world=stage.world, key="k")
    )

    assert [type(each) for each in for_the_engine(stage)] == [Start, Wake]
    assert await look(stage.world, ID, key="look") == OVER
    assert await look(stage.world, ID, key="again") == OVER
    assert stage.pulls.closed == [REMOVAL]
    assert len(stage.comments.on(REMOVAL)) == 1


# --- what a person took out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pull", "there"),
    [
        ({"state": "open"}, {}),
        ({"state": "closed", "merged": True, "base": "other"}, {}),
        ({"state": "closed", "merged": True}, OURS),
    ],
)
async def test_what_is_said_to_be_taken_out_is_looked_at(
    pull: dict[str, Any], there: dict[str, bytes]
) -> None:
    stage = staged(ACTIVE, now=there)
    stage.pulls.has(20, "by-hand", OUT_HEAD, **pull)

    with pytest.raises(CannotDeprecate) as refused:
        await says(stage, removed_in=20)

    assert refusal(refused.value).startswith("#20 did not take it out")


async def test_a_person_who_took_it_out_is_believed_where_nothing_is_left() -> None:
    stage = staged(ACTIVE, now={"shop/erp.py": b"theirs"})
    stage.pulls.has(20, "by-hand", OUT_HEAD, state="closed", merged=True)

    await says(stage, removed_in=20)

    assert await open_removal(stage.world, ID, key="1") == OUT
    await finish(stage.world, ID, "", key="2")
    assert [fact.what for fact in stage.log.events() if isinstance(fact, e.StepUndone)] == [
        "deployment_inactive",
        "removed:20",
    ]


@pytest.mark.parametrize(
    ("word", "number"), [("12", 12), ("#12", 12), ("0", None), ("x", None), ("²", None), ("1" * 11, None)]
)
def test_a_pull_request_is_named_by_its_number(word: str, number: int | None) -> None:
    assert number_of(word) == number


# --- what is done -------------------------------------------------------------------------------------------


async def test_the_pull_request_takes_out_what_came_in_once_however_often_it_is_killed() -> None:
    stage = staged(TO_BE)
    for dies_at in ("removal:", "removal_pull:"):
        stage.effects.dies_at = dies_at
        with pytest.raises(Died):
            await open_removal(stage.world, ID, key="1")

    assert [await open_removal(stage.world, ID, key=key) for key in ("1", "2")] == [OPEN, OPEN]
    assert list(stage.branches.created) == [REMOVING]
    assert [(edit.path, edit.content) for edit in stage.branches.made[-1][1]] == [("shop/erp.py", None)]
    assert len(stage.pulls.there) == 2
    assert isinstance(newest(stage), e.RemovalOpened)


async def test_what_is_out_already_needs_no_pull_request() -> None:
    stage = staged(TO_BE, now={})

    assert await open_removal(stage.world, ID, key="1") == OUT
    await finish(stage.world, ID, "", key="2")
    assert (stage.log.integration().state, stage.branches.made) == (State.DEPRECATED, [])


@pytest.mark.parametrize("is_shared", [False, True])
async def test_what_has_moved_on_or_is_not_all_its_own_needs_a_person(is_shared: bool) -> None:  # noqa: FBT001
    shared = structs.replace(WISH, shared=True)
    history = (*ACTIVE[: len(UP_FOR_REVIEW)], shared, *WRITTEN[-1:], *ACTIVE[len(WRITTEN) :])
    there = OURS if is_shared else {"shop/erp.py": b"theirs"}
    stage = staged((*(history if is_shared else ACTIVE), TO_BE_DEPRECATED), now=there)

    assert await open_removal(stage.world, ID, key="1") == OVER
    shown = await load_removal(stage.world, stage.log.integration())
    assert shown is not None
    assert "- `shop/erp.py`" in announced(shown, ID)
    assert (stage.log.integration().state, stage.branches.made) == (State.ACTIVE, [])


async def test_without_its_base_it_stays_and_says_so() -> None:
    stage = staged(TO_BE)
    del stage.branches.heads["main"]

    with pytest.raises(StepFailed, match="base_missing"):
        await open_removal(stage.world, ID, key="1")
    assert await give_up(stage.world, ID, "base_missing", key="2") == OVER
    _, view = await view_at(stage.world, ID)
    assert "Could not be taken out" in status_comment(view)


@pytest.mark.parametrize("history", [ACTIVE, KEPT, failed(*WRITTEN)])
async def test_what_nobody_wants_out_any_more_is_left_alone(history: History) -> None:
    stage = staged(history)

    assert await open_removal(stage.world, ID, key="1") == OVER
    assert stage.log.events() == list(history)


async def test_it_is_merged_where_policy_allows() -> None:
    stage = waiting(merging(WAITS_TO_BE_REMOVED))

    assert await merge_removal(stage.world, ID, key="1") == OUT
    assert stage.pulls.merged == [(REMOVAL, OPENED_TO_REMOVE.head)]


async def test_while_it_is_frozen_nothing_is_opened_or_merged() -> None:
    stage, opened = staged(TO_BE), waiting(merging(WAITS_TO_BE_REMOVED))
    scope = Scope(level="repo", id=SHOP.id, name="acme/shop", installation=9)
    for each in (stage, opened):
        fact = froze(scope, by=ADMIN, why="audit", until=None)
        await note(each.world, scope, fact, key="f", meta={})

    assert await open_removal(stage.world, ID, key="1") == HELD
    assert await merge_removal(opened.world, ID, key="1") == HELD
    assert (stage.branches.made, opened.pulls.merged) == ([], [])


@pytest.mark.parametrize("opened", [{"is_exact": False}, {"left_files": 1}])
async def test_what_others_have_changed_since_a_person_merges(opened: dict[str, Any]) -> None:
    fact = e.RemovalOpened(number=REMOVAL, head=OPENED_TO_REMOVE.head, files=1, **opened)
    stage = waiting(merging((*TO_BE, fact)))

    assert await merge_removal(stage.world, ID, key="1") == OPEN
    assert stage.pulls.merged == []


async def test_what_github_does_not_merge_a_person_merges() -> None:
    stage = waiting(merging(WAITS_TO_BE_REMOVED))
    stage.pulls.refuses = "not_mergeable"

    assert await merge_removal(stage.world, ID, key="1") == OPEN


@pytest.mark.parametrize(
    ("history", "closed", "standing"),
    [
        (TO_BE, [], OVER),
        (KEPT, [], OVER),
        ((*WAITS_TO_BE_REMOVED, GIVEN_UP), [], OVER),
        ((*WAITS_TO_BE_REMOVED, *roll_back(integration(ACTIVE), by=ADMIN, why=None)), [REMOVAL], OVER),
        (REMOVED, [], OUT),
    ],
    ids=["not opened", "closed by a person", "given up", "rolled back", "merged by a person"],
)
async def test_what_is_decided_by_then_is_looked_at_and_not_merged(
    history: History, closed: list[int], standing: str
) -> None:
    stage = waiting(merging(history))

    assert await merge_removal(stage.world, ID, key="1") == standing
    assert (stage.pulls.tried, stage.pulls.closed) == ([], closed)


@pytest.mark.parametrize(
    ("pull", "standing"),
    [
        ({}, OPEN),
        ({"state": "closed"}, OVER),
        ({"state": "closed", "merged": True}, OUT),
        ({"state": "closed", "merged": True, "base": "other"}, OVER),
    ],
)
async def test_a_look_finds_out_what_nobody_told(pull: dict[str, Any], standing: str) -> None:
    stage = waiting(**pull)

    assert [await look(stage.world, ID, key=key) for key in ("1", "2")] == [standing] * 2
    assert await look(staged(TO_BE).world, ID, key="3") == OVER


async def test_it_is_deprecated_with_its_deployment_inactive_once() -> None:
    stage = staged(REMOVED)

    for key in ("1", "2"):
        await finish(stage.world, ID, "", key=key)

    assert stage.deployments.states == {51: "inactive"}
    assert stage.log.events() == list(DEPRECATED)


async def test_a_deployment_that_cannot_be_marked_is_told_as_not_undone() -> None:
    stage = staged(REMOVED)
    stage.deployments.set_state = refuses  # type: ignore[method-assign]

    await finish(stage.world, ID, "", key="1")

    _, view = await view_at(stage.world, ID)
    assert "- The deployment: **not undone** (`github_forbidden`)" in last_word(view)


async def refuses(*_: object, **__: object) -> None:
    raise StepFailed("github_forbidden")


async def test_what_has_no_deployment_has_none_to_mark_and_what_was_left_is_named() -> None:
    without = tuple(fact for fact in TO_BE if not isinstance(fact, e.DeploymentCreated))
    opened = e.RemovalOpened(number=REMOVAL, head=OUT_HEAD, files=1, left=kept('["a@b.py"]'), left_files=1)
    stage = staged((*without, opened, e.RemovalClosed(merged=True)))

    await finish(stage.world, ID, "", key="1")

    it, view = await view_at(stage.world, ID)
    said = "\n".join(of_view(view))
    assert "- The deployment: nothing to undo\n- The code: **needs a person**" in said
    assert ("- `a@\u200bb.py`" in said, ending_of(it)) == (True, f"{ID}:deprecated")


async def test_where_github_stays_away_it_is_deprecated_all_the_same_and_says_so() -> None:
    stage = staged(REMOVED)

    await finish(stage.world, ID, "unavailable", key="1")

    assert (stage.deployments.states, stage.log.integration().state) == ({}, State.DEPRECATED)


async def test_what_was_rolled_back_is_not_retired() -> None:
    stage = staged(failed(*REMOVED, reason="rolled_back", during="active"))

    await finish(stage.world, ID, "", key="1")

    assert stage.log.integration().state is State.FAILED


async def test_a_fact_from_github_is_looked_at_and_wakes_what_waits() -> None:
    stage = waiting(state="closed", merged=True)

    for number in (PULL, REMOVAL, REMOVAL):
        await deprecating.note_removal_closed(ID, number, by=DEVELOPER, key="k", world=stage.world)

    version = len(WAITS_TO_BE_REMOVED) + 1
    assert newest(stage) == e.RemovalClosed(merged=True, by=DEVELOPER)
    assert for_the_engine(stage) == [
        Wake(workflow_id=f"remove-{ID}-1", topic=FACTS, key=f"{ID}:{version}:removal")
    ]


async def test_what_was_said_and_left_is_shown_as_long_as_it_is_kept() -> None:
    asked = e.DeprecationRequested(by=ADMIN, why=kept("It is @gone."))
    opened = e.RemovalOpened(number=REMOVAL, head=OUT_HEAD, files=1, left="0" * 64, left_files=30)
    stage = staged((*ACTIVE, asked, opened))

    _, view = await view_at(stage.world, ID)

    assert "> It is @\u200bgone." in status_comment(view)
    assert view.removal is not None
    assert view.removal.left == ()


def test_nothing_of_it_is_shown_of_what_was_cancelled() -> None:
    assert integration(cancelled(*UP_FOR_REVIEW)).removal is None
