"""What failed is tried again: from where, with what, by whom, and what is refused instead."""

import asyncio
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from msgspec import structs

from bot.application import steps
from bot.application.asked import Retry
from bot.application.coding import coding_question
from bot.application.commands import handle, note_closed
from bot.application.publishing import branch_of, create_pull_request
from bot.application.refusal_words import NO_RETRY, refusal
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import CannotRetry, Denied, NotAllowed, Rules, TooManyUnderWay
from bot.domain.retiring import roll_back
from bot.domain.reviving import best_from, good_from, retry
from bot.domain.states import State
from bot.records import Actor, Start, StepFailed
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ADMIN_APPROVAL,
    AGREED,
    ASKED,
    BASE,
    CHANGE,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ID,
    ISSUE,
    MERGED,
    PULL,
    REPORT,
    REQUEST,
    REQUESTER,
    SENT_BACK,
    SHOP,
    SPEC,
    TAKEN_UP,
    TESTED,
    UP_FOR_REVIEW,
    VIEWER,
    WISH,
    WORKED,
    WRITTEN,
    History,
    failed,
    integration,
    kept,
    turn,
)
from tests.unit.test_handlers import says as spoken

RED: History = (*WRITTEN, e.TestsFailed(attempt=1, report=REPORT, ended="exited"))
DONE = e.UndoFinished()
REVERTED = e.StepUndone(step="deploy", outcome="undone", what="reverted:13")
LEFT_OPEN = e.StepUndone(step="deploy", outcome="needs_person", what="revert_opened:13")
IN_CONFLICT = e.StepUndone(step="deploy", outcome="needs_person", what="revert_conflicts")
MERGED_IN_BETWEEN: History = (*UP_FOR_REVIEW, ADMIN_APPROVAL, e.Released(head=COMMIT), WISH)
ROLLED_BACK: History = (*ACTIVE, *roll_back(integration(ACTIVE), by=ADMIN, why=kept("Prices are wrong.")))


def over(*history: e.Event, reason: str = "cancelled", during: State, detail: str = "") -> History:
    """It failed in that state, and was taken back."""
    return (*failed(*history, reason=reason, during=during, detail=detail), DONE)


TESTS = over(*RED, reason="tests", during=State.TESTING)
LEFT: History = (*RED, e.RepairStarted(attempt=2), turn(4))
DISPUTED = over(*LEFT, reason="tests_disputed", during=State.GENERATING, detail=kept("The tests are wrong."))
AT_THE_GATE = over(*UP_FOR_REVIEW, during=State.REVIEWING)


def deployed_in_vain(undone: e.StepUndone) -> History:
    return (*failed(*DEPLOYING, reason="deployment", during="deploying", detail="failure"), undone, DONE)


def again(history: History, state: State, **changed: Any) -> History:
    it = integration(history)
    return (*history, e.Retried(by=DEVELOPER, state=state, attempt=it.attempt + 1, **changed))


def asked(by: Actor = DEVELOPER, wanted: State | None = None) -> Retry:
    return Retry(by=by, repository=SHOP, integration_id=ID, wanted=wanted)


def staged(history: History) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    return stage


async def says(stage: Stage, wanted: Retry, *, key: str = "delivery-1") -> Integration:
    return await handle(wanted, key=key, door="github", world=stage.world)


async def refused(stage: Stage, wanted: Retry) -> CannotRetry:
    before = len(stage.log.events())
    with pytest.raises(CannotRetry) as no:
        await says(stage, wanted)
    assert len(stage.log.events()) == before
    return no.value


# --- from where -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "best", "good"),
    [
        (over(*TAKEN_UP, during=State.VALIDATING), "validating", ["validating"]),
        (over(REQUEST, during=State.DRAFT), "validating", ["validating"]),
        (over(*WORKED, during=State.GENERATING), "generating", ["validating", "generating"]),
        (TESTS, "generating", ["validating", "generating", "testing"]),
        (DISPUTED, "generating", ["validating", "generating", "testing"]),
        (over(*WRITTEN, during=State.TESTING), "testing", ["validating", "generating", "testing"]),
        (AT_THE_GATE, "testing", ["validating", "generating", "testing"]),
        (
            over(*UP_FOR_REVIEW, reason="not_mergeable", during=State.DEPLOYING),
            "validating",
            ["validating", "generating", "testing"],
        ),
        (deployed_in_vain(REVERTED), "generating", ["validating", "generating", "testing"]),
        ((*ROLLED_BACK, REVERTED, DONE), "generating", ["validating", "generating", "testing"]),
    ],
)
def test_where_and_why_it_failed_says_from_where(history: History, best: str, good: list[str]) -> None:
    it = integration(history)

    assert (best_from(it), list(good_from(it))) == (best, good)


