"""After the merge a workflow of the repository's own deploys: it is dispatched, and asked how it went."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.deploying import MACHINES
from bot.domain.states import State
from standins.faults import Fault
from standins.github.runs import WorkflowRun
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.places import EACH_ONCE
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

CONFIGURATION = """\
test: "sh run_tests.sh"
merge_reverts: true
deploy:
  workflow: deploy.yml
  inputs:
    target: eu
"""
WORKFLOW = """\
name: Deploy
run-name: Deploy ${{ inputs.claude_integration }}
on:
  workflow_dispatch:
    inputs:
      target: {required: true}
      claude_integration: {}
jobs: {}
"""
DISPATCHED = {
    **REPOSITORY,
    ".github/claude-bot.yml": CONFIGURATION,
    ".github/workflows/deploy.yml": WORKFLOW,
}
UNTITLED = {
    **DISPATCHED,
    ".github/workflows/deploy.yml": "on: {workflow_dispatch: {inputs: {target: {}}}}\njobs: {}\n",
}
ONCE = {
    **{name: times for name, times in EACH_ONCE.items() if name != "create_deployment"},
    "dispatch_workflow": 1,
}
RUNS = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs"
DISPATCH = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"


@pytest.fixture
def files() -> Mapping[str, str]:
    return DISPATCHED


def run_of(team: Team) -> WorkflowRun:
    (run,) = team.github.repository.runs.values()
    return run


async def ends(team: Team, conclusion: str, *, status: str = "completed") -> None:
    world = team.github.world
    world.end_run("acme/shop", run_of(team).id, conclusion, status=status)
    await world.settle()


async def waits_for_its_run(team: Team) -> None:
    team.github.world.deployer = None
    _, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("deployment")
    await team.bot.has_noted("RunSeen")


async def test_it_goes_live_by_dispatch(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    it = await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    run = run_of(team)
    assert team.github.effects() == ONCE
    assert (run.head_sha, run.branch) == (it.merged, "main")
    assert run.inputs == {"target": "eu", "claude_integration": it.id}
    assert (await team.bot.facts())[-4:] == ["WorkflowDispatched", "RunSeen", "RunEnded", "Activated"]
    (said,) = issue.last_words()
    assert f"is **active**: #2 is merged and deployed by `deploy.yml` ([run {run.id}]" in said


async def shows(team: Team, words: str) -> None:
    """Wait until the status comment says so."""

    async def shown() -> bool:
        return words in team.github.issue(1).status_comment()

    await until(shown, otherwise=partial(team.bot.story_so_far, f"it never said {words}"))


async def test_while_it_runs_the_run_is_shown(team: Team) -> None:
    await waits_for_its_run(team)
    run = run_of(team)
    page = f"{team.github.world.url}/acme/shop/actions/runs/{run.id}"

    await shows(team, f"**Waits for the workflow** `deploy.yml`, [run {run.id}]({page}), to end.")
    await ends(team, "", status="waiting")
    await shows(team, "It **waits for a person** there")
    await ends(team, "action_required")
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).waiting_for == "deployment"
    await ends(team, "success")

    await team.bot.reaches(State.ACTIVE)


async def test_one_that_fails_is_rolled_back(team: Team) -> None:
    team.github.world.deployer = "failure"
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="run_failure")
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is None
    assert team.github.effects()["dispatch_workflow"] == 1
    assert team.github.deployments() == []
    (said,) = issue.last_words()
    assert "The workflow that deploys failed after the merge." in said
    assert "Merge and deploy: undone (merge reverted, #3)" in said
    assert "stays as it is until it is run again" in said


@pytest.mark.parametrize(
    "conclusion", ["cancelled", "timed_out", "skipped", "neutral", "stale", "startup_failure"]
)
async def test_only_a_success_is_one(team: Team, conclusion: str) -> None:
    await waits_for_its_run(team)

    await ends(team, conclusion)

    await team.bot.reaches(State.FAILED, because=f"run_{conclusion}")
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is None
    assert team.github.effects()["dispatch_workflow"] == 1


async def test_word_of_its_end_may_come_twice_or_be_another_runs(team: Team) -> None:
    await waits_for_its_run(team)
    world = team.github.world
    world.postman.twice = True
    other = world.repository("acme/shop").runs[run_of(team).id]

    await ends(team, "success")
    await world.postman.redeliver(world.deliveries_of("workflow_run", "completed")[-1].guid)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert other.conclusion == "success"
    assert (await team.bot.facts()).count("RunEnded") == 1


async def test_what_the_webhook_says_is_not_believed(team: Team) -> None:
    await waits_for_its_run(team)
    world, run = team.github.world, run_of(team)
    world.postman.holding = True
    world.end_run("acme/shop", run.id, "success")
    run.status, run.conclusion = "completed", "failure"
    world.postman.holding = False

    await world.settle()

    await team.bot.reaches(State.FAILED, because="run_failure")
    await team.bot.comes_to_rest()
    told = json.loads(world.deliveries_of("workflow_run", "completed")[-1].body)
    assert told["workflow_run"]["conclusion"] == "success"
    assert team.github.file("erp.txt") is None


async def test_word_that_never_came_is_asked_for(team: Team) -> None:
    await waits_for_its_run(team)
    world = team.github.world
    world.postman.losing = True

    await ends(team, "success")

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    (lost,) = world.deliveries_of("workflow_run", "completed")
    assert [attempt.status for attempt in lost.attempts] == [0]
    assert (await team.bot.facts()).count("RunEnded") == 1


async def test_an_older_github_does_not_tell_the_run(team: Team) -> None:
    team.github.world.tells_runs = False
    _, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    it = await team.bot.reaches(State.ACTIVE)
    assert it.dispatched is not None
    assert (it.dispatched.run, it.run_number) == (None, run_of(team).id)


@pytest.mark.parametrize("files", [DISPATCHED, UNTITLED], ids=["titled", "untitled"])
async def test_an_answer_that_was_lost_makes_no_second_run(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    team.github.world.faults.add(Fault(kind="lose", method="POST", route=DISPATCH, times=1))

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == ONCE


async def test_a_base_that_has_moved_on_is_said(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.waits_for("deploy_approval")
    newer = await team.developer.pushes({"other.txt": "other\n"})

    await team.admin.comments("/claude deploy", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert run_of(team).head_sha == newer
    assert "over <commit>, which holds the merge" in team.github.issue(1).last_words()[-1]


async def test_a_run_under_way_is_stopped_with_it(team: Team) -> None:
    await waits_for_its_run(team)

    await team.admin.comments("/claude cancel", on=team.github.issue(1))

    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    assert run_of(team).conclusion == "cancelled"
    assert team.github.file("erp.txt") is None


async def test_what_runs_is_rolled_back_without_another_run(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    await team.admin.comments("/claude rollback", on=pull)

    await team.bot.has_noted("RollBackRequested")
    await team.bot.reaches(State.FAILED, because="rolled_back")
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is None
    assert team.github.effects()["dispatch_workflow"] == 1
    assert "stays as it is until it is run again" in issue.last_words()[-1]


FORBIDDEN = {"actions": "read"}


async def test_what_runs_is_deprecated_and_the_workflow_left_for_a_person(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    await team.admin.comments("/claude deprecate", on=issue)
    await team.bot.has_noted("Deprecated")
    await team.bot.comes_to_rest()
    assert "Once this is merged it is deprecated, for good." in (team.github.issue(3).issue.body or "")
    assert "The deployment: **needs a person** (run its workflow again" in issue.last_words()[-1]


async def test_a_run_that_does_not_end_is_overdue_after_an_hour(team: Team, clock: Ahead) -> None:
    await waits_for_its_run(team)

    clock.ahead += MACHINES + timedelta(minutes=1)

    await team.bot.reaches(State.FAILED, because="run_overdue")
    await team.bot.comes_to_rest()
    assert run_of(team).conclusion == "cancelled"
    assert team.github.file("erp.txt") is None


async def test_what_waits_for_people_at_an_environment_has_days_and_then_its_hour(
    team: Team, clock: Ahead
) -> None:
    await waits_for_its_run(team)
    await ends(team, "", status="waiting")
    await shows(team, "It **waits for a person** there")

    clock.ahead += timedelta(days=3)
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).waiting_for == "deployment"
    await ends(team, "", status="in_progress")
    await shows(team, "to end.")
    await ends(team, "success")

    await team.bot.reaches(State.ACTIVE)


async def test_a_dispatch_of_which_nothing_came_is_overdue_after_an_hour(team: Team, clock: Ahead) -> None:
    world = team.github.world
    world.tells_runs, world.deployer = False, None
    _, pull = await team.has_a_pull_request()
    world.faults.add(Fault(kind="refuse", method="GET", route=RUNS, status=404, times=None))
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("deployment")
    issue = team.github.issue(1)
    await shows(team, "GitHub has not shown yet what came of the dispatch")

    clock.ahead += MACHINES + timedelta(minutes=1)

    await team.bot.reaches(State.FAILED, because="run_missing")
    await team.bot.comes_to_rest()
    assert "showed no run of the workflow within an hour" in issue.last_words()[0]
    assert team.github.effects()["dispatch_workflow"] == 1


async def test_without_the_right_it_is_said_where_it_was_asked_for(team: Team) -> None:
    for installation in team.github.world.installations.values():
        installation.permissions = {**installation.permissions, **FORBIDDEN}

    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="workflow_forbidden")
    await team.bot.comes_to_rest()
    assert "has to grant it `actions: write`" in issue.last_words()[0]


BY_PUSH = {**DISPATCHED, ".github/workflows/deploy.yml": "on: [push]\njobs: {}\n"}
WITHOUT = {name: text for name, text in DISPATCHED.items() if name != ".github/workflows/deploy.yml"}
ASKING = {
    **DISPATCHED,
    ".github/workflows/deploy.yml": "on: {workflow_dispatch: {inputs: {to: {required: true}, target: {}}}}\n",
}
TAKING_NONE = {**DISPATCHED, ".github/workflows/deploy.yml": "on: workflow_dispatch\n"}


@pytest.mark.parametrize(
    ("files", "because"),
    [
        (WITHOUT, "workflow_missing"),
        (BY_PUSH, "workflow_not_by_hand"),
        (ASKING, "workflow_inputs_missing"),
        (TAKING_NONE, "workflow_inputs_unknown"),
    ],
)
async def test_what_cannot_be_dispatched_is_said_before_anything_is_done(team: Team, because: str) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because=because)
    await team.bot.comes_to_rest()

    assert ".github/workflows/deploy.yml" in issue.last_words()[0]
    assert team.claude.requests == []


async def test_one_that_is_disabled_is_said_before_anything_is_done(team: Team) -> None:
    team.github.world.disable_workflow("acme/shop", "deploy.yml")

    await team.asks()

    await team.bot.reaches(State.FAILED, because="workflow_disabled")
    await team.bot.comes_to_rest()
    assert team.claude.requests == []
    assert team.github.effects() == {}


async def test_what_github_refuses_after_the_merge_is_rolled_back(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    team.github.world.disable_workflow("acme/shop", "deploy.yml")

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="dispatch_refused")
    await team.bot.comes_to_rest()
    assert "on a disabled workflow" in issue.last_words()[0]
    assert team.github.file("erp.txt") is None


@pytest.mark.parametrize(
    "files", [{**REPOSITORY, ".github/claude-bot.yml": 'test: "sh run_tests.sh"\ndeploy: {by: merge}\n'}]
)
async def test_the_merge_may_be_enough(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.developer.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == {
        name: times for name, times in EACH_ONCE.items() if name != "create_deployment"
    }
    assert pull.replies() == ["Approved by @developer for <commit>. I will merge exactly this commit."]
    assert issue.last_words() == ["@requester <id> is **active**: #2 is merged."]
