"""Another version of what runs: begun once, with nothing carried over; what runs stays until that runs."""

import asyncio
import json

import pytest
from msgspec import structs

from bot.application.asked import RequestIntegration
from bot.application.commands import handle
from bot.application.deprecating import finish, plan_of
from bot.application.lives import ending_of, is_past, saga_id
from bot.application.notifying import look
from bot.application.refusal_words import refusal
from bot.application.requesting import new_id
from bot.application.showing import request_text
from bot.application.status_words import last_word, status_comment
from bot.application.steps import standing
from bot.domain import deciding, planning
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import BeingDeprecated, CannotRetry, NothingWaits
from bot.domain.retiring import roll_back
from bot.domain.reviving import check_may_be_retried
from bot.domain.states import State
from bot.records import Actor, Commit, Start
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import comment
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ANOTHER,
    BASE,
    BETTER,
    BETTER_CHANGE,
    CONTENT,
    DEPRECATED,
    DEVELOPER,
    ID,
    ISSUE,
    OPENED_AT,
    PULL,
    QUESTION,
    REMOVED,
    RENEWED,
    REQUESTER,
    SECOND_ACTIVE,
    SECOND_PULL,
    SHOP,
    SPEC,
    TO_BE_DEPRECATED,
    TREE,
    UP_FOR_REVIEW,
    WAITS_TO_BE_REMOVED,
    History,
    failed,
    integration,
)

CAME_TO_NOTHING: History = (*failed(*RENEWED, reason="refused", during="validating"), e.UndoFinished())
ROLLED_BACK: History = (
    *SECOND_ACTIVE,
    *roll_back(integration(SECOND_ACTIVE), by=ADMIN, why=None),
    e.UndoFinished(),
)


def staged(history: History) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    return stage


async def asks(
    stage: Stage, *, by: Actor = DEVELOPER, on: int = ISSUE, base: str | None = None, key: str = "again"
) -> Integration:
    request = json.dumps({"request": f"Do it {key} and {key}", "issue_title": "ERP", "issue_body": ""})
    asked = RequestIntegration(by=by, repository=SHOP, issue=on, request=request, base=base)
    return await handle(asked, key=key, door="github", world=stage.world)


# --- begun ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", [ISSUE, PULL])
async def test_asked_for_where_one_runs_it_is_another_version_with_a_saga_of_its_own(on: int) -> None:
    stage = staged(ACTIVE)

    it = await asks(stage, on=on)

    assert (it.id, it.edition, it.life, it.requested_by, it.state) == (ID, 2, 2, DEVELOPER, State.GENERATING)
    assert (it.spec, it.approvals, it.merged, it.asked_base) == ("", (), "", "main")
    assert (it.micro_usd_allowed - it.micro_usd, it.turns_allowed - it.turns) == (5_000_000, 60)
    [start] = [each for each in stage.log.follow_ups if isinstance(each, Start) and each.queue == "saga"]
    assert (start.id, saga_id(it)) == (f"int-{ID}.2", f"int-{ID}.2")


async def test_a_delivery_that_is_handled_again_begins_nothing_more() -> None:
    stage = staged(ACTIVE)

    first, again = await asks(stage), await asks(stage)

    assert (first.version, stage.log.integrations) == (again.version, [ID])


async def test_of_two_at_once_one_is_the_version_and_the_other_its_own() -> None:
    stage = staged(ACTIVE)

    await asyncio.gather(*(asks(stage, key=key) for key in ("one", "two")))

    assert [type(fact) for fact in stage.log.events()].count(e.VersionRequested) == 1
    assert len(stage.log.integrations) == 2


async def test_somebody_who_was_faster_has_the_version() -> None:
    stage = staged(ACTIVE)
    stage.log.meanwhile.append(lambda: stage.log.holds((ANOTHER,)))

    assert (await asks(stage)).id == new_id("again")


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, RENEWED, failed(*UP_FOR_REVIEW), DEPRECATED])
async def test_where_none_runs_or_one_is_under_way_it_is_an_integration_of_its_own(history: History) -> None:
    stage = staged(history)

    assert (await asks(stage)).id == new_id("again")
    assert stage.log.events() == list(history)


