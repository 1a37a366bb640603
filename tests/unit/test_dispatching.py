"""Deployment by dispatch: once, over what was merged, and as GitHub says that it went."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from bot.application import dispatch_words, dispatching, steps, undoing
from bot.application.configuration import PATH
from bot.application.notifying import look
from bot.application.reminder_words import reminder
from bot.application.reminding import find_quiet, remind_of
from bot.application.validating import survey_repository
from bot.application.views import view_of
from bot.domain import deploying
from bot.domain import dispatching as deciding
from bot.domain import events as e
from bot.domain.deploying import MACHINES
from bot.domain.reminding import due
from bot.domain.states import State
from bot.records import Commit, StepFailed, Unavailable, Wake
from bot.run_records import Dispatch, Run
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, example
from tests.unit.fake_workflows import PAGE, RUN, run_of
from tests.unit.fakes import Died, Stage
from tests.unit.histories import (
    BASE,
    BRANCH,
    COMMIT,
    ID,
    MERGED,
    MERGED_FOR_A_DEVELOPER,
    MERGED_SHA,
    PULL,
    REQUEST,
    SHOP,
    SPEC,
    TAKEN_UP,
    TREE,
    History,
    integration,
    recorded,
)

NEWER = "4e3e" * 10
DEPLOY = ".github/workflows/deploy.yml"
BY_WORKFLOW = structs.replace(SPEC, way="workflow", workflow="deploy.yml", inputs=(("target", "eu"),))
SEEN = e.RunSeen(run=RUN, url=f"{PAGE}/{RUN}", head=MERGED_SHA)


def by(spec: e.RequestValidated, history: History) -> History:
    return tuple(spec if fact is SPEC else fact for fact in history)


READY: History = by(BY_WORKFLOW, MERGED)
ASKED: History = (*READY, e.WorkflowDispatched(workflow="deploy.yml", run=RUN))
UNTOLD: History = (*READY, e.WorkflowDispatched(workflow="deploy.yml", run=None))
RUNNING: History = (*ASKED, SEEN)
WENT: History = (*RUNNING, e.RunEnded(run=RUN, outcome="success"))


def staged(history: History, *there: Run) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)
    stage.branches.heads["main"] = Commit(sha=MERGED_SHA, tree=TREE)
    stage.workflows.there = list(there)
    stage.sources.files[MERGED_SHA] = {}
    return stage


async def go(stage: Stage, key: str = "k") -> steps.Standing:
    return await steps.deploy(stage.world, ID, key=key)


def new(stage: Stage, history: History) -> list[e.Event]:
    return stage.log.events()[len(history) :]


# --- what a run means -------------------------------------------------------------------------------


@pytest.mark.parametrize("conclusion", sorted(deciding.CONCLUSIONS))
def test_each_conclusion_is_an_end(conclusion: str) -> None:
    run = run_of(MERGED_SHA, conclusion=conclusion)

    assert deciding.see(integration(RUNNING), run) == [e.RunEnded(run=RUN, outcome=conclusion)]


@pytest.mark.parametrize("conclusion", ["wonderful", "", None])
def test_a_conclusion_that_nobody_knows_is_no_success(conclusion: str | None) -> None:
    assert deciding.outcome_of(run_of(MERGED_SHA, conclusion=conclusion)) == "unknown"


@pytest.mark.parametrize(
    ("status", "conclusion", "needs_person"),
    [
        ("queued", None, False),
        ("in_progress", None, False),
        ("waiting", None, True),
        ("completed", "action_required", True),
    ],
)
def test_what_has_not_ended_is_waited_for(status: str, conclusion: str | None, *, needs_person: bool) -> None:
    run = run_of(MERGED_SHA, status=status, conclusion=conclusion)

    seen = structs.replace(SEEN, needs_person=needs_person)
    assert deciding.see(integration(ASKED), run) == [seen]
    assert deciding.see(integration((*ASKED, seen)), run) == []


@pytest.mark.parametrize(
    "history",
    [
        READY,
        WENT,
        (*WENT, e.Activated()),
        (*RUNNING, e.IntegrationFailed(reason="x", during="deploying", detail="")),
        (*READY, e.WorkflowDispatched(workflow="deploy.yml", run=RUN + 1)),
    ],
    ids=["not asked for", "said", "active", "failed", "another run"],
)
def test_what_is_not_its_own_or_too_late_changes_nothing(history: History) -> None:
    assert deciding.see(integration(history), run_of(MERGED_SHA)) == []


@pytest.mark.parametrize(
    ("title", "is_its"),
    [
        (ID, True),
        (f"Deploy {ID}", True),
        (f"Deploy ({ID}), by {ID}.", True),
        (f"[{ID}] to eu", True),
        (f"Deploy:{ID}", True),
        (f"Deploy {ID}.2", False),
        (f"Deploy {ID}-2", False),
        (f"Deploy {ID}2", False),
        (f"Deploy 2{ID}", False),
        ("Deploy", False),
    ],
)
def test_a_run_bears_its_name_whatever_signs_stand_around_it(title: str, *, is_its: bool) -> None:
    run = run_of(MERGED_SHA, title=title)

    assert deciding.titled(integration(ASKED), [run]) == [run] * is_its


def test_it_was_dispatched_once() -> None:
    assert deciding.dispatch(integration(ASKED), run=RUN) == []


# --- before anything is done ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({DEPLOY: b"on: workflow_dispatch"}, None),
        ({}, "workflow_missing"),
        ({DEPLOY: b"on: push"}, "workflow_not_by_hand"),
    ],
)
async def test_it_is_looked_at_on_the_base_as_well_that_it_is_to_run_on(
    files: dict[str, bytes], code: str | None
) -> None:
    other = (structs.replace(REQUEST, base="next"), *TAKEN_UP[1:])
    stage = Stage()
    stage.log.holds(other)
    stage.branches.heads["next"] = Commit(sha=NEWER, tree=TREE)
    says = {PATH: b"test: pytest\ndeploy: {workflow: deploy.yml}\n", DEPLOY: b"on: workflow_dispatch"}
    stage.sources.files = {BASE: says, NEWER: files}

    refused = None
    try:
        await survey_repository(stage.world, ID, key="survey")
    except StepFailed as no:
        refused = no.code

    assert refused == code


# --- the dispatch -----------------------------------------------------------------------------------


async def test_it_is_dispatched_seen_and_live() -> None:
    stage = staged(READY, run_of(MERGED_SHA))

    stood = [await go(stage, f"k{turn}") for turn in range(3)]

    assert stood == [["deploying", "deployment"], ["deploying", None], ["active", None]]
    assert stage.workflows.asked == [
        Dispatch(workflow="deploy.yml", branch="main", inputs=(("target", "eu"),))
    ]
    assert [type(fact).__name__ for fact in new(stage, READY)] == [
        "WorkflowDispatched",
        "RunSeen",
        "RunEnded",
        "Activated",
    ]


async def test_f80_a_run_that_bears_its_name_is_its_own_though_no_try_of_it_is_known() -> None:
    later = run_of(MERGED_SHA, number=RUN + 1, title=f"Deploy {ID}")
    stage = staged(READY, later, replace(run_of(MERGED_SHA), title=f"Deploy {ID}"))

    assert await go(stage) == ["deploying", "deployment"]

    assert stage.workflows.asked == []
    assert new(stage, READY) == [e.WorkflowDispatched(workflow="deploy.yml", run=RUN)]


async def test_who_wants_to_be_told_for_whom_is_told() -> None:
    stage = staged(READY)
    workflow = b"on: {workflow_dispatch: {inputs: {target: {}, claude_integration: {}}}}"
    stage.sources.files[MERGED_SHA] = {".github/workflows/deploy.yml": workflow}

    await go(stage)

    assert stage.workflows.asked[0].inputs == (("target", "eu"), ("claude_integration", ID))


async def test_what_it_wants_to_be_told_is_read_where_github_runs_it() -> None:
    stage = staged(READY)
    path, taken_out = ".github/workflows/deploy.yml", b"on: {workflow_dispatch: {inputs: {target: {}}}}"
    told = b"on: {workflow_dispatch: {inputs: {target: {}, claude_integration: {}}}}"
    stage.branches.heads["main"], stage.branches.forked_at = Commit(sha=NEWER, tree=TREE), MERGED_SHA
    stage.sources.files = {MERGED_SHA: {path: told}, NEWER: {path: taken_out}}

    await go(stage)

    assert stage.workflows.asked[0].inputs == (("target", "eu"),)


async def test_who_lost_the_right_meanwhile_has_nothing_started() -> None:
    stage = staged(READY)
    stage.repositories.roles = {}

    with pytest.raises(StepFailed, match="approver_lost_access"):
        await go(stage)
    assert stage.workflows.asked == []


async def test_it_waits_for_somebody_who_may_deploy() -> None:
    stage = staged(by(BY_WORKFLOW, MERGED_FOR_A_DEVELOPER))

    assert await go(stage) == ["deploying", "deploy_approval"]
    assert stage.workflows.asked == []


@pytest.mark.parametrize(
    "run",
    [run_of(NEWER, title=f"Deploy {ID}"), run_of(MERGED_SHA), run_of(NEWER)],
    ids=["by its title", "by its commit", "by what its commit holds"],
)
async def test_whoever_died_after_the_call_makes_no_second_one(run: Run) -> None:
    stage = staged(READY)
    stage.branches.holding[NEWER] = MERGED_SHA
    stage.effects.dies_at = "dispatch:"
    with pytest.raises(Died):
        await go(stage)
    stage.workflows.there = [run]

    assert await go(stage, "k2") == ["deploying", "deployment"]

    assert len(stage.workflows.asked) == 1
    assert new(stage, READY) == [e.WorkflowDispatched(workflow="deploy.yml", run=RUN)]


async def test_a_run_that_github_may_not_show_yet_is_waited_for_and_then_made() -> None:
    stage = staged(READY, run_of("01d" * 10))
    stage.effects.known[f"dispatch:{ID}:{MERGED_SHA}"] = None
    stage.effects.begun_at = stage.clock.time

    with pytest.raises(Unavailable, match="run_not_shown"):
        await go(stage)
    assert stage.workflows.asked == []
    stage.clock.time += timedelta(seconds=61)
    await go(stage)

    assert len(stage.workflows.asked) == 1


@pytest.mark.parametrize("head", [None, NEWER])
async def test_a_base_without_what_was_merged_is_not_deployed(head: str | None) -> None:
    stage = staged(READY)
    stage.branches.heads.pop("main")
    if head is not None:
        stage.branches.heads["main"] = Commit(sha=head, tree=TREE)

    with pytest.raises(StepFailed, match="dispatch_off_base"):
        await go(stage)
    assert stage.workflows.asked == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("github_forbidden", "workflow_forbidden"),
        ("github_invalid", "dispatch_refused"),
        ("github_not_found", "dispatch_refused"),
        ("repository_archived", "repository_archived"),
    ],
)
async def test_what_github_refuses_has_a_word(said: str, code: str) -> None:
    stage = staged(READY)
    stage.workflows.refuses = StepFailed(said, "dispatch_workflow: no")

    with pytest.raises(StepFailed, match=code) as failure:
        await go(stage)

    assert failure.value.detail == "dispatch_workflow: no"


# --- how it goes ------------------------------------------------------------------------------------


async def test_a_run_that_github_did_not_name_is_found() -> None:
    stage = staged(UNTOLD, run_of(MERGED_SHA, conclusion="failure"))

    assert await go(stage) == ["deploying", None]
    with pytest.raises(StepFailed, match="run_failure"):
        await go(stage, "k2")


async def test_a_run_over_another_commit_deploys_nothing() -> None:
    stage = staged(ASKED, run_of(NEWER))

    with pytest.raises(StepFailed, match="run_elsewhere"):
        await go(stage)
    assert new(stage, ASKED) == []


@pytest.mark.parametrize(("history", "code"), [(ASKED, "run_missing"), (RUNNING, "run_overdue")])
async def test_what_does_not_end_is_overdue_after_an_hour(history: History, code: str) -> None:
    stage = staged(history, *([run_of(MERGED_SHA, status="queued")] if history is RUNNING else []))
    stage.clock.time = recorded(history)[-1].at + MACHINES
    assert await go(stage) == ["deploying", "deployment"]

    stage.clock.time += timedelta(seconds=1)

    with pytest.raises(StepFailed, match=code):
        await go(stage)


async def test_its_hour_begins_anew_after_a_rest() -> None:
    rested = (*ASKED, e.Paused(cause="frozen", detail=""), e.Resumed())
    stage = staged(rested)
    stage.clock.time = recorded(rested)[-1].at + MACHINES
    assert await go(stage) == ["deploying", "deployment"]

    stage.clock.time += timedelta(seconds=1)

    with pytest.raises(StepFailed, match="run_missing"):
        await go(stage)


WAITS = structs.replace(SEEN, needs_person=True)
PARKED: History = (*ASKED, WAITS)


def overdue_after(history: History, time: timedelta) -> bool:
    records = recorded(history)
    return deploying.is_overdue(integration(history), records, now=records[-1].at + time)


def test_people_have_longer_than_machines_and_the_hour_begins_once_they_let_it_go_on() -> None:
    second, let_go = timedelta(seconds=1), (*PARKED, SEEN)

    assert [overdue_after(PARKED, deploying.PEOPLE + each) for each in (timedelta(), second)] == [False, True]
    assert [overdue_after(let_go, MACHINES + each) for each in (timedelta(), second)] == [False, True]
    assert deploying.waits_for_people(integration(PARKED))
    others = (ASKED, let_go, (*PARKED, *WENT[-1:]))
    assert not any(deploying.waits_for_people(integration(each)) for each in others)


async def test_nobody_is_waited_for_longer_than_github_does() -> None:
    stage = staged(PARKED, run_of(MERGED_SHA, status="waiting", conclusion=None))
    stage.clock.time = recorded(PARKED)[-1].at + deploying.PEOPLE
    assert await go(stage) == ["deploying", "deployment"]

    stage.clock.time += timedelta(seconds=1)

    with pytest.raises(StepFailed, match="run_not_let_go_on"):
        await go(stage)


@pytest.mark.parametrize(
    ("history", "days", "is_due"),
    [(PARKED, 2, True), (PARKED, 31, False), (RUNNING, 2, False), (PARKED, 0.5, False)],
)
def test_people_are_reminded_of_what_waits_for_them(history: History, days: float, *, is_due: bool) -> None:
    records = recorded(history)

    told = due(integration(history), records, now=records[-1].at + timedelta(days=days))

    assert told == (e.Reminded(of="deployment") if is_due else None)


async def test_the_reminder_says_who_can_help() -> None:
    stage = staged((*PARKED, e.Reminded(of="deployment")))
    _, view = await look(stage.world, ID)

    said = reminder(view)

    assert "somebody who reviews deployments to its environment has to let it go on" in said
    assert said.endswith("`/claude cancel`, by whoever may deploy, takes it back instead.")


async def test_what_runs_by_itself_is_looked_through_and_left_alone() -> None:
    stage = staged(PARKED)
    stage.clock.time = recorded(PARKED)[-1].at + timedelta(days=2)
    quiet = await find_quiet(stage.world, key="k")

    for integration_id in quiet:
        await remind_of(stage.world, integration_id, key="k")

    assert (quiet, new(stage, PARKED)) == ([ID], [e.Reminded(of="deployment")])


# --- the word of it ---------------------------------------------------------------------------------


def ended(run: int) -> Payload:
    payload = example("workflow_run/completed.2")
    payload["workflow_run"]["id"] = run
    payload["repository"]["id"] = SHOP.id
    payload["installation"] = {"id": SHOP.installation_id}
    return payload


async def deliver(stage: Stage, run: int = RUN, key: str = "d-1") -> None:
    stage.log.rows[ID]["waiting_for"] = "deployment"
    await GITHUB["workflow_run.completed"](ended(run), Context(world=stage.world, key=key))


@pytest.mark.parametrize("history", [ASKED, UNTOLD])
async def test_word_of_its_end_is_asked_after_once(history: History) -> None:
    stage = staged(history, run_of(MERGED_SHA, conclusion="failure"))

    for key in ("d-1", "d-2"):
        await deliver(stage, key=key)

    assert new(stage, history) == [SEEN, e.RunEnded(run=RUN, outcome="failure")]
    assert [type(each) for each in stage.log.follow_ups].count(Wake) == 1


@pytest.mark.parametrize(
    ("history", "number", "there"),
    [
        (ASKED, RUN + 1, run_of(MERGED_SHA, number=RUN + 1)),
        (READY, RUN, run_of(MERGED_SHA)),
        (WENT, RUN, run_of(MERGED_SHA)),
        (ASKED, RUN, run_of(NEWER)),
        (ASKED, RUN, run_of(MERGED_SHA, number=9)),
        (UNTOLD, 9, run_of(MERGED_SHA)),
    ],
    ids=["another", "not asked for", "too late", "elsewhere", "gone", "another is its own"],
)
async def test_any_other_word_changes_nothing(history: History, number: int, there: Run) -> None:
    stage = staged(history, there)

    await deliver(stage, number)

    assert new(stage, history) == []


async def test_word_of_a_run_that_cannot_be_asked_for_is_no_fault_of_the_delivery() -> None:
    stage = staged(ASKED, run_of(MERGED_SHA))
    stage.workflows.refuses = StepFailed("github_forbidden", "no")

    await deliver(stage, RUN)

    assert new(stage, ASKED) == []


# --- the way back -----------------------------------------------------------------------------------


def failed(history: History) -> History:
    return (*history, e.IntegrationFailed(reason="cancelled", during="deploying", detail=""))


@pytest.mark.parametrize(
    ("history", "run", "stopped"),
    [
        (ASKED, run_of(MERGED_SHA, status="in_progress"), [RUN]),
        (ASKED, run_of(MERGED_SHA, conclusion="action_required"), []),
        (ASKED, run_of(MERGED_SHA), []),
        (WENT, run_of(MERGED_SHA, status="in_progress"), []),
        (READY, run_of(NEWER, status="queued"), []),
        (READY, run_of(NEWER, status="queued", title=f"Deploy {ID}"), [RUN]),
        (MERGED, run_of(MERGED_SHA, status="queued"), []),
    ],
    ids=["under way", "for a person", "ended", "went", "of another", "its answer lost", "no workflow"],
)
async def test_its_own_run_is_stopped(history: History, run: Run, stopped: list[int]) -> None:
    stage = staged(failed(history), run)
    stage.branches.holding[NEWER] = MERGED_SHA

    await dispatching.stop_run(integration(failed(history)), stage.world)

    assert stage.workflows.cancelled == stopped


@pytest.mark.parametrize("history", [READY, (*READY, e.WorkflowDispatched(workflow="deploy.yml", run=None))])
async def test_a_run_over_the_same_commit_that_another_dispatched_is_left_to_it(history: History) -> None:
    stage = staged(failed(history), run_of(MERGED_SHA, status="in_progress"))
    stage.log.holds(ASKED, stream="int-merged-before")

    await dispatching.stop_run(integration(failed(history)), stage.world)

    assert stage.workflows.cancelled == []


async def test_without_the_right_to_stop_it_the_merge_is_taken_back_all_the_same() -> None:
    stage = staged(failed(ASKED))
    stage.workflows.refuses = StepFailed("github_forbidden", "no")

    await undoing.roll_back(stage.world, ID, key="k")

    assert [type(fact).__name__ for fact in new(stage, failed(ASKED))] == ["StepUndone"]
    assert stage.deployments.asked == {}


async def test_what_was_never_merged_has_no_run() -> None:
    it = integration(by(BY_WORKFLOW, MERGED[:-1]))
    stage = staged(READY, run_of(it.merged, status="queued"))

    await dispatching.stop_run(it, stage.world)

    assert stage.workflows.cancelled == []


# --- the words --------------------------------------------------------------------------------------


def test_an_address_that_is_none_is_no_link() -> None:
    hostile = structs.replace(SEEN, url="https://x/](javascript:alert) @everyone")

    assert dispatch_words.linked(hostile) == f"run {RUN}"
    assert dispatch_words.linked(SEEN) == f"[run {RUN}]({PAGE}/{RUN})"


def test_before_the_run_is_there_that_is_said() -> None:
    assert dispatch_words.waits(view_of(integration(ASKED), recorded(ASKED))) == (
        "**Waits for the workflow** `deploy.yml`: GitHub has not shown yet what came of the dispatch."
    )


# --- the merge alone --------------------------------------------------------------------------------


async def test_where_the_merge_is_enough_nobody_has_to_let_it_go_out() -> None:
    history = by(structs.replace(SPEC, way="merge"), MERGED_FOR_A_DEVELOPER)
    stage = staged(history)

    assert integration(history).waiting_for is None
    assert await go(stage) == [State.ACTIVE, None]
    assert (stage.deployments.asked, stage.workflows.asked) == ({}, [])