async def test_somebody_may_choose_among_what_is_still_good() -> None:
    it = await says(staged(TESTS), asked(wanted=State.TESTING))

    assert (it.state, it.retried) == (State.TESTING, e.Retried(by=DEVELOPER, state="testing", attempt=2))


async def test_what_the_model_left_as_it_is_is_tested_again_with_all_that_was_said() -> None:
    it = await says(staged(DISPUTED), asked(wanted=State.TESTING))

    before = integration(DISPUTED)
    assert (it.state, it.change, it.talk) == (State.TESTING, CHANGE, before.talk)
    assert [kind for kind, _ in it.talk[-2:]] == ["report", "answer"]


@pytest.mark.parametrize("wanted", [State.TESTING, State.DEPLOYING, State.ACTIVE])
async def test_from_beyond_that_it_is_refused_with_what_is_possible(wanted: State) -> None:
    no = await refused(staged(over(*WORKED, during=State.GENERATING)), asked(wanted=wanted))

    assert refusal(no) == (
        f"From **{wanted}** it cannot be tried again. Possible: `/claude retry from validating`, "
        "`/claude retry from generating`."
    )


# --- who, and whether -----------------------------------------------------------------------------


async def test_it_takes_the_right_to_write() -> None:
    stage = staged(TESTS)

    with pytest.raises(NotAllowed):
        await says(stage, asked(VIEWER))

    assert len(stage.log.events()) == len(TESTS)


@pytest.mark.parametrize(
    ("history", "why"),
    [
        (UP_FOR_REVIEW, "not_failed"),
        (ACTIVE, "not_failed"),
        (failed(*RED), "not_settled"),
        (over(*UP_FOR_REVIEW, reason="rejected", during=State.REVIEWING), "rejected"),
        (over(*TAKEN_UP, reason="refused", during=State.VALIDATING), "refused"),
        (over(*UP_FOR_REVIEW, reason="merged_by_hand", during=State.REVIEWING), "merged_by_hand"),
        (deployed_in_vain(IN_CONFLICT), "still_merged"),
        ((*failed(*MERGED_IN_BETWEEN, MERGED[-1], reason="cancelled"), IN_CONFLICT, DONE), "still_merged"),
    ],
)
async def test_what_is_not_tried_again_is_refused_and_said(history: History, why: str) -> None:
    no = await refused(staged(history), asked())

    assert no.why == why
    assert refusal(no) == NO_RETRY.get(why, refusal(no)) != ""


async def test_what_is_spent_counts_on() -> None:
    costly = structs.replace(turn(9), micro_usd=5_000_000)

    no = await refused(staged(over(*WORKED, costly, during=State.GENERATING)), asked())

    assert refusal(no).startswith("It has used up its dollars. `/claude budget +<dollars>` allows it more;")


async def test_so_does_the_time_but_not_while_nothing_was_done() -> None:
    short = (structs.replace(REQUEST, minutes=1), *over(*WORKED, during=State.GENERATING)[1:])
    stage = staged(short)
    stage.clock.time = stage.log.streams[ID][-1].at.replace(year=2027)

    await says(stage, asked())

    slow = (structs.replace(REQUEST, minutes=0), *short[1:])
    assert (await refused(staged(slow), asked())).what == "minutes"


async def test_the_month_of_the_repository_counts() -> None:
    stage = staged(TESTS)
    stage.rules = replace(Rules(), monthly_micro_usd=1)

    with pytest.raises(StepFailed, match="monthly_budget"):
        await says(stage, asked())


async def test_it_counts_among_those_that_are_under_way() -> None:
    stage = staged(TESTS)
    stage.rules = replace(Rules(), under_way=0)

    with pytest.raises(TooManyUnderWay):
        await says(stage, asked())


