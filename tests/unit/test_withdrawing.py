"""An approval that is taken back of what is about to be merged: before the merge, with it, and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from msgspec import structs

from bot.application import publishing, steps
from bot.application.announcing import announce
from bot.application.notifying import look
from bot.application.recording import load
from bot.application.waiting_words import waiting_words
from bot.application.withdrawing import note_withdrawn
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.policy import NothingWaits
from bot.domain.states import State
from bot.records import Commit, MergeMethod, Repository, Unavailable, Wake
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, review
from tests.unit.fakes import FakePullRequests, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ADMIN_APPROVAL,
    BASE,
    BRANCH,
    CHECKED,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ID,
    MERGED_SHA,
    PULL,
    TREE,
    UP_FOR_REVIEW,
    WISH,
    History,
    integration,
)

HELD: Final[History] = (*CHECKED, e.MergeHeld(code="blocked", detail="1 review is required."))
GONE: Final = e.ApprovalWithdrawn(by=DEVELOPER, whose=ADMIN)
MERGED: Final = e.Merged(head=COMMIT, commit=MERGED_SHA)
IN_BETWEEN: Final[History] = (*CHECKED, GONE, MERGED)
BACK_AT_ITS_GATE: Final[History] = (*HELD, GONE, e.CheckOpened(check=32, head=COMMIT))


def staged(history: History = HELD) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.branches.heads |= {"main": Commit(sha=BASE, tree=TREE), BRANCH: Commit(sha=COMMIT, tree=TREE)}
    stage.pulls.has(PULL, BRANCH, COMMIT)
    stage.checks.runs[31] = (COMMIT, ID, None)
    return stage


async def hears(stage: Stage, kind: str, payload: Payload, *, key: str = "d-1") -> None:
    shown = payload["review"]
    stage.pulls.review_states.setdefault(shown["id"], shown["state"])
    await GITHUB[f"pull_request_review.{kind}"](payload, Context(world=stage.world, key=key))


def dismissal() -> Payload:
    return review("dismissed", by=DEVELOPER, author=ADMIN, commit=COMMIT)


def wish(*, by: Any = ADMIN) -> Payload:
    payload = review("changes_requested", by=by, commit=COMMIT)
    payload["review"]["body"] = "Say who is sent what."
    return payload


def new(stage: Stage, history: Sequence[e.Event] = HELD) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


@pytest.mark.parametrize("history", [CHECKED, HELD], ids=["about to be merged", "held up"])
def test_it_goes_back_to_its_gate(history: History) -> None:
    assert deciding.withdraw(integration(history), by=DEVELOPER, whose=ADMIN) == [GONE]

    it = integration((*history, GONE))

    assert (it.state, it.at_gate, it.held, it.approvals) == (State.REVIEWING, False, None, ())
    assert it.gates == integration(history).gates + 1


@pytest.mark.parametrize("history", [DEPLOYING, ACTIVE])
def test_what_is_merged_stays_so(history: History) -> None:
    assert deciding.withdraw(integration(history), by=DEVELOPER, whose=ADMIN) == []


async def test_a_dismissal_stops_a_merge_that_is_held_up_and_says_so_once() -> None:
    stage = staged()

    for _ in range(2):
        await hears(stage, "dismissed", dismissal())

    assert new(stage) == ["ApprovalWithdrawn"]
    assert any(isinstance(each, Wake) for each in stage.log.follow_ups)
    [said] = stage.comments.on(PULL)
    assert said.endswith(
        "The approval of @admin is taken back: I do not merge this. It waits for another approval."
    )


async def test_then_the_saga_merges_nothing_and_opens_a_gate_of_its_own() -> None:
    stage = staged((*HELD, GONE))

    assert await steps.deploy(stage.world, ID, key="k1") == ["reviewing", None]
    assert await publishing.create_pull_request(stage.world, ID, key="k2") == ["reviewing", "approval"]

    assert stage.pulls.tried == []
    assert new(stage, (*HELD, GONE)) == ["CheckOpened"]


async def test_a_dismissal_of_what_was_merged_before_is_told_that() -> None:
    stage = staged(DEPLOYING)

    await hears(stage, "dismissed", dismissal())

    assert new(stage, DEPLOYING) == []
    [said] = stage.comments.on(PULL)
    assert said.endswith(
        "This was merged before the approval of @admin was taken back, so it stays merged. `/claude cancel`, "
        "by whoever may deploy, takes the merge back."
    )


async def test_of_what_runs_or_nobody_had_approved_nothing_is_said() -> None:
    for history, whose in ((ACTIVE, ADMIN), (DEPLOYING, DEVELOPER), (UP_FOR_REVIEW, ADMIN)):
        stage = staged(history)

        said = await note_withdrawn(ID, by=DEVELOPER, whose=whose, key="d-1", world=stage.world)

        assert (said, new(stage, history)) == (None, [])


async def test_a_dismissed_wish_for_changes_has_the_merge_tried_again() -> None:
    stage = staged()

    await hears(stage, "dismissed", review("dismissed", by=ADMIN, author=DEVELOPER, commit=COMMIT))

    assert new(stage) == ["MergeTriedAgain"]


async def test_a_review_that_asks_for_changes_sends_back_what_is_held_up() -> None:
    stage = staged()

    await hears(stage, "submitted", wish(by=DEVELOPER))

    assert new(stage) == ["ChangesRequested"]


async def test_whoever_had_approved_it_takes_that_back_and_their_wish_waits_for_the_gate() -> None:
    stage = staged()
    with pytest.raises(Unavailable, match="gate_being_moved"):
        await hears(stage, "submitted", wish())
    assert new(stage) == ["ApprovalWithdrawn"]
    stage.log.holds([e.CheckOpened(check=32, head=COMMIT)])

    await hears(stage, "submitted", wish())

    assert new(stage) == ["ApprovalWithdrawn", "CheckOpened", "ChangesRequested"]


async def test_without_a_word_of_what_is_to_change_it_only_takes_the_approval_back() -> None:
    stage = staged()

    await hears(stage, "submitted", review("changes_requested", by=ADMIN, commit=COMMIT))

    assert new(stage) == ["ApprovalWithdrawn"]
    assert "The approval of @admin is taken back" in stage.comments.on(PULL)[0]


async def test_a_wish_in_the_moment_of_the_merge_waits_for_what_comes_of_that() -> None:
    stage = staged(CHECKED)
    with pytest.raises(Unavailable, match="gate_being_moved"):
        await hears(stage, "submitted", wish(by=DEVELOPER))
    stage.log.holds([MERGED])

    await hears(stage, "submitted", wish(by=DEVELOPER))

    assert new(stage, CHECKED) == ["Merged"]
    assert "this was merged before you asked for changes" in stage.comments.on(PULL)[0]


@dataclass
class MergedMeanwhile(FakePullRequests):
    """GitHub merges, and while it does somebody takes the approval back."""

    stage: list[Stage] = field(default_factory=list)

    async def merge(
        self, repository: Repository, number: int, *, head: str, method: MergeMethod, message: str
    ) -> str | None:
        await hears(self.stage[0], "dismissed", dismissal())
        return await super().merge(repository, number, head=head, method=method, message=message)


async def test_merged_in_that_very_moment_nothing_is_deployed_before_another_approval() -> None:
    stage = staged(CHECKED)
    stage.pulls = MergedMeanwhile(stage=[stage])
    stage.pulls.has(PULL, BRANCH, COMMIT)

    assert await steps.deploy(stage.world, ID, key="k1") == ["reviewing", None]

    assert await publishing.create_pull_request(stage.world, ID, key="k2") == ["reviewing", "approval"]
    assert new(stage, CHECKED) == ["ApprovalWithdrawn", "Merged", "CheckOpened"]
    for _ in range(2):
        await announce(await load(stage.world, ID), stage.world)
    [_, said] = stage.comments.on(PULL)
    assert "@requester **It was merged in the moment in which an approval of it ended.**" in said
    _, view = await look(stage.world, ID)
    assert any(
        "Nothing is deployed before somebody approves it again" in each for each in waiting_words(view)
    )


async def test_another_approval_lets_it_go_out() -> None:
    history = (*IN_BETWEEN, e.CheckOpened(check=32, head=COMMIT), ADMIN_APPROVAL)
    stage = staged(history)

    state, _ = await publishing.create_pull_request(stage.world, ID, key="k1")

    assert (state, stage.log.integration().may_deploy, stage.pulls.tried) == ("deploying", True, [])


def test_nobody_sends_back_what_is_merged() -> None:
    it = integration((*IN_BETWEEN, e.CheckOpened(check=32, head=COMMIT)))

    assert (it.waiting_for, it.may_be_sent_back) == ("approval", False)
    with pytest.raises(NothingWaits):
        deciding.request_changes(it, structs.replace(WISH, attempt=2))


def test_it_may_be_sent_back_once_it_is_at_its_gate_again() -> None:
    assert integration((*HELD, GONE)).is_coming_to_its_gate
    assert not integration(BACK_AT_ITS_GATE).is_coming_to_its_gate
    assert integration(BACK_AT_ITS_GATE).may_be_sent_back
