"""Workflows as the bot starts them: against the stand-in, and against answers that it does not give."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.application.run_ports import Workflows
from bot.infrastructure.github_workflows import GitHubWorkflows
from bot.records import StepFailed
from bot.run_records import Dispatch
from tests.contracts.github_side import ERP, Side, github_side
from tests.contracts.test_github_ports_answers import APP, BOT
from tests.faults.hostile_github import ERP as THERE
from tests.faults.hostile_github import Says, hostile_side
from tests.faults.hostile_github import Side as HostileSide

GO = Dispatch(workflow="go.yml", branch="main", inputs=(("target", "eu"),))
FILES = {".github/workflows/go.yml": "run-name: Go\non: {workflow_dispatch: {inputs: {target: {}}}}\n"}
RUN = {
    "id": 9,
    "event": "workflow_dispatch",
    "head_branch": "main",
    "actor": {"login": BOT},
    "head_sha": "a" * 40,
    "status": "completed",
    "conclusion": "success",
    "html_url": "https://github.com/acme/erp/actions/runs/9",
    "display_title": "Go",
}


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        await side.github.push("dev", ERP, FILES)
        yield side


@pytest.fixture
async def hostile() -> AsyncIterator[HostileSide]:
    async with hostile_side() as side:
        yield side


def of(side: Side) -> Workflows:
    return GitHubWorkflows(side.app)


async def test_it_is_started_found_followed_and_stopped(side: Side) -> None:
    number = await of(side).dispatch(side.repository, GO)

    assert number is not None
    run = await of(side).run(side.repository, number)
    assert run is not None
    assert (run.head, run.status, run.conclusion, run.title) == (await side.main(), "queued", None, "Go")
    assert await of(side).runs(side.repository, "go.yml", "main") == [run]
    for _ in range(2):
        await of(side).cancel(side.repository, number)
    stopped = await of(side).run(side.repository, number)
    assert stopped == replace(run, status="completed", conclusion="cancelled")


async def test_what_is_not_there_is_none(side: Side) -> None:
    assert await of(side).state(side.repository, "no.yml") is None
    assert await of(side).run(side.repository, 4) is None
    assert await of(side).runs(side.repository, "no.yml", "main") == []
    assert await of(side).runs(side.repository, "go.yml", "other") == []
    await of(side).cancel(side.repository, 4)
    with pytest.raises(StepFailed, match="github_not_found"):
        await of(side).dispatch(side.repository, replace(GO, workflow="no.yml"))


async def test_its_state_is_as_github_names_it(side: Side) -> None:
    states = [await of(side).state(side.repository, "go.yml")]
    side.github.disable_workflow(ERP, "go.yml")
    states.append(await of(side).state(side.repository, "go.yml"))

    assert states == ["active", "disabled_manually"]


async def test_why_github_starts_nothing_is_told(side: Side) -> None:
    with pytest.raises(StepFailed, match="github_invalid") as no:
        await of(side).dispatch(side.repository, replace(GO, inputs=(("odd", "1"),)))

    assert "Unexpected inputs provided" in no.value.detail


async def test_an_older_github_tells_no_run(side: Side) -> None:
    side.github.tells_runs = False

    assert await of(side).dispatch(side.repository, GO) is None
    assert len(await of(side).runs(side.repository, "go.yml", "main")) == 1


async def test_without_the_right_it_is_forbidden(side: Side) -> None:
    side.github.installations[side.repository.installation_id].permissions["actions"] = "read"

    with pytest.raises(StepFailed, match="github_forbidden") as no:
        await of(side).state(side.repository, "go.yml")

    assert "actions=write" in no.value.detail


async def test_a_github_that_does_not_know_the_wish_is_asked_without_it(hostile: HostileSide) -> None:
    said = 'Invalid request.\n\n"return_run_details" is not a permitted key.'
    hostile.hostile.will(Says(422, {"message": said}), Says(204))

    assert await GitHubWorkflows(hostile.app).dispatch(THERE, GO) is None

    asked = {"ref": "main", "inputs": {"target": "eu"}}
    assert [each.body for each in hostile.hostile.heard] == [{**asked, "return_run_details": True}, asked]


@pytest.mark.parametrize(
    "changed",
    [
        {"event": "push"},
        {"head_branch": "other"},
        {"head_branch": None},
        {"actor": None},
        {"actor": {"login": "dev"}},
    ],
)
async def test_a_run_of_anything_else_is_not_ours(hostile: HostileSide, changed: dict[str, Any]) -> None:
    hostile.hostile.will(Says(body=APP), Says(body={"total_count": 1, "workflow_runs": [{**RUN, **changed}]}))

    assert await GitHubWorkflows(hostile.app).runs(THERE, "go.yml", "main") == []


async def test_what_github_leaves_open_is_empty(hostile: HostileSide) -> None:
    hostile.hostile.will(Says(body={**RUN, "status": None, "conclusion": None, "display_title": None}))

    run = await GitHubWorkflows(hostile.app).run(THERE, 9)

    assert run is not None
    assert (run.status, run.conclusion, run.title) == ("", None, "")
