"""A GitHub review that approves, and one that is dismissed, at the gate."""

# ruff: noqa: E501  a sentence is pinned as it is said

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.application import words
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.integration import fold
from bot.domain.policy import NothingWaits
from bot.domain.states import State
from bot.records import Actor, Unavailable
from handlers import APOLOGIES, GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, comment, review
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ADMIN,
    ADMIN_APPROVAL,
    APPROVAL,
    BASE_MOVED,
    BRANCH,
    BRANCHED,
    CHANGE,
    CHECKED,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ID,
    OPENED,
    PULL,
    RELEASED,
    REPORT,
    REQUESTER,
    SHOP,
    SPEC,
    SUMMARY,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    History,
    failed,
    integration,
)

BY_A_DEVELOPER = structs.replace(APPROVAL, role="developer")
NEEDS_TWO = tuple(structs.replace(each, approvals=2) if each is SPEC else each for each in UP_FOR_REVIEW)
OLDER = "01d0" * 10
TESTED_AGAIN = (
    *CHECKED,
    structs.replace(BASE_MOVED, keeps=True),
    e.CodeGenerated(attempt=2, change=CHANGE, files=1, summary=SUMMARY),
)


def staged(history: History = UP_FOR_REVIEW) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    return stage


async def told(
    payload: Payload, stage: Stage, *, action: str = "submitted", key: str = "d-1"
) -> list[e.Event]:
    """The facts that came of it."""
    before, shown = len(stage.log.events()), payload["review"]
    stage.pulls.review_states.setdefault(shown["id"], shown["state"])
    await GITHUB[f"pull_request_review.{action}"](payload, Context(world=stage.world, key=key))
    return stage.log.events()[before:]


async def test_a_review_that_approves_is_an_approval_of_its_commit() -> None:
    stage = staged()

    facts = await told(review(by=ADMIN, commit=COMMIT), stage)

    assert facts == [structs.replace(ADMIN_APPROVAL, role="admin")]
    assert stage.comments.on(PULL) == []


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (
            review(by=REQUESTER, commit=COMMIT),
            snapshot(
                "This approval does not count for me. You asked for it, so somebody else with write access has to approve it."
            ),
        ),
        (
            review(by=VIEWER, commit=COMMIT),
            snapshot(
                "This approval does not count for me. This needs `integration:approve`, and you are viewer here. Somebody who is developer or admin could do it."
            ),
        ),
        (
            review(by=DEVELOPER, commit=OLDER),
            snapshot(
                "This approval is of `01d001d`, but I tested `c0dec0d`. I count only an approval of what I tested."
            ),
        ),
    ],
    ids=["the requester", "a viewer", "an older commit"],
)
async def test_a_review_that_does_not_count_is_told_why_once(payload: Payload, said: str) -> None:
    stage = staged()

    for _ in range(2):
        assert await told(payload, stage) == []

    [reply] = stage.comments.on(PULL)
    assert reply.partition(" -->\n")[2] == said


async def test_a_review_that_did_not_count_does_not_count_later_either() -> None:
    stage = staged()
    stage.comments.away = True
    with pytest.raises(Unavailable):
        await told(review(by=VIEWER, commit=COMMIT), stage)
    stage.comments.away = False
    stage.repositories.roles = {VIEWER.id: "write"}

    assert await told(review(by=VIEWER, commit=COMMIT), stage) == []

    [reply] = stage.comments.on(PULL)
    assert "you are viewer here" in reply


@pytest.mark.parametrize("history", [OPENED, UP_FOR_REVIEW], ids=["before its check", "at the gate"])
async def test_a_review_counts_from_when_the_pull_request_is_there_on(history: History) -> None:
    assert await told(review(by=DEVELOPER, commit=COMMIT), staged(history)) == [BY_A_DEVELOPER]