async def test_on_another_branch_it_is_one_of_its_own() -> None:
    assert (await asks(staged(ACTIVE), base="other")).id == new_id("again")
    assert (await asks(staged(ACTIVE), base="main")).id == ID


@pytest.mark.parametrize(
    ("history", "said"), [((*ACTIVE, TO_BE_DEPRECATED), "follows."), (WAITS_TO_BE_REMOVED, "close #14")]
)
async def test_no_version_follows_on_what_is_being_taken_out(history: History, said: str) -> None:
    with pytest.raises(BeingDeprecated) as refused:
        await asks(staged(history))

    assert said in refusal(refused.value)


async def test_the_answer_says_which_version_it_becomes() -> None:
    stage = staged(ACTIVE)
    asked = comment("/claude integrate refunds, too", by=DEVELOPER, on=ISSUE)

    await GITHUB["issue_comment.created"](asked, Context(world=stage.world, key="k"))

    assert any("This becomes v2." in body and "v1 stays in use" in body for body in stage.comments.on(ISSUE))


# --- validated where it is to be written ------------------------------------------------------------------


def test_its_request_is_validated_first_though_it_counts_as_being_written() -> None:
    it = integration(RENEWED)

    assert (it.state, it.stage, standing(it)) == (State.GENERATING, State.VALIDATING, ["validating", None])
    with pytest.raises(NothingWaits):
        deciding.generate(it, files=1, summary="")
    asked = integration((*RENEWED, *deciding.ask(it, questions=QUESTION, most=3)))
    assert (asked.waiting_for, standing(asked)) == ("answer", ["validating", "answer"])
    agreed = integration((*RENEWED, *deciding.validate(it, SPEC)))
    assert standing(agreed) == ["generating", None]


def test_a_plan_for_it_waits_for_approval_like_any() -> None:
    proposed = e.PlanProposed(spec=SPEC.spec, demanded=True, survey="", passed=None)
    history = (*RENEWED, *planning.propose(integration(RENEWED), proposed))
    shown = integration((*history, e.PlanShown(spec=SPEC.spec, shown_at=OPENED_AT)))

    assert (shown.state, shown.waiting_for) == (State.GENERATING, "plan_approval")
    with pytest.raises(NothingWaits):
        deciding.validate(shown, SPEC)


async def test_the_model_is_told_what_runs_already_as_long_as_that_is_kept() -> None:
    stage = staged(RENEWED)

    told = await request_text(stage.world, stage.log.integration())

    assert ("send invoices" in told, "refunds, too" in told) == (True, True)
    stage.blobs.contents.pop(integration(ACTIVE).request)
    assert "refunds, too" in await request_text(stage.world, stage.log.integration())


# --- came to nothing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("history", [CAME_TO_NOTHING, ROLLED_BACK])
def test_what_ran_before_runs_then_and_what_was_spent_counts_on(history: History) -> None:
    it, first = integration(history), integration(ACTIVE)

    assert (it.state, it.edition, it.life, it.pull_request) == (State.ACTIVE, 1, 1, PULL)
    assert (it.merged, it.deployment, it.approvals) == (first.merged, first.deployment, first.approvals)
    assert (it.newer is not None, it.turns_allowed, it.ended) == (True, ANOTHER.turns, True)


def test_what_came_to_nothing_is_not_taken_back_twice_nor_what_runs_with_it() -> None:
    it = integration(CAME_TO_NOTHING)

    assert deciding.fail(it, reason="internal", detail="") == []
    assert deciding.undo(it, step="deploy", outcome="nothing", what="") == []
    assert deciding.finish_undo(it) == deciding.break_off(it) == deciding.give_up_undo(it) == []
    assert deciding.fail(integration(RENEWED), reason="refused", detail="") == [
        e.IntegrationFailed(reason="refused", during="validating", detail="")
    ]


def test_a_version_after_it_has_a_life_and_a_number_of_its_own() -> None:
    it = integration((*CAME_TO_NOTHING, ANOTHER))

    assert (it.edition, it.life, it.before is not None and it.before.newer) == (3, 3, None)
    assert [is_past(f"int-{ID}{nth}", it) for nth in ("", ".2", ".3")] == [True, True, False]
    assert is_past(f"int-{ID}.2", integration(CAME_TO_NOTHING))


