"""What runs is taken back on a person's word: once, by whoever may, and all of it commits with the fact."""

import asyncio
from dataclasses import replace

import pytest

from bot.application import undoing
from bot.application.asked import RollBack
from bot.application.commands import handle
from bot.application.lives import ending_of, is_past, saga_id, undo_id
from bot.application.recording import FACTS
from bot.application.refusal_words import refusal
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.policy import NotAllowed, NothingToRollBack
from bot.domain.retiring import roll_back
from bot.domain.states import State
from bot.records import Actor, Commit, FollowUp, Start, StepFailed, Wake
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    BASE,
    BRANCH,
    CHANGE,
    COMMIT,
    CONTENT,
    DEPLOYED,
    DEPLOYING,
    DEVELOPER,
    ID,
    MERGED_SHA,
    PULL,
    REQUESTED,
    REQUESTER,
    SHOP,
    TREE,
    UP_FOR_REVIEW,
    VIEWER,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
)

BACK = e.RollBackRequested(by=ADMIN, why=None)
ROLLED_BACK: History = (*ACTIVE, *roll_back(integration(ACTIVE), by=ADMIN, why=None))
NOW = "0a11" * 10


def staged(history: History = ACTIVE, *, base: dict[str, bytes] | None = None) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)
    stage.branches.heads["main"] = Commit(sha=NOW, tree=TREE)
    stage.deployments.asked = {51: (MERGED_SHA, "production", ID)}
    ours = {"shop/erp.py": CONTENT.encode()}
    stage.sources = FakeSources(files={BASE: {}, COMMIT: ours, NOW: base or ours})
    return stage


def asked(by: Actor = ADMIN, why: str = "") -> RollBack:
    return RollBack(by=by, repository=SHOP, integration_id=ID, why=why)


async def says(stage: Stage, wanted: RollBack, *, key: str = "delivery-1") -> None:
    await handle(wanted, key=key, door="github", world=stage.world)


def new(stage: Stage, history: History = ACTIVE) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


def for_the_engine(stage: Stage) -> list[FollowUp]:
    return [each for each in stage.log.follow_ups if not isinstance(each, Start) or each.queue != "notify"]


# --- what is decided ------------------------------------------------------------------------------


def test_what_runs_has_failed_then_because_it_was_rolled_back() -> None:
    after = integration(ROLLED_BACK)

    assert (after.state, after.reason, after.during) == (State.FAILED, "rolled_back", "active")
    assert not after.ended


@pytest.mark.parametrize("history", [DEPLOYING, DEPLOYED])
def test_what_is_going_live_is_stopped_by_it(history: History) -> None:
    facts = roll_back(integration(history), by=ADMIN, why=None)

    assert facts == [BACK, e.CancelRequested(by=ADMIN, cause="rolled_back")]
    with pytest.raises(StepFailed, match="rolled_back"):
        deciding.activate(integration((*DEPLOYED, *facts)))


@pytest.mark.parametrize("history", [ROLLED_BACK, (*DEPLOYING, BACK), cancelled(*DEPLOYING)])
def test_saying_it_twice_changes_nothing(history: History) -> None:
    assert roll_back(integration(history), by=DEVELOPER, why=None) == []


@pytest.mark.parametrize("history", [REQUESTED, WRITTEN, UP_FOR_REVIEW, failed(*WRITTEN)])
def test_where_nothing_runs_there_is_nothing_to_roll_back(history: History) -> None:
    with pytest.raises(NothingToRollBack):
        roll_back(integration(history), by=ADMIN, why=None)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("reviewing", "it is **reviewing**. Nothing of it is merged; `/claude cancel` stops it."),
        (
            "failed",
            "it is **failed**. What was made is taken back already; the last word says what came of that.",
        ),
        (
            "deprecated",
            "it is **deprecated**. It is out for good; `/claude integrate <what>` asks for something new.",
        ),
    ],
)
def test_the_refusal_says_what_to_do_instead(state: str, said: str) -> None:
    assert refusal(NothingToRollBack(state)) == f"There is nothing to roll back: {said}"


# --- what is done ---------------------------------------------------------------------------------


async def test_its_undo_commits_with_the_fact() -> None:
    stage = staged()

    await says(stage, asked(why="prices are wrong"))

    assert new(stage) == ["RollBackRequested", "IntegrationFailed"]
    args = (ID, "rolled_back")
    assert for_the_engine(stage) == [
        Start(queue="saga", workflow="integration_undo_v1", id=f"undo-{ID}", args=args)
    ]


async def test_while_it_goes_live_its_saga_is_woken_to_take_it_back() -> None:
    stage = staged(DEPLOYING)

    await says(stage, asked())

    version = len(DEPLOYING) + 2
    assert for_the_engine(stage) == [Wake(workflow_id=f"int-{ID}", topic=FACTS, key=f"{ID}:{version}")]


async def test_two_who_say_it_at_once_have_it_done_once() -> None:
    stage = staged()

    await asyncio.gather(*(says(stage, asked(), key=f"delivery-{n}") for n in range(3)))

    assert new(stage) == ["RollBackRequested", "IntegrationFailed"]
    assert len(for_the_engine(stage)) == 1


@pytest.mark.parametrize("by", [VIEWER, REQUESTER, DEVELOPER])
async def test_it_takes_the_right_to_deploy(by: Actor) -> None:
    stage = staged()

    with pytest.raises(NotAllowed):
        await says(stage, asked(by))

    assert new(stage) == []


async def taken_back(stage: Stage) -> tuple[str, str]:
    await undoing.roll_back(stage.world, ID, key="undo")
    done = stage.log.events()[-1]
    assert isinstance(done, e.StepUndone)
    return done.outcome, done.what.partition(":")[0]


async def test_what_is_no_longer_kept_is_found_in_git() -> None:
    stage = staged(ROLLED_BACK)
    del stage.blobs.contents[CHANGE]

    assert await taken_back(stage) == ("needs_person", "revert_opened")
    [(_, edits, _)] = stage.branches.made
    assert [(edit.path, edit.content) for edit in edits] == [("shop/erp.py", None)]


async def test_what_others_changed_since_a_person_has_to_revert() -> None:
    assert await taken_back(staged(ROLLED_BACK, base={"shop/erp.py": b"theirs"})) == (
        "needs_person",
        "revert_conflicts",
    )


# --- what things are called -----------------------------------------------------------------------


def test_the_end_of_what_ran_is_another_than_its_going_live() -> None:
    assert ending_of(integration(ACTIVE)) == ID
    assert ending_of(integration(ROLLED_BACK)) == f"{ID}:rolled_back"
    assert ending_of(integration(failed(*DEPLOYING, during="deploying"))) == ID


def test_each_life_has_workflows_of_its_own_and_earlier_ones_are_past() -> None:
    first = integration(ACTIVE)
    third = replace(first, life=3, lives=3)

    assert (saga_id(first), undo_id(first), undo_id(first, nth=2)) == (
        f"int-{ID}",
        f"undo-{ID}",
        f"undo-{ID}-2",
    )
    assert (saga_id(third), undo_id(third, nth=3)) == (f"int-{ID}.3", f"undo-{ID}.3-3")
    past = (f"int-{ID}", f"int-{ID}.2", f"undo-{ID}-3", f"undo-{ID}.2-2")
    assert all(is_past(name, third) for name in past)
    assert not any(is_past(name, third) for name in (saga_id(third), undo_id(third, nth=2), f"tell-{ID}-3"))
    assert not is_past(saga_id(first), first)