async def test_a_review_that_is_faster_than_our_own_note_of_the_pull_request_waits_for_it() -> None:
    stage = staged(BRANCHED)
    with pytest.raises(Unavailable):
        await told(review(by=DEVELOPER, commit=COMMIT), stage)
    stage.log.holds(UP_FOR_REVIEW[len(BRANCHED) :])

    assert await told(review(by=DEVELOPER, commit=COMMIT), stage) == [BY_A_DEVELOPER]


def of_a_fork() -> Payload:
    payload = review(by=DEVELOPER, commit=COMMIT)
    payload["pull_request"]["head"]["repo"] = {"id": SHOP.id + 1}
    return payload


def of_a_deleted_fork() -> Payload:
    payload = review(by=DEVELOPER, commit=COMMIT)
    payload["pull_request"]["head"]["repo"] = None
    return payload


@pytest.mark.parametrize(
    ("payload", "history"),
    [
        (of_a_fork(), BRANCHED),
        (of_a_deleted_fork(), BRANCHED),
        (review(by=DEVELOPER, commit=COMMIT), failed(*BRANCHED)),
    ],
    ids=["a fork", "a deleted fork", "what was left behind"],
)
async def test_a_branch_of_the_same_name_is_not_waited_for(payload: Payload, history: History) -> None:
    assert await told(payload, staged(history)) == []


@pytest.mark.parametrize(
    ("payload", "apologies"),
    [
        (review(by=DEVELOPER, commit=COMMIT), 1),
        (review("changes_requested", by=DEVELOPER, commit=COMMIT), 1),
        (review("commented", by=DEVELOPER, commit=COMMIT), 0),
    ],
)
async def test_what_went_wrong_with_a_review_is_said_to_whoever_made_it(
    payload: Payload, apologies: int
) -> None:
    stage = staged()

    await APOLOGIES["pull_request_review.submitted"](payload, Context(world=stage.world, key="d-1"))

    assert len(stage.comments.on(PULL)) == apologies


async def test_nobody_hears_of_what_went_wrong_with_a_review_elsewhere() -> None:
    stage = staged(WORKED)

    await APOLOGIES["pull_request_review.submitted"](
        review(by=DEVELOPER, commit=COMMIT), Context(world=stage.world, key="d-1")
    )

    assert stage.comments.bodies == {}


async def test_a_review_of_a_commit_that_is_gone_approves_nothing() -> None:
    payload = review(by=DEVELOPER)
    payload["review"]["commit_id"] = None

    assert await told(payload, staged()) == []


def by_a_bot() -> Payload:
    payload = review(by=DEVELOPER, commit=COMMIT)
    payload["sender"]["type"] = payload["review"]["user"]["type"] = "Bot"
    return payload


@pytest.mark.parametrize(
    ("payload", "history"),
    [
        (review("commented", by=DEVELOPER, commit=COMMIT), UP_FOR_REVIEW),
        (review("changes_requested", by=DEVELOPER, commit=COMMIT), UP_FOR_REVIEW),
        (by_a_bot(), UP_FOR_REVIEW),
        (review(by=ADMIN, commit=COMMIT, author=DEVELOPER), UP_FOR_REVIEW),
        (review(by=DEVELOPER, commit=COMMIT), DEPLOYING),
        (review(by=DEVELOPER, commit=COMMIT), WORKED),
    ],
    ids=["a comment", "changes wanted", "a bot", "somebody else's", "too late", "too early"],
)
async def test_any_other_review_changes_nothing_and_is_not_answered(
    payload: Payload, history: History
) -> None:
    stage = staged(history)

    assert await told(payload, stage) == []
    assert stage.comments.on(PULL) == []


async def test_a_review_of_a_pull_request_that_is_not_ours_is_nobodys_business() -> None:
    payload = review(by=DEVELOPER, commit=COMMIT)
    payload["pull_request"]["number"] = PULL + 1

    assert await told(payload, staged()) == []


