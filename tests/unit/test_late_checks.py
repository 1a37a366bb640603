"""Checks that judge, and fail late for a cause of their own: the run stays at its gate until they pass."""

import json
from dataclasses import replace
from typing import Any, Final

import pytest
from msgspec import structs

from bot.application.announcing import say_changed
from bot.application.asked import Approve
from bot.application.check_words import failing as said_of
from bot.application.checking import note_checks
from bot.application.coding import finish_code
from bot.application.commands import handle
from bot.application.fact_words import told
from bot.application.notifying import look
from bot.application.refusal_words import refusal
from bot.application.remark_words import outcome, title, warning
from bot.check_records import OthersCheck
from bot.domain import checks, vouching
from bot.domain import events as e
from bot.domain.checks import ChecksFail
from bot.domain.states import State
from bot.records import Commit
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ADMIN,
    ADMIN_APPROVAL,
    BEGAN,
    BRANCH,
    CHANGE,
    COMMIT,
    DEVELOPER,
    ID,
    OPENED_AT,
    PULL,
    REQUESTER,
    SHOP,
    SPEC,
    SUMMARY,
    TREE,
    UP_FOR_REVIEW,
    History,
    integration,
    kept,
    turn,
)

LINT: Final = OthersCheck(id=71, name="lint", status="completed", conclusion="failure")
GREEN: Final = replace(LINT, conclusion="success")
SAYS: Final = kept(json.dumps({"checks": [{"name": "lint"}], "more": 0}))
REMARKED: Final = kept(
    json.dumps({"checks": [], "more": 0, "remarks": [{"code": "tests_changed", "paths": ["t.py"]}]})
)
JUDGED: Final[History] = tuple(
    structs.replace(each, tester="checks")
    if each is SPEC
    else structs.replace(each, report=REMARKED, remarks=("tests_changed",))
    if isinstance(each, e.TestsPassed)
    else each
    for each in UP_FOR_REVIEW
)
RED: Final = e.ChecksFailed(head=COMMIT, failing=(71,), said=SAYS)
BACK: Final[History] = (*JUDGED, RED, e.SentBackByChecks(attempt=2), turn(4))
LEFT: Final = e.CodeGenerated(attempt=2, change=CHANGE, files=1, summary=SUMMARY)
DISPUTED: Final = e.ChecksDisputed(head=COMMIT, remarks=("tests_changed",))
AT_THE_GATE: Final[History] = (
    *BACK,
    LEFT,
    DISPUTED,
    e.CommitMade(head=COMMIT, tree=""),
    e.PullRequestDescribed(head=COMMIT, shown_at=OPENED_AT),
    e.CheckOpened(check=31, head=COMMIT),
)


def staged(*found: OthersCheck, history: History = AT_THE_GATE) -> Stage:
    """What GitHub holds where these checks ran on the commit at the gate."""
    stage = Stage()
    stage.log.holds(history)
    stage.branches.heads[BRANCH] = Commit(sha=COMMIT, tree=TREE)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    stage.checks.others = {COMMIT: list(found or [LINT])}
    return stage


def new(stage: Stage, history: History = AT_THE_GATE) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


async def test_what_a_reader_of_ours_goes_on_finding_keeps_nobody_from_approving_what_its_judges_passed() -> (
    None
):
    stage = staged(replace(LINT, name="Claude review", is_ours=True), GREEN, history=JUDGED)

    await note_checks(ID, COMMIT, key="k", world=stage.world)

    assert new(stage, JUDGED) == []
    assert not stage.log.integration().is_red


async def approves(stage: Stage, **given: Any) -> Any:
    asked = Approve(by=ADMIN, repository=SHOP, integration_id=ID, **given)
    return await handle(asked, key="d-1", door="github", world=stage.world)


async def test_what_the_model_leaves_as_it_passed_goes_back_to_its_gate() -> None:
    stage = staged(history=BACK)

    standing = await finish_code(stage.world, ID, key="k1")

    assert standing == ["reviewing", None, "checks"]
    assert new(stage, BACK) == ["CodeGenerated", "ChecksDisputed"]
    it = stage.log.integration()
    assert (it.remarks, it.passed, it.is_red) == (("tests_changed",), 8, True)
    assert it.checks is not None
    assert it.checks.left == "disputed"


@pytest.mark.parametrize(
    "history",
    [
        UP_FOR_REVIEW,
        JUDGED,
        tuple(structs.replace(each, tester="sandbox") if hasattr(each, "tester") else each for each in BACK),
        (*BACK, e.ToolsRun(attempt=2, turn=4, results=kept("[]"), change=kept("other"))),
        (*BACK, LEFT, e.TestsFailed(attempt=2, report=SAYS, ended="exited"), e.RepairStarted(attempt=3)),
    ],
)
def test_nothing_else_goes_there_without_being_judged(history: History) -> None:
    assert checks.dispute(integration(history), remarks=()) == []


