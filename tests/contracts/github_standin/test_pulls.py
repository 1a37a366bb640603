"""Pull requests: opened once, following their branch, merged only as asked."""

import pytest

from standins.github.people import GitHub
from standins.github.state import MergeMethod
from standins.github.world import Refused
from tests.contracts.github_standin.client import SHOP, Client


async def test_a_pull_request_shows_what_it_changes(client: Client) -> None:
    number, sha = await client.pull("bot/pay", {"src/pay.py": "paid = 2\n"})
    whole = (await client.get(f"{SHOP}/pulls/{number}")).body
    files = (await client.get(f"{SHOP}/pulls/{number}/files")).body

    assert (whole["head"]["sha"], whole["changed_files"], whole["mergeable"]) == (sha, 1, True)
    assert files[0]["patch"] == "@@ -1 +1 @@\n-paid = 1\n+paid = 2"


@pytest.mark.parametrize(
    "asked",
    [
        {"title": "Pay", "head": "bot/pay", "base": "main"},
        {"head": "bot/pay", "base": "main"},
        {"title": "Pay", "head": "main", "base": "main"},
        {"title": "Pay", "head": "bot/none", "base": "main"},
        {"title": "Pay", "head": "bot/pay", "base": "none"},
        {"title": "Pay", "head": "bot/pay", "base": "main", "body": "x" * 65_537},
    ],
)
async def test_a_pull_request_that_cannot_be_is_refused(client: Client, asked: dict[str, str]) -> None:
    await client.pull("bot/pay", {"a.py": "a\n"})

    assert (await client.post(f"{SHOP}/pulls", asked)).status == 422
    assert len(client.github.effects_named("open_pull")) == 1


async def test_a_pull_request_is_found_by_its_branch(client: Client) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})
    await client.pull("bot/other", {"b.py": "b\n"})
    found = await client.get(f"{SHOP}/pulls?head=acme:bot/pay&state=all")

    assert [each["number"] for each in found.body] == [number]


async def test_the_head_follows_the_branch(client: Client, github: GitHub) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})
    pushed = await github.push("alice", "acme/shop", {"b.py": "b\n"}, branch="bot/pay")

    assert (await client.get(f"{SHOP}/pulls/{number}")).body["head"]["sha"] == pushed


async def test_exactly_the_head_that_was_asked_for_is_merged(client: Client, github: GitHub) -> None:
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    pushed = await github.push("alice", "acme/shop", {"b.py": "b\n"}, branch="bot/pay")
    stale = await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": sha})
    merged = await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": pushed})

    assert (stale.status, merged.status) == (409, 200)
    assert [each.facts["head"] for each in github.effects_named("merge")] == [pushed]


async def test_a_merge_is_a_real_commit_on_the_base(client: Client, github: GitHub) -> None:
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    await github.push("bob", "acme/shop", {"b.py": "b\n"})
    tip = github.repository("acme/shop").branches["main"]
    made = (await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": sha})).body["sha"]
    git = github.repository("acme/shop").git

    assert git.text("log", "-1", "--format=%P", "main").split() == [tip, sha]
    assert {"a.py", "b.py"} <= set(git.text("ls-tree", "-r", "--name-only", made).split())
    assert (await client.get(f"{SHOP}/pulls/{number}")).body["merge_commit_sha"] == made


async def test_a_squash_has_one_parent(client: Client, github: GitHub) -> None:
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": sha, "merge_method": "squash"})
    git = github.repository("acme/shop").git

    assert len(git.text("log", "-1", "--format=%P", "main").split()) == 1
    assert git.text("log", "-1", "--format=%s", "main") == f"Pay (#{number})"


async def test_a_rebase_makes_each_commit_anew_on_top_of_the_base(client: Client, github: GitHub) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})
    head = await github.push("alice", "acme/shop", {"b.py": "b\n"}, branch="bot/pay")
    tip = await github.push("bob", "acme/shop", {"c.py": "c\n"})
    merged = await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": head, "merge_method": "rebase"})
    git = github.repository("acme/shop").git

    assert git.text("rev-parse", "main") == merged.body["sha"] != head
    assert git.text("log", "--format=%an", f"{tip}..main").split() == ["alice", "claude-code-bot[bot]"]
    assert {"a.py", "b.py", "c.py"} <= set(git.text("ls-tree", "-r", "--name-only", "main").split())
    assert git.text("rev-list", "--merges", "main") == ""


