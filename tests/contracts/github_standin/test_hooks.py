"""Webhooks: signed, whole, in GitHub's own shape; doubled, held back and sent again as asked."""

import hashlib
import hmac
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from standins.github.people import GitHub
from standins.github.remarks import MOST_OF_A_REVIEW
from tests.contracts.github_standin.client import SHOP, Client
from tests.contracts.github_standin.conftest import SECRET, Receiver

SCHEMA = Path(__file__).parents[1] / "data/webhooks-schema.json"
HEADERS = {
    "User-Agent",
    "X-GitHub-Hook-ID",
    "X-GitHub-Event",
    "X-GitHub-Hook-Installation-Target-ID",
    "X-GitHub-Hook-Installation-Target-Type",
    "X-GitHub-Delivery",
    "X-Hub-Signature-256",
}


@cache
def definitions() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return dict(read["definitions"])


def broken(event: str, payload: dict[str, Any]) -> list[str]:
    """What the published schema finds wrong with a payload."""
    name = f"{event}${payload.get('action', 'event')}"
    validator = Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions()})
    return [f"{name} {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(payload)]


async def live_through_everything(client: Client, github: GitHub) -> None:
    """Every event that the bot hears of happens at least once."""
    issue = await github.open_issue("alice", "acme/shop", "Invoices")
    await github.label("alice", "acme/shop", issue, "claude")
    comment = await github.comment("alice", "acme/shop", issue, "/claude help")
    await github.edit_comment("alice", "acme/shop", comment, "/claude status")
    await github.delete_comment("alice", "acme/shop", comment)
    await github.close_issue("alice", "acme/shop", issue)
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    await client.patch(f"{SHOP}/pulls/{number}", {"title": "Pay more"})
    await github.push("alice", "acme/shop", {"b.py": "b\n"}, branch="bot/pay")
    await github.review("bob", "acme/shop", number)
    await a_line_is_talked_about(github, number)
    await somebody_is_asked_to_look(github, number)
    await github.close_pull("bob", "acme/shop", number)
    await github.reopen_pull("bob", "acme/shop", number)
    await checks_are_run(client, github, sha)
    await a_draft_is_made_ready(client, github)
    await github.merge_pull("bob", "acme/shop", number)
    made = (await client.post(f"{SHOP}/deployments", {"ref": "main", "payload": {}})).body["id"]
    await github.set_deployment_status("bob", "acme/shop", made, "success")
    await a_workflow_is_run(client, github)
    await github.delete_branch("bob", "acme/shop", "bot/pay")
    await repositories_come_and_go(github)
    await the_app_comes_and_goes(github)


async def a_line_is_talked_about(github: GitHub, number: int) -> None:
    line = {"path": "a.py", "line": 1, "body": "Why?"}
    review = await github.review("bob", "acme/shop", number, event="COMMENT", body="x", comments=[line])
    await github.answer("alice", "acme/shop", review * MOST_OF_A_REVIEW, "So that it is there.")


async def the_app_comes_and_goes(github: GitHub) -> None:
    await github.install("acme", by="bob")
    await github.suspend("acme", by="bob")
    await github.unsuspend("acme", by="bob")
    await github.remove_from_installation("acme/shop", by="bob")
    await github.add_to_installation("acme/shop", by="bob")
    await github.uninstall("acme", by="bob")


async def a_workflow_is_run(client: Client, github: GitHub) -> None:
    await github.push("alice", "acme/shop", {".github/workflows/go.yml": "on: workflow_dispatch\n"})
    github.deployer = "success"
    await client.post(f"{SHOP}/actions/workflows/go.yml/dispatches", {"ref": "main"})
    await github.settle()


async def repositories_come_and_go(github: GitHub) -> None:
    """One comes to the account, and everything that people can do to it is done."""
    github.person("carol")
    github.create_repository("carol/till", {"a.txt": "a\n"})
    await github.transfer_repository("carol", "carol/till", "acme")
    await github.rename_repository("bob", "acme/till", "desk")
    await github.archive_repository("bob", "acme/desk")
    await github.unarchive_repository("bob", "acme/desk")
    await github.delete_repository("bob", "acme/desk")


async def a_draft_is_made_ready(client: Client, github: GitHub) -> None:
    await github.push("alice", "acme/shop", {"c.py": "c\n"}, branch="bot/draft")
    asked = {"head": "bot/draft", "base": "main", "title": "Later", "draft": True}
    draft = (await client.post(f"{SHOP}/pulls", asked)).body["number"]
    await github.ready("alice", "acme/shop", draft)


async def somebody_is_asked_to_look(github: GitHub, number: int) -> None:
    """A person, a team, and whoever looks for a label."""
    github.team("acme/readers", "bob")
    await github.ask_for_review("alice", "acme/shop", number, "bob")
    await github.ask_for_review("alice", "acme/shop", number, "acme/readers")
    await github.label("alice", "acme/shop", number, "look")


async def checks_are_run(client: Client, github: GitHub, sha: str) -> None:
    """The App's own, and another's."""
    check = (await client.post(f"{SHOP}/check-runs", {"name": "claude", "head_sha": sha})).body["id"]
    await client.patch(f"{SHOP}/check-runs/{check}", {"conclusion": "success"})
    await github.rerun_check("alice", "acme/shop", check)
    await github.rerun_suite("alice", "acme/shop", check)
    lint = await github.run_check("acme/shop", sha, "lint")
    await github.end_check("acme/shop", lint, "failure")
    await github.set_status("bob", "acme/shop", sha, "ci/old", "success")


async def test_every_delivery_has_the_published_shape(
    client: Client, github: GitHub, listening: Receiver
) -> None:
    await live_through_everything(client, github)

    kinds = {f"{each.event}.{each.action}" for each in github.deliveries}
    assert [each for it in github.deliveries for each in broken(it.event, it.payload)] == []
    assert kinds == {
        "check_run.completed",
        "check_run.created",
        "check_run.rerequested",
        "check_suite.completed",
        "check_suite.rerequested",
        "deployment.created",
        "deployment_status.created",
        "installation.created",
        "installation.deleted",
        "installation.suspend",
        "installation.unsuspend",
        "installation_repositories.added",
        "installation_repositories.removed",
        "issue_comment.created",
        "issue_comment.deleted",
        "issue_comment.edited",
        "issues.closed",
        "issues.labeled",
        "issues.opened",
        "pull_request.closed",
        "pull_request.edited",
        "pull_request.labeled",
        "pull_request.opened",
        "pull_request.ready_for_review",
        "pull_request.reopened",
        "pull_request.review_requested",
        "pull_request.synchronize",
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "push.None",
        "repository.archived",
        "repository.deleted",
        "repository.renamed",
        "repository.transferred",
        "repository.unarchived",
        "status.None",
        "workflow_run.completed",
        "workflow_run.in_progress",
        "workflow_run.requested",
    }
    assert github.violations == []


async def test_every_delivery_says_who_where_and_for_whom(
    client: Client, github: GitHub, listening: Receiver
) -> None:
    number = await github.open_issue("alice", "acme/shop", "Invoices")
    payload = github.deliveries[0].payload

    assert payload["sender"]["id"] == github.account("alice").id
    assert payload["repository"]["full_name"] == "acme/shop"
    assert payload["installation"]["id"] in github.installations
    assert payload["issue"]["number"] == number


async def test_a_delivery_is_signed_over_its_exact_bytes(github: GitHub, listening: Receiver) -> None:
    await github.open_issue("alice", "acme/shop", "Grüße")
    headers, body = listening.received[0]
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert headers.keys() >= HEADERS
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")


async def test_what_the_bot_does_comes_back_as_the_bots(
    client: Client, github: GitHub, listening: Receiver
) -> None:
    number = await github.open_issue("alice", "acme/shop", "Invoices")
    await client.post(f"{SHOP}/issues/{number}/comments", {"body": "hello"})
    told = github.deliveries_of("issue_comment")[0].payload

    assert told["sender"]["type"] == "Bot"
    assert told["comment"]["performed_via_github_app"]["slug"] == "claude-code-bot"


async def test_every_delivery_has_a_guid_of_its_own(github: GitHub, listening: Receiver) -> None:
    for _ in range(5):
        await github.open_issue("alice", "acme/shop", "Invoices")

    assert len({headers["X-GitHub-Delivery"] for headers, _ in listening.received}) == 5


async def test_a_delivery_is_doubled(github: GitHub, listening: Receiver) -> None:
    github.postman.twice = True
    await github.open_issue("alice", "acme/shop", "Invoices")
    first, second = listening.received

    assert first[1] == second[1]
    assert first[0]["X-GitHub-Delivery"] == second[0]["X-GitHub-Delivery"]


async def test_deliveries_are_held_back_and_let_go_in_another_order(
    github: GitHub, listening: Receiver
) -> None:
    github.postman.holding = True
    number = await github.open_issue("alice", "acme/shop", "Invoices")
    await github.comment("alice", "acme/shop", number, "/claude help")
    assert listening.received == []
    await github.postman.release([each.guid for each in reversed(github.deliveries)])

    assert listening.events() == ["issue_comment", "issues"]


async def test_a_delivery_is_sent_again_under_its_guid(
    client: Client, github: GitHub, listening: Receiver
) -> None:
    listening.status = 503
    await github.open_issue("alice", "acme/shop", "Invoices")
    listening.status = 202
    failed = (await client.call("GET", "/app/hook/deliveries", token=client.signed())).body[0]
    path = f"/app/hook/deliveries/{failed['id']}/attempts"
    again = await client.call("POST", path, token=client.signed())
    await github.settle()

    assert (failed["status_code"], again.status) == (503, 202)
    assert {headers["X-GitHub-Delivery"] for headers, _ in listening.received} == {failed["guid"]}
    assert len(listening.received) == 2


async def test_what_nobody_received_is_on_record(client: Client, github: GitHub, listening: Receiver) -> None:
    github.postman.losing = True
    await github.open_issue("alice", "acme/shop", "Invoices")
    listed = (await client.call("GET", "/app/hook/deliveries", token=client.signed())).body
    one = await client.call("GET", f"/app/hook/deliveries/{listed[0]['id']}", token=client.signed())

    assert [(each["event"], each["status_code"]) for each in listed] == [("issues", 0)]
    assert one.body["request"]["payload"]["action"] == "opened"
    assert listening.received == []


async def test_a_suspended_app_hears_of_nothing_else(github: GitHub, listening: Receiver) -> None:
    await github.suspend("acme", by="bob")
    await github.open_issue("alice", "acme/shop", "Invoices")

    assert listening.events() == ["installation"]


@pytest.mark.parametrize("end", ["success", "failure"])
async def test_whoever_deploys_does_as_scripted(
    client: Client, github: GitHub, listening: Receiver, end: str
) -> None:
    github.deployer = "success" if end == "success" else "failure"
    made = (await client.post(f"{SHOP}/deployments", {"ref": "main"})).body["id"]
    await github.settle()
    statuses = await client.get(f"{SHOP}/deployments/{made}/statuses")

    assert [each["state"] for each in statuses.body] == [end, "in_progress"]
    assert listening.events() == ["deployment", "deployment_status", "deployment_status"]