@pytest.mark.parametrize("merged", [False, True])
async def test_what_is_merged_still_has_to_be_reverted_first(merged: bool) -> None:  # noqa: FBT001  drawn by name
    stage = staged(deployed_in_vain(LEFT_OPEN))
    stage.pulls.has(13, "claude/revert", COMMIT, state="closed" if merged else "open", merged=merged)

    if merged:
        assert (await says(stage, asked())).state is State.GENERATING
    else:
        assert "Merge its revert, #13" in refusal(await refused(stage, asked()))


@pytest.mark.parametrize("text", [REQUEST.request, CHANGE])
async def test_what_was_deleted_is_not_gone_on_from(text: str) -> None:
    stage = staged(TESTS)
    del stage.blobs.contents[text]

    with pytest.raises(StepFailed, match="forgotten"):
        await says(stage, asked())


async def test_from_the_start_only_the_request_is_needed() -> None:
    stage = staged(TESTS)
    del stage.blobs.contents[CHANGE]

    assert (await says(stage, asked(wanted=State.VALIDATING))).state is State.VALIDATING


# --- once -----------------------------------------------------------------------------------------


async def test_a_saga_of_its_own_commits_with_the_fact() -> None:
    stage = staged(TESTS)

    await says(stage, asked())

    start = Start(
        queue="saga",
        workflow="integration_saga_v1",
        id=f"int-{ID}.2",
        args=(ID, str(SHOP.id), str(SHOP.installation_id)),
    )
    assert [each for each in stage.log.follow_ups if getattr(each, "queue", "") != "notify"] == [start]


async def test_many_at_once_begin_one_life() -> None:
    stage = staged(TESTS)

    lives = await asyncio.gather(*(says(stage, asked(), key=f"delivery-{n}") for n in range(4)))
    later = await says(stage, asked(wanted=State.VALIDATING), key="later")

    assert {it.life for it in (*lives, later)} == {2}
    assert len(stage.log.events()) == len(TESTS) + 1


def test_of_two_who_found_it_failed_the_second_changes_nothing() -> None:
    wish = e.Retried(by=DEVELOPER, state="generating", attempt=2)

    assert retry(integration(again(TESTS, State.GENERATING)), wish) == []
    with pytest.raises(Denied):
        retry(integration(ACTIVE), wish)
    with pytest.raises(Denied):
        retry(integration(failed(*RED)), wish)
    with pytest.raises(Denied):
        retry(integration((*again(TESTS, State.GENERATING), *failed(), DONE)), wish)


# --- what a further life has ----------------------------------------------------------------------


def test_approvals_and_what_was_made_stay_behind() -> None:
    before = integration((*over(*SENT_BACK, during=State.GENERATING),))

    it = integration(again(over(*SENT_BACK, during=State.GENERATING), State.GENERATING))

    assert (it.approvals, it.pull_request, it.branch, it.commit, it.check, it.reason) == (
        (),
        None,
        "",
        "",
        None,
        None,
    )
    assert (it.tokens, it.micro_usd, it.turns, it.life) == (before.tokens, before.micro_usd, before.turns, 2)
    assert (it.requested_by, it.spec, it.base_commit, it.change) == (
        before.requested_by,
        before.spec,
        BASE,
        CHANGE,
    )
    assert branch_of(it) == f"claude/{ISSUE}-{ID}.2"


def test_from_the_start_the_answers_are_kept_and_nothing_else() -> None:
    history = (*ASKED, e.Answered(by=DEVELOPER, text=kept("the new one")), *AGREED[-2:])

    it = integration(again(over(*history, during=State.GENERATING), State.VALIDATING))

    assert (len(it.exchanges), it.rounds, it.spec, it.talk, it.base_commit) == (1, 0, "", (), "")


@pytest.mark.parametrize(
    ("history", "state", "kinds"),
    [
        (over(*WORKED, during=State.GENERATING), State.GENERATING, ["answer", "results"]),
        (TESTS, State.GENERATING, ["answer", "results", "answer", "report"]),
        (TESTS, State.TESTING, ["answer", "results", "answer"]),
        (AT_THE_GATE, State.GENERATING, ["answer", "results", "answer", "again"]),
        (
            over(*SENT_BACK, during=State.GENERATING),
            State.GENERATING,
            ["answer", "results", "answer", "changes"],
        ),
        (over(*WORKED, reason="no_progress", during=State.GENERATING), State.GENERATING, []),
        (over(*AGREED, during=State.GENERATING), State.GENERATING, []),
    ],
)
async def test_the_conversation_goes_on_where_the_model_is_to_answer(
    history: History, state: State, kinds: list[str]
) -> None:
    it = await says(staged(history), asked(wanted=state))

    assert [kind for kind, _ in it.talk] == kinds


