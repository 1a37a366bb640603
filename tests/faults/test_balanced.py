"""One of two processes behind nginx is killed, or each restarted, under load: all is done, and once."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from bot.web.api_door import PREFIX
from standins.faults import Fault
from tests.doors.balanced import Pair, Process, needs_servers, paired
from tests.doors.proxied import needs_nginx
from tests.faults.ended import wrong_in
from tests.faults.loaded import (
    ASKS,
    CONNECTIONS,
    RAISES,
    REPOSITORIES,
    Load,
    kept,
    made_until_it_is_good,
    may_be_spent,
    more_of,
    now,
    opened,
    told,
    wishes,
)
from tests.story.databases import Template
from tests.story.waiting import until

KINDS: Final = ("raise", "ask", "delivery")
EVERYBODYS: Final = 50  # dollars a month
ISSUES: Final = "/repos/{owner}/{repo}/issues"
WISH: Final = {"repository": "acme/shop", "what": "send every paid invoice to the ERP"}
pytestmark = [needs_nginx, needs_servers, pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture
async def pair(
    postgresql_template: Template, tmp_path: Path, environment: Mapping[str, str]
) -> AsyncIterator[Pair]:
    settings = {"API_RATE_LIMITS": "100000,100000", **environment}
    async with paired(postgresql_template, tmp_path, settings) as it:
        for name in REPOSITORIES[1:]:
            place = it.github.create_repository(name)
            place.roles.update({"requester": "write", "admin": "admin"})
        yield it


async def is_done_once(pair: Pair, load: Load) -> None:
    """Everything that was wished for, and nothing else."""
    wished = {
        name: {each.wish.name for each in load.made if each.wish.name.startswith(name)} for name in KINDS
    }
    async with aiohttp.ClientSession(pair.proxy.url) as session:
        money = await may_be_spent(session, await pair.key_of("admin", "admin"))
    issues, deliveries = await kept(pair)
    assert money == EVERYBODYS + len(wished["raise"]) == EVERYBODYS + RAISES
    assert sorted(issues) == sorted(opened(pair))
    assert len(issues) == len(wished["ask"]) == ASKS
    assert {each for each in deliveries if each.startswith("delivery-")} == wished["delivery"]
    assert await wrong_in(pair.environment["DATABASE_URL"]) == []


async def test_f01_what_was_under_way_at_a_process_that_is_killed_is_done_once(pair: Pair) -> None:
    async with aiohttp.ClientSession(pair.proxy.url) as session:
        load = Load(await wishes(pair), session)
        async with asyncio.TaskGroup() as group:
            group.create_task(load.runs())
            await load.has_made(len(load.wishes) // 3)
            begin = now()
            await pair.processes[0].dies()
            end = now()
        under_way = [each for each in load.made if each.was_under_way(begin, end)]
        seen = f"{said_of(load)}, {len(under_way)} were under way at the kill"
        for each in load.failed:
            await made_until_it_is_good(session, each.wish)

    assert len(load.made) == len(load.wishes) == 300
    assert under_way, seen
    assert {each.wish.name for each in load.failed} <= {each.wish.name for each in under_way}, seen
    assert len(load.failed) <= CONNECTIONS, seen
    await is_done_once(pair, load)


def said_of(load: Load) -> str:
    return f"{len(load.failed)} of {len(load.made)} failed ({told(load.failed)})"


async def restarted(pair: Pair, process: Process) -> None:
    """Told to stop, started again, and asked again by nginx."""
    assert await process.stops() == 0
    await process.starts()
    before = len(pair.proxy.seen())

    async def asked() -> bool:
        return any(each["process"].endswith(process.address) for each in pair.proxy.seen(after=before))

    async def otherwise() -> str:
        return f"nginx asks {process.address} no more"

    await until(asked, otherwise=otherwise)


@pytest.mark.parametrize("environment", [{"DRAIN_SECONDS": "1"}, {}])
async def test_f03_while_each_process_is_restarted_in_turn_no_request_fails(pair: Pair) -> None:
    async with aiohttp.ClientSession(pair.proxy.url) as session:
        load = Load(await wishes(pair), session, more=await more_of(pair))
        async with asyncio.TaskGroup() as group:
            group.create_task(load.runs())
            for process in pair.processes:
                await restarted(pair, process)
            load.is_over = True

    assert load.failed == [], said_of(load)
    await is_done_once(pair, load)


async def test_f03_what_is_under_way_at_a_process_that_stops_ends_well_and_streams_go_on(pair: Pair) -> None:
    first, key = pair.processes[0], await pair.key_of("requester", "write")
    own = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        it = await ordered(session, pair.proxy.url, "integrations", own, WISH)
        path = f"{PREFIX}/integrations/{it['id']}/stream"
        async with session.get(f"http://{first.address}{path}", headers=own) as answer:
            was = await answer.content.readuntil(b'"type":"IntegrationRequested"')
            pair.github.faults.add(Fault(kind="latency", method="POST", route=ISSUES, seconds=2))
            late = group.create_task(
                ordered(session, f"http://{first.address}", "integrations", own, {**WISH, "what": "the rest"})
            )
            await is_met(pair)
            stops = group.create_task(first.stops())
            rest = (await answer.content.read()).decode()
        await ordered(session, pair.proxy.url, f"integrations/{it['id']}/cancel", own, {})
        async with session.get(f"{pair.proxy.url}{path}", headers={**own, "Last-Event-ID": "1"}) as answer:
            then = await answer.content.readuntil(b'"type":"CancelRequested"')

    assert (stops.result(), late.result()["state"]) == (0, "draft")
    assert was.startswith(b"retry: 3000")
    ended = re.search(r'\nretry: (\d+)\nevent: end\ndata: {"why":"stopping"}\n\n$', rest)
    assert ended, rest
    assert 1_000 <= int(ended[1]) < 5_000
    assert b"id: 2\n" in then
    assert b"id: 1\n" not in then


async def ordered(
    session: aiohttp.ClientSession, at: str, path: str, own: Mapping[str, str], about: Mapping[str, str]
) -> Any:
    async with session.post(f"{at}{PREFIX}/{path}", headers=own, json=about) as answer:
        assert answer.status == 202, await answer.text()
        return await answer.json()


async def is_met(pair: Pair) -> None:
    """Wait until GitHub is slow about it."""

    async def met() -> bool:
        return bool(pair.github.faults.met)

    async def otherwise() -> str:
        return "GitHub was not asked"

    await until(met, otherwise=otherwise)
