"""Real git fetches over HTTP with a token."""

import asyncio
import base64
import os
from pathlib import Path

from standins.github.people import GitHub
from tests.contracts.github_standin.client import Client


async def git(directory: Path, *arguments: str) -> tuple[int, str]:
    """Real git with a home of its own; its status and what it said."""
    process = await asyncio.create_subprocess_exec(
        "git",
        "-C",
        str(directory),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.defpath, "HOME": str(directory), "GIT_TERMINAL_PROMPT": "0"},
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def fetch(github: GitHub, directory: Path, token: str, *what: str) -> tuple[int, str]:
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    await git(directory, "init", "--quiet", "--bare")
    header = f"http.extraHeader=Authorization: Basic {secret}"
    return await git(directory, "-c", header, "fetch", "--quiet", f"{github.url}/acme/shop.git", *what)


async def test_one_commit_is_fetched_by_its_id(client: Client, github: GitHub, tmp_path: Path) -> None:
    wanted = github.repository("acme/shop").branches["main"]
    await github.push("alice", "acme/shop", {"later.py": "x\n"})
    status, said = await fetch(github, tmp_path, client.token, "--depth=1", wanted)

    assert (status, said) == (0, "")
    assert (await git(tmp_path, "show", f"{wanted}:src/pay.py"))[1] == "paid = 1\n"


async def test_a_branch_is_fetched_as_the_bot_left_it(client: Client, github: GitHub, tmp_path: Path) -> None:
    sha = await client.branch("bot/pay", {"a.py": "a\n"})
    await fetch(github, tmp_path, client.token, "refs/heads/bot/pay:refs/heads/pay")

    assert (await git(tmp_path, "rev-parse", "pay"))[1].strip() == sha


async def test_nothing_is_fetched_without_the_right(client: Client, github: GitHub, tmp_path: Path) -> None:
    narrowed = (await client.mint(permissions={"issues": "write"})).body["token"]

    for token in ("ghs_unknown", narrowed):
        assert (await fetch(github, tmp_path, token, "main"))[0] != 0
    async with client.session.get(f"{github.url}/acme/shop.git/info/refs?service=git-upload-pack") as answer:
        assert answer.status == 401


async def test_nothing_is_pushed(client: Client, github: GitHub) -> None:
    answer = await client.get("/acme/shop.git/info/refs?service=git-receive-pack")

    assert answer.status == 403


async def test_a_repository_of_this_machine_is_taken_over(github: GitHub, tmp_path: Path) -> None:
    source = github.repository("acme/shop").git.path
    copied = github.create_repository("acme/copy", source=source)

    assert copied.branches == github.repository("acme/shop").branches
    assert copied.default_branch == "main"