async def test_a_dismissed_review_takes_its_approval_back() -> None:
    stage = staged((*NEEDS_TWO, APPROVAL))
    dismissal = review("dismissed", by=ADMIN, author=DEVELOPER, commit=COMMIT)

    facts = await told(dismissal, stage, action="dismissed")

    assert facts == [e.ApprovalWithdrawn(by=ADMIN, whose=DEVELOPER)]
    assert fold(ID, stage.log.events()).approvals == ()


async def test_who_asks_for_changes_takes_back_what_they_had_approved() -> None:
    stage = staged((*NEEDS_TWO, APPROVAL, ADMIN_APPROVAL))

    facts = await told(review("changes_requested", by=DEVELOPER, commit=COMMIT), stage)

    assert facts == [e.ApprovalWithdrawn(by=DEVELOPER, whose=DEVELOPER)]
    assert fold(ID, stage.log.events()).approvals == (ADMIN_APPROVAL,)
    assert stage.comments.on(PULL) == []


@pytest.mark.parametrize("tested", [TESTED_AGAIN[:-1], TESTED_AGAIN], ids=["before", "meanwhile"])
async def test_what_is_tested_once_more_can_still_be_approved_no_longer(tested: History) -> None:
    stage = staged(tested)
    dismissal = review("dismissed", by=DEVELOPER, author=ADMIN, commit=COMMIT)

    facts = await told(dismissal, stage, action="dismissed")
    stage.log.holds((*TESTED_AGAIN[len(tested) :], e.TestsPassed(attempt=2, report=REPORT)))

    assert facts == [e.ApprovalWithdrawn(by=DEVELOPER, whose=ADMIN)]
    shut = stage.log.integration()
    assert (shut.waiting_for, shut.at_gate, deciding.release(shut)) == (None, False, [])
    stage.log.holds([e.CheckOpened(check=32, head=COMMIT)])  # the first says that it was approved
    it = stage.log.integration()
    assert (it.waiting_for, it.at_gate, deciding.release(it)) == ("approval", True, [])


@pytest.mark.parametrize("state", ["approved", "changes_requested"])
async def test_a_review_of_what_is_tested_once_more_is_told_so(state: str) -> None:
    stage, payload = staged(TESTED_AGAIN), review(state, by=DEVELOPER, commit=COMMIT)
    payload["review"]["body"] = "Not yet."

    await told(payload, stage)

    [reply] = stage.comments.on(PULL)
    assert reply.partition(" -->\n")[2] == words.tested_again()
    assert words.tested_again() == snapshot(
        "This was approved, and is being tested once more with what has come to its base, so nothing waits for that now. Say it again if it waits for approval after that; `/claude cancel` stops it."
    )


@pytest.mark.parametrize("said", ["approve", "changes Do it otherwise.", "reject No."])
async def test_a_command_to_what_is_tested_once_more_is_told_so(said: str) -> None:
    stage = staged(TESTED_AGAIN)
    spoken = comment(f"/claude {said}", by=DEVELOPER, on=PULL)

    await GITHUB["issue_comment.created"](spoken, Context(world=stage.world, key="d-1"))

    [reply] = stage.comments.on(PULL)
    assert reply.endswith(words.tested_again())
    assert stage.log.events() == [*TESTED_AGAIN]


def test_only_what_stays_approved_is_tested_again() -> None:
    moved = structs.replace(BASE_MOVED, keeps=True)

    assert integration(TESTED_AGAIN).is_tested_again
    assert integration((*CHECKED, moved)).is_tested_again
    assert not integration((*CHECKED, BASE_MOVED, TESTED_AGAIN[-1])).is_tested_again
    assert not integration((*TESTED_AGAIN, e.TestsPassed(attempt=2, report=REPORT))).is_tested_again
    assert not integration(UP_FOR_REVIEW).is_tested_again


