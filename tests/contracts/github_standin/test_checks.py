"""Check runs and deployments."""

import pytest

from standins.github.people import GitHub
from tests.contracts.github_standin.client import SHOP, Client
from tests.contracts.github_standin.conftest import Receiver


@pytest.fixture
def head(github: GitHub) -> str:
    return github.repository("acme/shop").branches["main"]


async def test_a_check_run_goes_from_begun_to_done(client: Client, head: str) -> None:
    asked = {"name": "claude", "head_sha": head, "status": "in_progress", "external_id": "int-1"}
    begun = (await client.post(f"{SHOP}/check-runs", asked)).body
    output = {"title": "Passed", "summary": "3 tests"}
    done = await client.patch(f"{SHOP}/check-runs/{begun['id']}", {"conclusion": "success", "output": output})

    assert (begun["conclusion"], begun["app"]["slug"]) == (None, "claude-code-bot")
    assert (done.body["status"], done.body["conclusion"]) == ("completed", "success")
    assert done.body["completed_at"] is not None


async def test_check_runs_are_listed_by_commit_and_name(client: Client, head: str) -> None:
    for name in ("claude", "claude", "other"):
        await client.post(f"{SHOP}/check-runs", {"name": name, "head_sha": head})
    listed = await client.get(f"{SHOP}/commits/{head}/check-runs?check_name=claude&filter=all")
    latest = await client.get(f"{SHOP}/commits/{head}/check-runs?check_name=claude")

    assert listed.body["total_count"] == 2
    assert [each["id"] for each in latest.body["check_runs"]] == [listed.body["check_runs"][0]["id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"head_sha": "0" * 40},
        {"status": "completed"},
        {"conclusion": "great"},
        {"output": {"title": "t", "summary": "s", "annotations": [{}]}},
        {"output": {"title": "t", "summary": "x" * 65_536}},
        {"externalid": "int-1"},
    ],
)
async def test_a_check_run_that_cannot_be_is_refused(
    client: Client, github: GitHub, head: str, wrong: dict[str, object]
) -> None:
    asked = {"name": "claude", "head_sha": head} | wrong

    assert (await client.post(f"{SHOP}/check-runs", asked)).status == 422
    assert github.effects_named("create_check") == []


async def test_check_runs_of_others_stand_beside_the_apps_own(
    client: Client, github: GitHub, head: str
) -> None:
    await client.post(f"{SHOP}/check-runs", {"name": "lint", "head_sha": head})
    await github.run_check("acme/shop", head, "lint", conclusion="failure")
    await github.run_check("acme/shop", head, "lint", app="some-ci")
    listed = (await client.get(f"{SHOP}/commits/{head}/check-runs")).body["check_runs"]
    ours = await client.get(f"{SHOP}/commits/{head}/check-runs?app_id={github.app.id}")

    assert [each["app"]["slug"] for each in listed] == ["claude-code-bot", "github-actions", "some-ci"]
    assert len({each["check_suite"]["id"] for each in listed}) == 3
    assert ours.body["total_count"] == 1


async def test_a_suite_has_ended_once_all_of_its_check_runs_have(
    client: Client, github: GitHub, head: str, listening: Receiver
) -> None:
    lint = await github.run_check("acme/shop", head, "lint")
    await github.run_check("acme/shop", head, "build", conclusion="success")
    assert github.deliveries_of("check_suite") == []

    await github.end_check("acme/shop", lint, "failure")

    [told] = github.deliveries_of("check_suite", "completed")
    assert told.payload["check_suite"]["head_sha"] == head
    assert told.payload["sender"]["login"] == "github-actions[bot]"


async def test_a_log_lies_where_one_is_sent_on_to(client: Client, github: GitHub, head: str) -> None:
    job = await github.run_check("acme/shop", head, "lint", conclusion="failure", log="1 error\n")

    there = f"{github.url}{SHOP}/actions/jobs/{job}/logs"
    known = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(there, headers=known, allow_redirects=False) as sent_on:
        assert sent_on.status == 302
    async with client.session.get(sent_on.headers["Location"]) as lies:
        assert await lies.text() == "1 error\n"
    assert (await client.get(f"{SHOP}/actions/jobs/1/logs")).status == 404


async def test_a_deployment_is_found_by_commit_and_environment(client: Client, head: str) -> None:
    asked = {"ref": head, "environment": "production", "payload": {"key": "k"}, "required_contexts": []}
    made = await client.post(f"{SHOP}/deployments", asked)
    found = await client.get(f"{SHOP}/deployments?sha={head}&environment=production")
    other = await client.get(f"{SHOP}/deployments?environment=staging")

    assert (made.status, [each["payload"] for each in found.body]) == (201, [{"key": "k"}])
    assert other.body == []


async def test_deployment_statuses_are_listed_newest_first(client: Client, head: str) -> None:
    made = (await client.post(f"{SHOP}/deployments", {"ref": head})).body
    for state in ("in_progress", "success"):
        await client.post(f"{SHOP}/deployments/{made['id']}/statuses", {"state": state})
    listed = await client.get(f"{SHOP}/deployments/{made['id']}/statuses")

    assert [each["state"] for each in listed.body] == ["success", "in_progress"]


async def test_a_success_makes_earlier_deployments_inactive(
    client: Client, github: GitHub, head: str
) -> None:
    first = (await client.post(f"{SHOP}/deployments", {"ref": head})).body["id"]
    second = (await client.post(f"{SHOP}/deployments", {"ref": head})).body["id"]
    for each in (first, second):
        await github.set_deployment_status("bob", "acme/shop", each, "success")
    listed = await client.get(f"{SHOP}/deployments/{first}/statuses")

    assert [each["state"] for each in listed.body] == ["inactive", "success"]
