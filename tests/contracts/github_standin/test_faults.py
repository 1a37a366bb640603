"""What is switched on goes wrong, as often as asked, and nothing else does."""

import time

import aiohttp
import pytest

from standins.faults import Fault, Kind, missing_at_first, rate_limited
from standins.github.people import GitHub
from tests.contracts.github_standin.client import SHOP, Client

COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


@pytest.fixture
async def comments(github: GitHub) -> str:
    return f"{SHOP}/issues/{await github.open_issue('alice', 'acme/shop', 'Invoices')}/comments"


async def test_a_call_fails_before_anything_happens(client: Client, github: GitHub, comments: str) -> None:
    github.faults.add(Fault(kind="refuse", method="POST", route=COMMENTS, times=2))
    statuses = [(await client.post(comments, {"body": "x"})).status for _ in range(3)]

    assert statuses == [502, 502, 201]
    assert len(github.effects_named("create_comment")) == 1


async def test_an_answer_is_lost_after_it_happened(client: Client, github: GitHub, comments: str) -> None:
    github.faults.add(Fault(kind="lose", status=500, method="POST", route=COMMENTS))
    answer = await client.post(comments, {"body": "x"})

    assert answer.status == 500
    assert len((await client.get(comments)).body) == 1


@pytest.mark.parametrize(("kind", "made"), [("cut", 0), ("hang", 0), ("cut_after", 1), ("hang_after", 1)])
async def test_a_connection_is_cut(
    client: Client, github: GitHub, comments: str, kind: Kind, made: int
) -> None:
    github.faults.add(Fault(kind=kind, method="POST", route=COMMENTS, seconds=0.01))

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.post(comments, {"body": "x"})
    assert len(github.effects_named("create_comment")) == made
    assert github.calls[-1].status == 0


async def test_an_answer_is_late(client: Client, github: GitHub, comments: str) -> None:
    github.faults.add(Fault(kind="latency", route="/repos/*", seconds=0.2))
    begun = time.monotonic()
    await client.get(comments)

    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize("status", [403, 429])
async def test_a_secondary_limit_says_when_or_does_not(
    client: Client, github: GitHub, comments: str, status: int
) -> None:
    github.faults.add(rate_limited(status, retry_after=30))
    github.faults.add(rate_limited(status))
    told, untold = await client.get(comments), await client.get(comments)

    assert (told.status, told.headers.get("retry-after")) == (status, "30")
    assert (untold.status, untold.headers.get("retry-after")) == (status, None)


async def test_what_is_there_is_missing_at_first(client: Client, github: GitHub) -> None:
    github.faults.add(missing_at_first(route="/repos/{owner}/{repo}"))

    assert [(await client.get(SHOP)).status for _ in range(2)] == [404, 200]


async def test_reads_lag_behind(client: Client, github: GitHub, comments: str) -> None:
    stale = github.faults.add(Fault(kind="stale", route=COMMENTS, seconds=60, times=None))
    await client.post(comments, {"body": "x"})
    lagging = await client.get(comments)
    github.faults.active.remove(stale)

    assert lagging.body == []
    assert len((await client.get(comments)).body) == 1


async def test_a_merge_is_seen_late(client: Client, github: GitHub) -> None:
    number, sha = await client.pull("bot/pay", {"a.py": "a\n"})
    route = "/repos/{owner}/{repo}/pulls/{pull_number}"
    github.faults.add(Fault(kind="stale", method="GET", route=route, seconds=60, times=1))
    github.faults.add(Fault(kind="stale", method="GET", route="/nowhere", seconds=60, times=None))
    await client.put(f"{SHOP}/pulls/{number}/merge", {"sha": sha})
    seen = [(await client.get(f"{SHOP}/pulls/{number}")).body["merged"] for _ in range(2)]

    assert seen == [False, True]


async def test_a_fault_waits_its_turn(client: Client, github: GitHub) -> None:
    github.faults.add(Fault(kind="refuse", skip=1))

    assert [(await client.get(SHOP)).status for _ in range(3)] == [200, 502, 200]
