"""The live feed of a running bot: from the request to the gate, over restarts and a kill."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import aiohttp

from bot.domain.states import State
from tests.doors.running import ROOT, free_port, listens
from tests.scenarios.test_api import key_for
from tests.scenarios.test_keys_by_hand import said
from tests.scenarios.test_odd_deliveries import arrive, sent
from tests.story import Team
from tests.story.running import Row

SECONDS: Final = 60
SOON: Final = 2.0
REMOVED: Final = ROOT / "tests/contracts/data/webhooks/member/added.2.json"


@asynccontextmanager
async def followed(port: int, key: str, integration: str, last: int) -> AsyncIterator[aiohttp.StreamReader]:
    address = f"http://127.0.0.1:{port}/api/v1/integrations/{integration}/stream"
    headers = {"Authorization": f"Bearer {key}", "Last-Event-ID": str(last)}
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as answer:
        assert answer.status == 200
        yield answer.content


async def told(content: aiohttp.StreamReader, until: str) -> list[dict[str, Any]]:
    """What is told, up to the first of that name, or until the connection breaks."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(SECONDS):
        while not (found and found[-1]["event"] == until and "data" in found[-1]):
            line = ""
            with suppress(aiohttp.ClientError):
                line = (await content.readline()).decode()
            if not line:
                break
            name, _, value = line.rstrip().partition(": ")
            found += [{"event": value}] if name == "event" else []
            found[-1:] = [{**found[-1], "data": json.loads(value)}] if name == "data" else found[-1:]
    return found


async def test_what_happens_is_told_as_it_happens_and_goes_on_after_a_restart(team: Team) -> None:
    thread = await team.asks()
    await team.bot.is_in(State.GENERATING, on=thread)
    row = await team.bot.row(thread)
    assert row is not None
    key = await key_for(team, "viewer")

    async with followed(team.bot.port, key, row["id"], 0) as content:
        first = await told(content, "RequestValidated")
        async with asyncio.timeout(SECONDS):
            await team.bot.restarts()  # with the stream open
        rest = await told(content, "end")
    seen = [*first, *(each for each in rest if each["event"] != "end")]
    async with followed(team.bot.port, key, row["id"], seen[-1]["data"]["version"]) as content:
        seen += await told(content, "PullRequestCreated")

    assert rest[-1]["data"] == {"why": "stopping"}
    names = [each["event"] for each in seen]
    assert names == (await team.bot.facts())[: len(names)]
    assert "TurnTaken" in names


@asynccontextmanager
async def process_of(team: Team) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """The team's bot as a process of its own."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env={**team.bot.environment, "PYTHONPATH": str(ROOT), "PORT": str(port)},
    )
    try:
        async with asyncio.timeout(SECONDS):
            await listens(process, port)
        team.github.world.webhook_url = f"http://127.0.0.1:{port}/webhooks/github"
        yield process, port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_after_a_kill_it_goes_on_where_it_was(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    row, facts = await team.bot.row(), await team.bot.facts()
    assert row is not None
    key = await key_for(team, "viewer")
    await team.bot.stops()

    async with process_of(team) as (process, port), followed(port, key, row["id"], 0) as content:
        before = await told(content, facts[-1])
        process.kill()
        assert await told(content, "end") == []
    last = before[-1]["data"]["version"]
    async with process_of(team) as (_, port), followed(port, key, row["id"], last) as content:
        await team.admin.comments("/claude approve", on=pull)
        after = await told(content, "Activated")

    await team.bot.starts()
    assert [each["event"] for each in (*before, *after)] == (await team.bot.facts())[: last + len(after)]


@asynccontextmanager
async def ended(port: int, bearer: str, row: Row, found: list[float]) -> AsyncIterator[None]:
    """An open stream; afterwards, how many seconds later it ended than what is done meanwhile."""
    async with followed(port, bearer, row["id"], row["version"]) as content:
        yield
        done_at = asyncio.get_running_loop().time()
        [end] = await told(content, "end")
        found.append(asyncio.get_running_loop().time() - done_at)
    assert end == {"event": "end", "data": {"why": "not_allowed"}}


async def test_it_ends_within_two_seconds_once_the_operator_revokes_the_key(team: Team) -> None:
    await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    row, port, found = await team.bot.row(), team.bot.port, list[float]()
    assert row is not None
    keys = [await key_for(team, "viewer") for _ in range(2)]
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"http://127.0.0.1:{port}/auth/token", data={"grant_type": "api_key", "api_key": keys[1]}
        ) as answer,
    ):
        token = (await answer.json())["access_token"]

    for key, bearer in ((keys[0], keys[0]), (keys[1], token)):
        async with ended(port, bearer, row, found):
            assert "is revoked" in await said(team, ["keys", "revoke", key.split("_")[1]])

    assert max(found) < SOON


async def test_it_ends_within_two_seconds_once_github_says_that_its_reader_may_read_no_more(
    team: Team,
) -> None:
    await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    row, found, key = await team.bot.row(), list[float](), await key_for(team, "viewer")
    assert row is not None
    payload = json.loads(REMOVED.read_bytes()) | {"action": "removed"}
    payload["installation"] = {"id": next(iter(team.github.world.installations))}

    async with ended(team.bot.port, key, row, found):
        del team.github.repository.roles["viewer"]
        assert await arrive(team, [sent(payload, "member")]) == {202}

    assert max(found) < SOON
