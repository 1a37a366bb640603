"""Workflows that are started by hand, and what comes of it."""

import pytest

from standins.github.people import GitHub
from tests.contracts.github_standin.client import SHOP, Client

ACTIONS = f"{SHOP}/actions"
DISPATCH = f"{ACTIONS}/workflows/deploy.yml/dispatches"
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


@pytest.fixture
async def head(github: GitHub) -> str:
    files = {
        ".github/workflows/deploy.yml": WORKFLOW,
        ".github/workflows/test.yml": "on: [push]\njobs: {}\n",
        ".github/workflows/plain.yml": "on: workflow_dispatch\njobs: {}\n",
    }
    return await github.push("bob", "acme/shop", files)


def body(**more: object) -> dict[str, object]:
    inputs = {"target": "eu", "claude_integration": "int-1"}
    return {"ref": "main", "inputs": inputs, "return_run_details": True, **more}


async def test_what_comes_of_a_dispatch_is_told_and_listed(client: Client, head: str) -> None:
    made = await client.post(DISPATCH, body())
    run = await client.get(f"{ACTIONS}/runs/{made.body['workflow_run_id']}")
    listed = await client.get(f"{ACTIONS}/workflows/deploy.yml/runs?event=workflow_dispatch&branch=main")

    assert (made.status, made.body["run_url"], made.body["html_url"]) == (
        200,
        run.body["url"],
        run.body["html_url"],
    )
    assert (run.body["head_sha"], run.body["status"], run.body["conclusion"]) == (head, "queued", None)
    assert (run.body["display_title"], run.body["actor"]["login"]) == (
        "Deploy int-1",
        "claude-code-bot[bot]",
    )
    assert [each["id"] for each in listed.body["workflow_runs"]] == [run.body["id"]]


@pytest.mark.parametrize("is_older", [False, True])
async def test_who_does_not_ask_or_asks_an_older_github_is_told_nothing_of_the_run(
    client: Client, github: GitHub, head: str, *, is_older: bool
) -> None:
    github.tells_runs = not is_older

    made = await client.post(DISPATCH, body(return_run_details=is_older))

    assert (made.status, made.body) == (204, None)
    assert len(github.effects_named("dispatch_workflow")) == 1


@pytest.mark.parametrize(
    ("path", "asked", "status", "says"),
    [
        (f"{ACTIONS}/workflows/no.yml/dispatches", body(), 404, "Not Found"),
        (f"{ACTIONS}/workflows/test.yml/dispatches", body(inputs={}), 422, "'workflow_dispatch' trigger"),
        (DISPATCH, body(ref="gone"), 422, "No ref found for: gone"),
        (DISPATCH, body(inputs={}), 422, "Required input 'target' not provided"),
        (DISPATCH, body(inputs={"target": "eu", "odd": "1"}), 422, "Unexpected inputs provided: ['odd']"),
    ],
)
@pytest.mark.usefixtures("head")
async def test_what_cannot_be_started_is_refused(
    client: Client, github: GitHub, path: str, asked: object, status: int, says: str
) -> None:
    refused = await client.post(path, asked)

    assert (refused.status, says in refused.body["message"]) == (status, True)
    assert github.effects_named("dispatch_workflow") == []


async def test_one_without_inputs_may_say_its_trigger_in_a_word(client: Client, head: str) -> None:
    assert (await client.post(f"{ACTIONS}/workflows/plain.yml/dispatches", {"ref": "main"})).status == 204


async def test_one_that_is_disabled_is_not_started(client: Client, github: GitHub, head: str) -> None:
    github.disable_workflow("acme/shop", "deploy.yml")

    assert (await client.get(f"{ACTIONS}/workflows/deploy.yml")).body["state"] == "disabled_manually"
    assert (await client.post(DISPATCH, body())).status == 422


async def test_it_takes_the_right_to_write(client: Client, head: str) -> None:
    client.token = (await client.mint(permissions={"actions": "read"})).body["token"]

    refused = await client.post(DISPATCH, body())

    assert (refused.status, refused.headers["x-accepted-github-permissions"]) == (403, "actions=write")


async def test_a_run_is_cancelled_as_long_as_it_has_not_ended(
    client: Client, github: GitHub, head: str
) -> None:
    run = (await client.post(DISPATCH, body())).body["workflow_run_id"]

    asked = [(await client.post(f"{ACTIONS}/runs/{run}/cancel", None)).status for _ in range(2)]

    assert asked == [202, 409]
    assert (await client.get(f"{ACTIONS}/runs/{run}")).body["conclusion"] == "cancelled"
    assert (await client.get(f"{ACTIONS}/runs/1")).status == 404


async def test_whoever_runs_workflows_ends_them_as_scripted(
    client: Client, github: GitHub, head: str
) -> None:
    github.deployer = "failure"
    github.webhook_url = "http://127.0.0.1:1/webhooks/github"

    await client.post(DISPATCH, body())
    await github.settle()

    told = github.deliveries_of("workflow_run")
    assert [each.action for each in told] == ["requested", "in_progress", "completed"]
    assert told[-1].payload["workflow_run"]["conclusion"] == "failure"