@pytest.mark.parametrize("history", [NEEDS_TWO, RELEASED], ids=["gave none", "the gate is open"])
async def test_any_other_dismissal_changes_nothing(history: History) -> None:
    dismissal = review("dismissed", by=ADMIN, author=DEVELOPER, commit=COMMIT)

    assert await told(dismissal, staged(history), action="dismissed") == []


async def test_the_review_of_a_deleted_account_is_dismissed_without_effect() -> None:
    payload = review("dismissed", by=ADMIN, commit=COMMIT)
    payload["review"]["user"] = None

    assert await told(payload, staged((*NEEDS_TWO, APPROVAL)), action="dismissed") == []


def test_where_two_have_to_approve_one_is_not_enough() -> None:
    one = integration((*NEEDS_TWO, APPROVAL))
    both = integration((*NEEDS_TWO, APPROVAL, ADMIN_APPROVAL))

    assert (one.waiting_for, one.approvals_missing, deciding.release(one)) == ("approval", 1, [])
    assert (both.waiting_for, deciding.release(both)) == (None, [e.Released(head=COMMIT)])


def test_the_same_person_counts_once() -> None:
    it = integration((*NEEDS_TWO, APPROVAL))

    assert deciding.approve(it, by=DEVELOPER, head=COMMIT, deploys=False, alone=False) == []


def test_an_approval_of_another_commit_does_not_count() -> None:
    it = integration((*NEEDS_TWO, APPROVAL, e.Approved(by=ADMIN, head=OLDER, deploys=True)))

    assert it.approvals_missing == 1


def test_when_enough_approved_nobody_else_is_waited_for() -> None:
    it = integration((*UP_FOR_REVIEW, APPROVAL))

    with pytest.raises(NothingWaits):
        deciding.approve(it, by=Actor(id=99, login="late"), head=COMMIT, deploys=False, alone=False)
    assert it.state is State.REVIEWING


# --- dismissed before it was heard -----------------------------------------------------------------


async def test_what_was_dismissed_before_it_is_heard_approves_nothing() -> None:
    stage, given = staged(), review(by=ADMIN, commit=COMMIT)
    stage.pulls.review_states = {given["review"]["id"]: "dismissed"}

    await told(given, stage)

    assert stage.log.events() == list(UP_FOR_REVIEW)


async def test_what_asked_for_changes_and_was_dismissed_before_it_is_heard_sends_nothing_back() -> None:
    stage, given = staged((*UP_FOR_REVIEW, APPROVAL)), review("changes_requested", by=ADMIN, commit=COMMIT)
    given["review"]["body"] = "Say who is sent what."
    stage.pulls.review_states = {given["review"]["id"]: "dismissed"}

    await told(given, stage)

    assert stage.log.events() == [*UP_FOR_REVIEW, APPROVAL]


async def test_the_approval_that_it_took_back_stays_so_after_that() -> None:
    stage, given = staged((*NEEDS_TWO, APPROVAL)), review("changes_requested", by=DEVELOPER, commit=COMMIT)
    given["review"]["body"] = "Say who is sent what."
    stage.pulls.review_states = {given["review"]["id"]: "dismissed"}

    facts = await told(given, stage)

    assert facts == [e.ApprovalWithdrawn(by=DEVELOPER, whose=DEVELOPER)]


@pytest.mark.parametrize("state", ["approved", "changes_requested"])
async def test_what_github_does_not_show_yet_is_asked_after_again(state: str) -> None:
    stage, given = staged(), review(state, by=ADMIN, commit=COMMIT)
    given["review"]["body"] = "Say who is sent what."
    stage.pulls.review_states = {given["review"]["id"]: None}

    with pytest.raises(Unavailable, match="review_not_shown"):
        await told(given, stage)


@pytest.mark.parametrize("state", ["commented", "changes_requested"])
async def test_of_a_review_that_says_nothing_github_is_asked_what_it_says(state: str) -> None:
    stage = staged()

    await told(review(state, by=ADMIN, commit=COMMIT), stage)

    assert stage.pulls.asked_reviews == []