def test_nor_does_what_a_person_sent_back_or_a_base_that_moved() -> None:
    wish = e.ChangesRequested(by=DEVELOPER, attempt=2, said=SAYS, head=COMMIT, change=CHANGE)
    moved = e.BaseMoved(attempt=2, base_commit="b" * 40, head=COMMIT, change=CHANGE)

    assert not checks.is_disputed(integration((*JUDGED, RED, wish)))
    assert not checks.is_disputed(integration((*JUDGED, RED, moved)))


def test_without_a_report_known_it_goes_back_all_the_same() -> None:
    assert integration((*JUDGED, DISPUTED)).state is State.REVIEWING


async def test_run_again_and_failing_again_it_is_not_sent_back_once_more() -> None:
    stage = staged(replace(LINT, id=74))

    await note_checks(ID, COMMIT, key="d-2", world=stage.world)

    assert new(stage) == ["ChecksFailed"]
    it = stage.log.integration()
    assert (it.waiting_for, it.checks and it.checks.left) == ("approval", "disputed")


async def test_nobody_approves_what_its_judges_fail() -> None:
    stage = staged()

    with pytest.raises(ChecksFail) as refused:
        await approves(stage)

    assert new(stage) == []
    assert refusal(refused.value) == (
        f"Checks fail on `{COMMIT[:7]}`, and here they are what judges a change, so I cannot merge it yet. "
        "Have it run again on GitHub, where its cause lies elsewhere; `/claude changes <what>` sends the "
        "change back. Once none of them fails, approve it again."
    )


async def test_whoever_approves_what_passes_by_now_is_heard_before_github_has_told() -> None:
    stage = staged(GREEN)

    it = await approves(stage)

    assert new(stage) == ["ChecksPassed", "Approved"]
    assert it.approved


async def test_a_status_that_fails_later_is_heard_where_checks_judge() -> None:
    stage = staged(GREEN, history=JUDGED)
    stage.checks.states = {COMMIT: [replace(LINT, id=90, name="ci/old", is_run=False)]}

    await note_checks(ID, COMMIT, key="d-3", world=stage.world)

    assert new(stage, JUDGED) == ["ChecksFailed", "SentBackByChecks"]


def test_where_the_sandbox_judges_people_may_approve_all_the_same() -> None:
    it = integration((*UP_FOR_REVIEW, structs.replace(RED, left="rounds")))

    assert vouching.approve(it, ADMIN_APPROVAL, alone=False, now=BEGAN) == [ADMIN_APPROVAL]


async def test_people_are_told_what_may_be_done() -> None:
    stage = staged()
    await say_changed(stage.log.integration(), stage.world)
    _, view = await look(stage.world, ID)

    [comment] = stage.comments.on(PULL)
    assert comment.endswith(
        f"@{REQUESTER.login}, checks failed on `{COMMIT[:7]}`, and I changed nothing: the description says "
        "what I make of that. It waits. Have it run again on GitHub, where its cause lies elsewhere; "
        "`/claude changes <what>` sends the change back. Once no check fails it can be approved."
    )
    assert said_of(view) == [
        f"**Checks fail** on `{COMMIT[:7]}`: `lint`. I found nothing to change for that: the description "
        "says what I make of it. The commit had passed before. Have it run again on GitHub, where its cause "
        "lies elsewhere; `/claude changes <what>` sends the change back. These checks judge here: it can be "
        "approved once none of them fails."
    ]
    assert told(DISPUTED) == (
        f"the model found nothing to change: `{COMMIT[:7]}` went back to its gate as it was"
    )


# --- what was changed since it was at its gate, and fails -----------------------------------------------

WISH: Final = e.ChangesRequested(by=DEVELOPER, attempt=2, said=SAYS, head=COMMIT, change=CHANGE)
NEWER: Final = "4e" * 20
OTHER: Final = kept(json.dumps({"files": {}, "is": "another"}))
FAILS: Final[History] = (
    e.ToolsRun(attempt=2, turn=4, results=kept("[]"), change=OTHER),
    e.CodeGenerated(attempt=2, change=OTHER, files=2, summary=SUMMARY),
    e.CommitMade(head=NEWER, tree=""),
    e.BranchMoved(head=NEWER),
    e.PullRequestDescribed(head=NEWER, shown_at=OPENED_AT),
    e.TestsFailed(attempt=2, report=SAYS, ended="exited"),
    e.RepairStarted(attempt=3),
    turn(5),
)
WISHED: Final[History] = (*JUDGED, WISH, *FAILS)
RED_AGAIN: Final = structs.replace(RED, head=NEWER, left="disputed")
LEFT_FAILING: Final[History] = (
    *WISHED,
    e.CodeGenerated(attempt=3, change=OTHER, files=0, summary=SUMMARY),
    RED_AGAIN,
    e.ChecksDisputed(head=NEWER),
    e.CommitMade(head=NEWER, tree=""),
    e.PullRequestDescribed(head=NEWER, shown_at=OPENED_AT),
    e.CheckOpened(check=32, head=NEWER),
)


