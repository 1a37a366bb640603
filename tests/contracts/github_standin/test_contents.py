"""Files, trees, commits and refs: what REST says is what git holds."""

import base64

import pytest

from standins.github.people import GitHub
from tests.contracts.github_standin.client import SHOP, Client


async def test_a_file_is_read_as_json_and_as_it_is(client: Client) -> None:
    shown = await client.get(f"{SHOP}/contents/src/pay.py")
    raw = await client.get(f"{SHOP}/contents/src/pay.py?ref=main", Accept="application/vnd.github.raw+json")

    assert base64.b64decode(shown.body["content"]) == raw.raw == b"paid = 1\n"


async def test_a_directory_is_a_list(client: Client) -> None:
    root = await client.get(f"{SHOP}/contents/")
    inside = await client.get(f"{SHOP}/contents/src")

    assert [(each["path"], each["type"]) for each in root.body] == [("README.md", "file"), ("src", "dir")]
    assert [each["path"] for each in inside.body] == ["src/pay.py"]


@pytest.mark.parametrize("path", ["contents/none.py", "contents/src/pay.py?ref=none", "git/ref/heads/none"])
async def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert (await client.get(f"{SHOP}/{path}")).status == 404


async def test_a_commit_holds_what_was_asked_and_is_the_apps_own(client: Client, github: GitHub) -> None:
    sha = await client.branch("bot/pay", {"src/pay.py": "paid = 2\n", "README.md": None, "new/a.py": "a\n"})
    git = github.repository("acme/shop").git

    assert git.text("show", f"{sha}:src/pay.py") == "paid = 2"
    assert git.text("ls-tree", "-r", "--name-only", "bot/pay").split() == ["new/a.py", "src/pay.py"]
    assert git.text("log", "-1", "--format=%an", sha) == "claude-code-bot[bot]"
    assert (await client.get(f"{SHOP}/git/commits/{sha}")).body["verification"]["verified"] is True
    assert git.run("fsck", "--strict", "--no-dangling") == b""


async def test_an_executable_stays_executable(client: Client, github: GitHub) -> None:
    entry = {"path": "run.sh", "mode": "100755", "type": "blob", "content": "true\n"}
    tree = await client.post(f"{SHOP}/git/trees", {"tree": [entry]})

    assert github.repository("acme/shop").git.entries(tree.body["sha"])[0].mode == "100755"


async def test_a_commit_that_names_its_author_is_not_verified(client: Client) -> None:
    head = (await client.get(f"{SHOP}/commits/main")).body
    asked = {"message": "m", "tree": head["commit"]["tree"]["sha"], "parents": [head["sha"]]}
    made = await client.post(f"{SHOP}/git/commits", asked | {"author": {"name": "A", "email": "a@b.c"}})

    assert made.body["verification"]["verified"] is False


@pytest.mark.parametrize(
    "entry",
    [
        {"path": "gone.py", "mode": "100644", "type": "blob", "sha": None},
        {"path": "a.py", "mode": "100644", "type": "blob", "sha": "0" * 40},
        {"path": "a.py", "mode": "100644", "type": "blob"},
        {"path": "a/../../b", "mode": "100644", "type": "blob", "content": "x"},
        {"path": ".git/hooks/x", "mode": "100644", "type": "blob", "content": "x"},
    ],
)
async def test_a_tree_that_cannot_be_is_refused(client: Client, entry: dict[str, object]) -> None:
    base = (await client.get(f"{SHOP}/branches/main")).body["commit"]["commit"]["tree"]["sha"]
    good = {"path": "a.py", "mode": "100644", "type": "blob", "content": "x"}
    refused = await client.post(f"{SHOP}/git/trees", {"base_tree": base, "tree": [entry]})
    made = await client.post(f"{SHOP}/git/trees", {"base_tree": base, "tree": [good]})

    assert (refused.status, made.status) == (422, 201)


async def test_a_branch_is_made_once_moved_forward_and_deleted_once(client: Client, github: GitHub) -> None:
    old = github.repository("acme/shop").branches["main"]
    sha = await client.branch("bot/pay", {"a.py": "a\n"})
    ref = {"ref": "refs/heads/bot/pay", "sha": old}

    assert (await client.post(f"{SHOP}/git/refs", ref)).status == 422
    assert (await client.patch(f"{SHOP}/git/refs/heads/bot/pay", {"sha": old})).status == 422
    assert (await client.get(f"{SHOP}/git/ref/heads/bot/pay")).body["object"]["sha"] == sha
    assert (await client.call("DELETE", f"{SHOP}/git/refs/heads/bot/pay")).status == 204
    assert (await client.call("DELETE", f"{SHOP}/git/refs/heads/bot/pay")).status == 422
    assert len(github.effects_named("create_branch")) == 1


async def test_a_comparison_starts_where_the_two_parted(client: Client, github: GitHub) -> None:
    sha = await client.branch("bot/pay", {"a.py": "a\n"})
    await github.push("alice", "acme/shop", {"b.py": "b\n"})
    compared = (await client.get(f"{SHOP}/compare/main...bot/pay")).body

    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == ("diverged", 1, 1)
    assert [each["filename"] for each in compared["files"]] == ["a.py"]
    assert [each["sha"] for each in compared["commits"]] == [sha]


async def test_a_diff_is_a_diff(client: Client) -> None:
    await client.branch("bot/pay", {"a.py": "a\n"})
    diff = await client.get(f"{SHOP}/compare/main...bot/pay", Accept="application/vnd.github.diff")

    assert diff.raw.startswith(b"diff --git a/a.py b/a.py\nnew file mode 100644\n")
