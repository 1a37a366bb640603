"""Forks: repositories of their own, whose pull requests lead into what they are of."""

import subprocess
from pathlib import Path

import pytest

from standins.github.people import GitHub
from standins.github.world import Refused
from tests.contracts.github_standin.client import SHOP, Client

CHANGED = {"src/pay.py": "paid = 2\n"}


@pytest.fixture
async def fork(github: GitHub) -> str:
    """Of somebody who may only read the shop; a branch of it changes a file."""
    github.person("mallory", {"acme/shop": "read"})
    made = await github.fork("mallory", "acme/shop")
    await github.push("mallory", made.full_name, CHANGED, branch="pay")
    return made.full_name


async def opened(client: Client) -> int:
    asked = {"title": "Pay", "head": "mallory:pay", "base": "main", "maintainer_can_modify": True}
    answer = await client.post(f"{SHOP}/pulls", asked)
    return int(answer.body["number"])


async def test_its_pull_request_says_where_it_comes_from(client: Client, fork: str) -> None:
    whole = (await client.get(f"{SHOP}/pulls/{await opened(client)}")).body

    assert (whole["head"]["label"], whole["head"]["ref"]) == ("mallory:pay", "pay")
    assert (whole["head"]["repo"]["full_name"], whole["head"]["repo"]["fork"]) == (fork, True)
    assert (whole["base"]["repo"]["full_name"], whole["base"]["repo"]["fork"]) == ("acme/shop", False)
    assert (whole["maintainer_can_modify"], whole["changed_files"], whole["mergeable"]) == (True, 1, True)


async def test_it_has_a_git_of_its_own(client: Client, fork: str) -> None:
    shop, theirs = client.github.repository("acme/shop"), client.github.repository(fork)

    assert shop.git.path != theirs.git.path
    assert "pay" in theirs.git.branches()
    assert "pay" not in shop.git.branches()


async def test_both_are_compared_across(client: Client, fork: str) -> None:
    head = client.github.repository(fork).branches["pay"]
    compared = (await client.get(f"{SHOP}/compare/main...mallory:pay")).body
    by_commit = (await client.get(f"{SHOP}/compare/acme:main...{head}")).body

    assert [each["filename"] for each in compared["files"]] == ["src/pay.py"]
    assert compared["files"] == by_commit["files"]
    assert (await client.get(f"{SHOP}/compare/main...nobody:pay")).status == 404
    assert (await client.get(f"{SHOP}/compare/main...mallory:none")).status == 404


async def test_what_it_shows_can_be_fetched_of_the_repository_that_it_goes_to(
    client: Client, fork: str, tmp_path: Path
) -> None:
    number, head = await opened(client), client.github.repository(fork).branches["pay"]
    shop = client.github.repository("acme/shop").git.path
    place = tmp_path / "clone"
    place.mkdir()

    def git(*asked: str) -> str:
        done = subprocess.run(["git", "-C", str(place), *asked], check=True, capture_output=True)  # noqa: S603, S607
        return done.stdout.decode().strip()

    git("init", "--quiet")
    git("fetch", "--quiet", str(shop), f"refs/pull/{number}/head")

    assert git("rev-parse", "FETCH_HEAD") == head


async def test_its_head_follows_the_forks_branch_and_the_app_hears_of_that_alone(
    client: Client, fork: str
) -> None:
    number, github = await opened(client), client.github
    github.webhook_url = "http://127.0.0.1:9/nobody"
    pushed = await github.push("mallory", fork, {"b.py": "b\n"}, branch="pay")

    assert (await client.get(f"{SHOP}/pulls/{number}")).body["head"]["sha"] == pushed
    [told] = github.deliveries
    assert (told.event, told.action, told.payload["repository"]["full_name"]) == (
        "pull_request",
        "synchronize",
        "acme/shop",
    )
    assert told.payload["pull_request"]["head"]["repo"]["full_name"] == fork
    assert told.payload["pull_request"]["head"]["sha"] == pushed


async def test_what_is_pushed_to_the_same_branch_of_the_other_moves_nothing(
    client: Client, fork: str
) -> None:
    number, github = await opened(client), client.github
    head = github.repository(fork).branches["pay"]
    await github.push("alice", "acme/shop", {"c.py": "c\n"}, branch="pay")

    assert (await client.get(f"{SHOP}/pulls/{number}")).body["head"]["sha"] == head
    assert [each["number"] for each in (await client.get(f"{SHOP}/pulls?head=mallory:pay")).body] == [number]
    assert (await client.get(f"{SHOP}/pulls?head=acme:pay")).body == []


async def test_a_fork_that_was_deleted_is_said_to_be_none(client: Client, fork: str) -> None:
    number, head = await opened(client), client.github.repository(fork).branches["pay"]
    await client.github.delete_repository("mallory", fork)
    whole = (await client.get(f"{SHOP}/pulls/{number}")).body

    assert (whole["state"], whole["head"]["repo"], whole["head"]["label"]) == ("open", None, "mallory:pay")
    assert (whole["head"]["sha"], whole["changed_files"]) == (head, 1)


async def test_a_branch_of_it_that_is_deleted_closes_its_pull_request(client: Client, fork: str) -> None:
    number, github = await opened(client), client.github
    await github.delete_branch("mallory", fork, "pay")
    gone = (await client.get(f"{SHOP}/pulls/{number}")).body["state"]

    assert gone == "closed"
    with pytest.raises(Refused):
        await github.reopen_pull("mallory", "acme/shop", number)


async def test_of_its_checks_github_does_not_say_the_pull_request(client: Client, fork: str) -> None:
    await opened(client)
    head = client.github.repository(fork).branches["pay"]
    made = await client.post(f"{SHOP}/check-runs", {"name": "Tests", "head_sha": head, "status": "queued"})

    assert (made.status, made.body["pull_requests"]) == (201, [])


async def test_it_is_merged_as_any_other(client: Client, fork: str) -> None:
    number, github = await opened(client), client.github
    merged = await client.put(f"{SHOP}/pulls/{number}/merge", {})
    git = github.repository("acme/shop").git

    assert merged.status == 200
    assert git.text("show", "main:src/pay.py") == "paid = 2"
    assert "from mallory/pay" in git.text("log", "-1", "--format=%s", "main")


async def test_who_may_not_read_it_forks_nothing(client: Client) -> None:
    client.github.person("eve")
    with pytest.raises(Refused):
        await client.github.fork("eve", "acme/shop")


async def test_nobody_forks_twice(client: Client, fork: str) -> None:
    with pytest.raises(Refused):
        await client.github.fork("mallory", "acme/shop")


async def test_a_branch_of_no_fork_is_no_head(client: Client) -> None:
    asked = {"title": "Pay", "head": "nobody:pay", "base": "main"}

    assert (await client.post(f"{SHOP}/pulls", asked)).status == 422
