"""The stand-in as a process of its own, steered over its own socket."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest


class Remote:
    """The stand-in's own doors."""

    def __init__(self, session: aiohttp.ClientSession, facts: dict[str, Any]) -> None:
        self.session, self.facts = session, facts

    async def ask(self, method: str, door: str, **asked: Any) -> Any:
        url = f"{self.facts['url']}/_standin/{door}"
        async with self.session.request(method, url, json=asked or None) as answer:
            return await answer.json() if answer.status == 200 else answer.status


@pytest.fixture
async def remote(tmp_path: Path) -> AsyncIterator[Remote]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "standins.github",
        "--state-dir",
        str(tmp_path),
        "--deployer",
        "success",
        cwd=Path(__file__).parents[3],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    facts = json.loads(await process.stdout.readline())
    async with aiohttp.ClientSession() as session:
        yield Remote(session, facts)
    process.terminate()
    assert await process.wait() == 0


def mode_of(path: str) -> int:
    return Path(path).stat().st_mode & 0o777


async def test_a_harness_acts_as_people_and_reads_what_happened(remote: Remote) -> None:
    await remote.ask("POST", "acts/create_repository", full_name="acme/shop", files={"a.py": "a\n"})
    await remote.ask("POST", "acts/person", login="alice", permission={"acme/shop": "write"})
    number = await remote.ask("POST", "acts/open_issue", login="alice", full_name="acme/shop", title="Hi")
    await remote.ask(
        "POST", "acts/comment", login="alice", full_name="acme/shop", number=number, body="/claude help"
    )
    effects = await remote.ask("GET", "effects")
    shop = (await remote.ask("GET", "repositories"))[0]

    assert [each["name"] for each in effects] == ["push", "open_issue", "create_comment"]
    assert [each["body"] for each in shop["comments"]] == ["/claude help"]
    assert mode_of(remote.facts["private_key"]) == 0o600


async def test_a_harness_switches_faults_on_and_off(remote: Remote) -> None:
    await remote.ask("POST", "faults", kind="refuse", route="*", status=503, times=None)
    async with remote.session.get(f"{remote.facts['url']}/app") as answer:
        assert answer.status == 503
    await remote.ask("DELETE", "faults")
    async with remote.session.get(f"{remote.facts['url']}/app") as answer:
        assert answer.status == 401


async def test_a_harness_throws_the_switches(remote: Remote) -> None:
    asked = {"deployer": None, "holding": True, "webhook_url": "http://127.0.0.1:1/"}

    assert await remote.ask("POST", "switches", **asked) == asked
    assert await remote.ask("POST", "switches", nonsense=1) == 404
    assert await remote.ask("POST", "acts/_change", full_name="acme/shop") == 404
    assert await remote.ask("POST", "acts/comment", login="nobody") == 400