@pytest.mark.parametrize(
    ("method", "why"),
    [
        ("merge", "Merge commits are not allowed on this repository."),
        ("squash", "Squash merges are not allowed on this repository."),
        ("rebase", "Rebase merges are not allowed on this repository."),
    ],
)
async def test_only_the_methods_that_a_repository_allows_are_played(
    client: Client, github: GitHub, method: MergeMethod, why: str
) -> None:
    github.repository("acme/shop").merge_methods -= {method}
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    refused = await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": sha, "merge_method": method})

    assert (refused.status, refused.body["message"]) == (405, why)
    assert github.effects_named("merge") == []


async def test_how_it_may_be_merged_is_told_to_those_who_may_write(client: Client, github: GitHub) -> None:
    github.repository("acme/shop").merge_methods = frozenset({"squash"})
    told = (await client.get(SHOP)).body
    reader = (await client.mint(permissions={"metadata": "read", "contents": "read"})).body["token"]
    read = (await client.call("GET", SHOP, token=reader)).body

    assert (told["allow_squash_merge"], told["allow_merge_commit"]) == (True, False)
    assert "allow_squash_merge" not in read


async def test_what_conflicts_is_not_merged(client: Client, github: GitHub) -> None:
    number, sha = await client.pull("bot/pay", {"src/pay.py": "paid = 2\n"})
    await github.push("bob", "acme/shop", {"src/pay.py": "paid = 3\n"})
    refused = await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": sha})

    assert refused.status == 405
    assert (await client.get(f"{SHOP}/pulls/{number}")).body["mergeable"] is False


async def test_what_is_closed_or_protected_is_not_merged(client: Client, github: GitHub) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})
    await github.protect("acme/shop", "main", why="At least 1 approving review is required.")
    guarded = await client.put(f"{SHOP}/pulls/{number}/merge", {})
    await github.protect("acme/shop", "main", why=None)
    await client.patch(f"{SHOP}/pulls/{number}", {"state": "closed"})
    closed = await client.put(f"{SHOP}/pulls/{number}/merge", {})

    assert (guarded.status, closed.status) == (405, 405)
    assert github.effects_named("merge") == []


async def test_deleting_its_branch_closes_a_pull_request(client: Client) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})
    await client.call("DELETE", f"{SHOP}/git/refs/heads/bot/pay")

    assert (await client.get(f"{SHOP}/pulls/{number}")).body["state"] == "closed"
    assert (await client.patch(f"{SHOP}/pulls/{number}", {"state": "open"})).status == 422


async def test_a_person_approves_the_head_they_saw(client: Client, github: GitHub) -> None:
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    await github.review("bob", "acme/shop", number)
    reviews = (await client.get(f"{SHOP}/pulls/{number}/reviews")).body

    assert [(each["user"]["login"], each["state"], each["commit_id"]) for each in reviews] == [
        ("bob", "APPROVED", sha)
    ]


async def test_nobody_approves_their_own(client: Client, github: GitHub) -> None:
    await github.push("alice", "acme/shop", {"a.py": "a\n"}, branch="mine")
    number = await github.open_pull("alice", "acme/shop", head="mine", title="Mine")
    by_bot, _ = await client.pull("bot/pay", {"b.py": "b\n"})

    with pytest.raises(Refused):
        await github.review("alice", "acme/shop", number)
    assert (await client.post(f"{SHOP}/pulls/{by_bot}/reviews", {"event": "APPROVE"})).status == 422


async def test_a_review_speaks_of_files_that_changed(client: Client) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})
    comment = {"path": "README.md", "line": 1, "body": "hm"}
    asked = {"event": "COMMENT", "body": "b", "comments": [comment]}

    assert (await client.post(f"{SHOP}/pulls/{number}/reviews", asked)).status == 422