def test_it_is_not_tried_again_but_asked_for_anew() -> None:
    with pytest.raises(CannotRetry) as refused:
        check_may_be_retried(integration(CAME_TO_NOTHING), is_over_time=False)

    assert "v2 came to nothing" in refusal(refused.value)


def test_each_end_has_a_name_of_its_own() -> None:
    ends = [ending_of(integration(each)) for each in (ACTIVE, CAME_TO_NOTHING, SECOND_ACTIVE, ROLLED_BACK)]

    assert ends == [ID, f"{ID}.2", f"{ID}.2", f"{ID}.2:rolled_back"]


# --- shown ------------------------------------------------------------------------------------------------


async def test_people_see_the_version_and_what_runs_meanwhile() -> None:
    _, view = await look(staged(RENEWED).world, ID)

    said = status_comment(view)
    assert f"### Integration `{ID}` v2: generating" in said
    assert "Asked for by @developer." in said
    assert "**v1 stays in use** meanwhile: #12." in said
    assert [(step.name, step.mark) for step in view.steps][:2] == [
        ("validate_request", "running"),
        ("generate_code", "todo"),
    ]


async def test_people_are_told_that_what_ran_runs() -> None:
    _, view = await look(staged(CAME_TO_NOTHING).world, ID)

    assert f"### Integration `{ID}` v2: failed (v1 is active)" in status_comment(view)
    assert "**Failed** in “Validate the request” (`refused`)" in last_word(view)
    assert "**v1 stays active**: #12." in last_word(view)
    _, view = await look(staged(ROLLED_BACK).world, ID)
    assert "v2 has been **rolled back**" in last_word(view)


async def test_what_is_still_merged_of_it_is_said() -> None:
    left = e.StepUndone(step="deploy", outcome="needs_person", what="revert_opened:15")
    history = (*ROLLED_BACK[:-1], left, e.UndoFinished())

    _, view = await look(staged(history).world, ID)

    assert "What v2 merged is still there, until a person takes it back." in last_word(view)


async def test_of_what_is_not_two_versions_nothing_is_said() -> None:
    for history in (ACTIVE, SECOND_ACTIVE, DEPRECATED, UP_FOR_REVIEW):
        _, view = await look(staged(history).world, ID)
        assert "stays" not in status_comment(view)


# --- taken out --------------------------------------------------------------------------------------------


async def test_all_versions_are_taken_out_together() -> None:
    second = tuple(
        structs.replace(fact, change=BETTER_CHANGE)
        if isinstance(fact, (e.CodeGenerated, e.ToolsRun)) and number > len(RENEWED)
        else structs.replace(fact, base_commit="b" * 40)
        if fact == SPEC and number > len(RENEWED)
        else fact
        for number, fact in enumerate(SECOND_ACTIVE)
    )
    stage = staged(second)
    stage.branches.heads["main"] = Commit(sha="a" * 40, tree=TREE)
    stage.sources = FakeSources(
        files={
            BASE: {},
            "b" * 40: {"shop/erp.py": CONTENT.encode()},
            "a" * 40: {"shop/erp.py": BETTER.encode()},
        }
    )

    plan = await plan_of(stage.log.integration(), stage.world)

    assert [(edit.path, edit.content) for edit in plan.edits] == [("shop/erp.py", None)]
    assert (plan.left, [each.pull_request for each in stage.log.integration().versions]) == (
        (),
        [SECOND_PULL, PULL],
    )


async def test_the_deployments_of_all_versions_are_marked() -> None:
    second = tuple(
        structs.replace(fact, deployment=52) if isinstance(fact, e.DeploymentCreated) and at > 40 else fact
        for at, fact in enumerate(SECOND_ACTIVE)
    )
    stage = staged((*second, *REMOVED[len(ACTIVE) :]))

    await finish(stage.world, ID, "", key="1")

    assert set(stage.deployments.states) == {
        each.deployment for each in integration(second).versions if each.deployment is not None
    }


def test_who_asked_for_the_version_cannot_be_its_only_approver() -> None:
    assert integration(SECOND_ACTIVE).requested_by == DEVELOPER
    assert integration(ROLLED_BACK).requested_by == REQUESTER