async def test_the_model_is_told_why_what_it_had_finished_came_to_nothing() -> None:
    stage = staged((*ROLLED_BACK, REVERTED, DONE))
    stage.sources = FakeSources(files={BASE: {}})

    it = await says(stage, asked())

    question = json.dumps(list(map(dict, (await coding_question(stage.world, it)).messages)))
    assert "Somebody who may deploy rolled it back." in question
    assert "Prices are wrong." in question


def test_who_committed_by_hand_is_still_not_the_only_approver() -> None:
    shared = structs.replace(SENT_BACK[-1], shared=True, authors=(2,))

    it = integration(again(over(*SENT_BACK[:-1], shared, during=State.GENERATING), State.GENERATING))

    assert (it.authors, it.shared) == ((2,), False)


async def test_the_saga_begins_where_it_is_tried_again_from() -> None:
    stage = staged(again(TESTS, State.TESTING))

    assert await steps.begin(stage.world, ID, key="int:1") == ["testing", None]


async def test_its_commit_and_its_branch_are_new() -> None:
    history = (*again(AT_THE_GATE, State.TESTING), *TESTED[-1:])
    stage = staged(history)
    stage.effects.known = {f"commit:{ID}:{CHANGE}": f"{COMMIT} tree", f"branch:{ID}:{COMMIT}": COMMIT}

    for n in range(2):
        await create_pull_request(stage.world, ID, key=f"int:{n}")

    assert len(stage.branches.made) == 1
    assert stage.branches.created == [f"claude/{ISSUE}-{ID}.2"]
    assert f"Integration: {ID}.2" in stage.branches.made[0][2]


async def test_what_happens_to_the_earlier_pull_request_does_not_stop_it() -> None:
    stage = staged(again(AT_THE_GATE, State.TESTING))

    await note_closed(ID, PULL, by=ADMIN, merged=False, key="late", world=stage.world)

    assert stage.log.integration().cancelled is None
    assert stage.log.rows[ID]["pull_request"] == PULL


# --- as it is spoken ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/claude retry", "Tried again by @developer, from **generating**."),
        (f"/claude retry {ID} from testing", "Tried again by @developer, from **testing**."),
        ("/claude retry from Validating", "Tried again by @developer, from **validating**."),
        ("/claude retry from nowhere", "Say `/claude retry`, or where from"),
        ("/claude retry please", "Say `/claude retry`, or where from"),
        ("/claude retry otherotherx", "Nothing here waits for that now."),
        ("/claude rollback otherotherx", "Nothing here waits for that now."),
    ],
)
async def test_it_is_understood_or_that_is_said(words: str, said: str) -> None:
    stage = staged(TESTS)
    stage.log.holds([structs.replace(REQUEST, issue=ISSUE + 1)], stream="otherotherx")

    [reply] = await spoken(words, stage, by=ADMIN if "rollback" in words else DEVELOPER)

    assert said in reply


def test_what_the_repository_had_said_holds_in_a_further_life() -> None:
    said = structs.replace(
        SPEC, branch="bot/{id}", labels=("a",), setup=("make deps",), sends_back=False, approvals=2
    )
    chosen = e.TestsChosen(tests=("pytest",), configured=True)
    before = integration((*TAKEN_UP, chosen, said))

    after = integration((
        *TAKEN_UP,
        chosen,
        said,
        e.IntegrationFailed(reason="no_progress", during="generating", detail=""),
        e.UndoFinished(),
        e.Retried(by=REQUESTER, state="generating", attempt=2),
    ))

    begun = integration(TAKEN_UP)
    agreed = [each.name for each in fields(before) if getattr(before, each.name) != getattr(begun, each.name)]
    lost = [name for name in agreed if getattr(after, name) != getattr(before, name)]
    assert lost == ["version"]
    told = {"labels", "setup", "sends_back", "branch_template", "approvals_needed", "tests_configured"}
    assert told < set(agreed)
