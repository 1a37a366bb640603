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
async def remote() -> AsyncIterator[Remote]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "standins.slack", cwd=Path(__file__).parents[3], stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    facts = json.loads(await process.stdout.readline())
    async with aiohttp.ClientSession() as session:
        yield Remote(session, facts)
    process.terminate()
    assert await process.wait() == 0


async def test_a_harness_acts_as_people_and_reads_what_happened(remote: Remote) -> None:
    team = (await remote.ask("POST", "acts/workspace", name="Acme"))["id"]
    await remote.ask("POST", "acts/person", name="alice", team=team)
    token = (await remote.ask("POST", "acts/give_token", team=team))["value"]
    await remote.ask("POST", "acts/create_channel", name="deploys", team=team, members=["alice", "claude"])
    await remote.ask("POST", "acts/says", name="alice", channel="deploys", text="hello")
    await remote.ask("POST", "acts/commands", name="alice", channel="deploys", text="status")
    effects = await remote.ask("GET", "effects")
    channels = await remote.ask("GET", "channels")

    assert token.startswith("xoxb-")
    assert [each["name"] for each in effects] == ["app.installed", "message.posted"]
    assert [each["name"] for each in channels.values()] == ["deploys"]


async def test_a_harness_switches_faults_and_throws_switches(remote: Remote) -> None:
    url = f"{remote.facts['api_url']}auth.test"
    await remote.ask("POST", "faults", kind="refuse", route="*", status=503, times=None)
    async with remote.session.post(url) as answer:
        assert answer.status == 503
    await remote.ask("DELETE", "faults")
    async with remote.session.post(url) as answer:
        assert (await answer.json())["error"] == "not_authed"

    assert await remote.ask("POST", "switches", holding=True) == {"holding": True}
    assert await remote.ask("POST", "switches", nonsense=1) == 404
    assert await remote.ask("POST", "acts/_act") == 404
    assert await remote.ask("POST", "acts/says", name="nobody") == 400
