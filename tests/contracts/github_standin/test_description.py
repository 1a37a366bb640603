"""Calls are held to GitHub's published description, and so are the stand-in's own answers."""

import json

import pytest

from standins.github import contract
from standins.github.conduct import TABLE
from standins.github.deeds.issues import react
from standins.github.people import GitHub
from tests.contracts.github_standin.client import SHOP, Client


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", f"{SHOP}/git/ref/heads/bot/pay", "/repos/{owner}/{repo}/git/ref/{ref}"),
        ("GET", f"{SHOP}/contents/src/pay.py", "/repos/{owner}/{repo}/contents/{path}"),
        ("GET", f"{SHOP}/contents/", "/repos/{owner}/{repo}/contents/{path}"),
        ("GET", f"{SHOP}/compare/main...bot/pay", "/repos/{owner}/{repo}/compare/{basehead}"),
        ("GET", f"{SHOP}/commits/bot/pay", "/repos/{owner}/{repo}/commits/{ref}"),
        ("GET", f"{SHOP}/commits/bot/pay/check-runs", "/repos/{owner}/{repo}/commits/{ref}/check-runs"),
        ("GET", f"{SHOP}/issues/comments/5", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
        ("GET", f"{SHOP}/issues/5/comments", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ],
)
def test_a_path_means_one_operation(method: str, path: str, template: str) -> None:
    matched = contract.load().match(method, path)

    assert matched is not None
    assert matched[0].template == template


def test_everything_that_is_played_is_described() -> None:
    described = {(each.method, each.template) for each in contract.load().operations}

    assert TABLE.keys() - described == set()


def test_every_published_example_of_a_request_is_accepted() -> None:
    root = json.loads(contract.DESCRIPTION.read_text(encoding="utf-8"))
    tried = 0
    for operation in contract.load().operations:
        content = operation.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in content.get("examples", {}).items():
            broken = list(contract.broken_by_request(operation, {}, {}, example["value"]))
            assert broken == [], (operation.template, name)
            tried += 1

    assert tried == 52, len(root["paths"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/git/refs", {"ref": "refs/heads/x"}),
        ("POST", "/git/refs", {"ref": 5, "sha": "x"}),
        ("POST", "/git/blobs", {"content": "x", "encodng": "utf-8"}),
        ("POST", "/git/blobs", None),
        ("GET", "/issues/first", None),
        ("GET", "/pulls?state=opened", None),
        ("GET", "/pulls?stat=open", None),
        ("GET", "/nothing/of/the/kind", None),
    ],
)
async def test_a_call_that_breaks_the_contract_is_refused_and_noted(
    client: Client, github: GitHub, method: str, path: str, body: object
) -> None:
    answer = await client.call(method, SHOP + path, body)

    assert answer.status in {404, 422}
    assert len(github.violations) >= 1


async def test_an_answer_that_breaks_the_contract_is_noted(client: Client, github: GitHub) -> None:
    number = await github.open_issue("alice", "acme/shop", "Invoices")
    shop = github.repository("acme/shop")
    react(github, shop, github.account("alice"), shop.issues[number], "applause")
    answer = await client.get(f"{SHOP}/issues/{number}/reactions")

    assert answer.status == 500
    assert "'applause' is not one of" in github.violations[0]


async def test_what_a_bot_does_in_a_day_breaks_nothing(client: Client, github: GitHub) -> None:
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    signed = client.signed()
    for path in ("/app", "/app/installations", f"{SHOP}/installation", "/app/hook/deliveries"):
        assert (await client.call("GET", path, token=signed)).status == 200
    reads = ["", f"/issues/{number}", "/issues", f"/pulls/{number}", "/pulls", f"/pulls/{number}/commits"]
    reads += [f"/commits/{sha}", f"/git/trees/{sha}?recursive=1", "/git/matching-refs/heads/bot"]
    for path in reads:
        assert (await client.get(SHOP + path)).status == 200
    for path in ("/rate_limit", "/installation/repositories", "/users/alice"):
        assert (await client.get(path)).status == 200

    assert github.violations == []