@pytest.mark.parametrize("history", [WISHED, (*JUDGED, RED, e.SentBackByChecks(attempt=2), *FAILS)])
async def test_what_was_changed_at_the_gate_and_is_left_failing_goes_back_to_it(history: History) -> None:
    stage = staged(history=history)
    stage.checks.others = {NEWER: [LINT]}

    standing = await finish_code(stage.world, ID, key="k1")

    assert standing == ["reviewing", None, "checks"]
    assert stage.log.events()[-2:] == [RED_AGAIN, e.ChecksDisputed(head=NEWER)]
    it = stage.log.integration()
    assert (it.is_unpassed, it.is_red, it.approved) == (True, True, False)


async def test_where_nothing_of_it_fails_by_then_it_is_judged_again() -> None:
    stage = staged(history=WISHED)
    stage.checks.others = {NEWER: [GREEN]}

    assert await finish_code(stage.world, ID, key="k1") == ["testing", None, "checks"]

    assert new(stage, WISHED) == ["JudgedAgain", "CodeGenerated"]


@pytest.mark.parametrize(
    "history",
    [
        (*JUDGED[:-6], *FAILS),
        tuple(
            structs.replace(each, tester="sandbox") if hasattr(each, "tester") else each for each in WISHED
        ),
        (*WISHED, e.ToolsRun(attempt=3, turn=5, results=kept("[]"), change=CHANGE)),
        (*WISHED[:-3], structs.replace(FAILS[-3], remarks=("tests_changed",)), *WISHED[-2:]),
        LEFT_FAILING,
    ],
    ids=["never at its gate", "sandbox", "changed once more", "remarks", "there already"],
)
def test_all_else_that_is_left_failing_ends_or_goes_on(history: History) -> None:
    left = checks.leave(integration(history), files=1, summary=SUMMARY, failed=[71], said=SAYS)

    assert left == []


async def test_nobody_approves_what_no_judge_has_passed() -> None:
    stage = staged(history=LEFT_FAILING)
    stage.pulls.has(PULL, BRANCH, NEWER)
    stage.checks.others = {NEWER: [LINT]}

    with pytest.raises(ChecksFail):
        await approves(stage)

    assert new(stage, LEFT_FAILING) == []


@pytest.mark.parametrize(
    ("found", "facts"),
    [
        ([GREEN], ["JudgedAgain", "CodeGenerated"]),
        ([GREEN, replace(LINT, id=72, name="unit", conclusion="cancelled")], []),
        ([GREEN, replace(LINT, id=72, name="unit", status="queued", conclusion=None)], []),
        ([], []),
    ],
)
async def test_it_is_judged_again_once_every_one_of_its_judges_is_content(
    found: list[OthersCheck], facts: list[str]
) -> None:
    stage = staged(history=LEFT_FAILING)
    stage.checks.others = {NEWER: found}

    for key in ("d-1", "d-2"):
        await note_checks(ID, NEWER, key=key, world=stage.world)

    assert new(stage, LEFT_FAILING) == facts


def test_what_has_passed_is_not_judged_again() -> None:
    assert checks.judge_again(integration(AT_THE_GATE), head=COMMIT) == []
    assert checks.judge_again(integration(LEFT_FAILING), head=COMMIT) == []


async def test_people_are_told_that_it_fails_and_what_may_be_done() -> None:
    stage = staged(history=LEFT_FAILING)
    await say_changed(stage.log.integration(), stage.world)
    _, view = await look(stage.world, ID)

    [comment] = stage.comments.on(PULL)
    assert comment.endswith(
        f"@{DEVELOPER.login}, I changed it: `{NEWER[:7]}`. Checks fail on it, and I found nothing more to "
        "change for that: the description says what I make of it. It waits. Have it run again on GitHub, "
        "where its cause lies elsewhere; `/claude changes <what>` sends the change back. Once no check fails "
        "it is judged again, and can be approved."
    )
    [said] = said_of(view)
    assert "No commit with this change has passed." in said
    assert (outcome(view.tested), title(view.tested)) == ("**failed**", "Checks fail")
    [warned] = warning(view.tested)
    assert warned.startswith("**Checks fail on this commit**")
