"""Nobody belongs to a process: whatever is begun at one of two goes on at the other, behind a real nginx."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import CookieJar

from bot.web.api_door import PREFIX
from tests.doors.balanced import Pair, needs_servers, paired
from tests.doors.proxied import needs_nginx
from tests.story.databases import Template
from tests.story.waiting import until

pytestmark = [
    needs_nginx,
    needs_servers,
    pytest.mark.asyncio(loop_scope="module"),  # the two are started once
    pytest.mark.timeout(180),
]

MOST: Final = 40
TRIES: Final = 5
Found = TypeVar("Found")
WISH: Final = {"repository": "acme/shop", "what": "send every paid invoice to the ERP"}
NAMES: Final = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(
    postgresql_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Pair]:
    here = tmp_path_factory.mktemp("pair")
    async with paired(postgresql_template, here, {"API_RATE_LIMITS": f"{MOST},1000"}) as it:
        yield it


class Caller:
    """Somebody who asks through nginx, and learns which process it was that answered."""

    def __init__(self, pair: Pair, session: aiohttp.ClientSession, key: str = "") -> None:
        self.pair, self.session, self.served_by = pair, session, list[str]()
        self.own = {"Authorization": f"Bearer {key}"} if key else {}

    async def asks(self, path: str, method: str = "GET", **more: Any) -> aiohttp.ClientResponse:
        name = f"request-{next(NAMES)}"
        headers = {**self.own, "X-Request-Id": name, **more.pop("headers", {})}
        async with self.session.request(
            method, path, headers=headers, allow_redirects=False, **more
        ) as answer:
            await answer.read()
        self.served_by.append(await self.pair.proxy.answered(name))
        return answer


@pytest_asyncio.fixture(loop_scope="module")
async def session(pair: Pair) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(pair.proxy.url, cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def test_who_signs_in_at_one_process_is_signed_in_at_the_other(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    browser = Caller(pair, session)
    page = (await browser.asks("/auth/login")).headers["Location"]
    pair.github.authorizations.at_the_browser = "requester"
    async with session.get(page, allow_redirects=False) as consent:
        back = consent.headers["Location"]
    begun = await browser.asks(back)
    shown = [await browser.asks(f"{PREFIX}/me") for _ in range(4)]

    assert begun.status == 303
    assert [(each.status, (await each.json())["person"]["login"]) for each in shown] == [
        (200, "requester")
    ] * 4
    assert set(browser.served_by[:2]) == set(browser.served_by[2:]) == pair.addresses


async def test_an_order_that_is_given_again_is_answered_by_whichever_process(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    caller = Caller(pair, session, await pair.key_of("requester", "write"))
    name, before = {"Idempotency-Key": "a-1"}, len(pair.github.repository("acme/shop").issues)

    given = [await caller.asks(f"{PREFIX}/integrations", "POST", json=WISH, headers=name) for _ in range(4)]

    assert [each.status for each in given] == [202] * 4
    assert [each.headers.get("Idempotent-Replayed") for each in given] == [None, "true", "true", "true"]
    assert len({await each.text() for each in given}) == 1
    assert set(caller.served_by) == pair.addresses
    assert len(pair.github.repository("acme/shop").issues) == before + 1


async def test_a_key_that_is_revoked_at_one_process_opens_nothing_at_the_other_from_then_on(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    key = await pair.key_of("requester", "read")
    own = {"Authorization": f"Bearer {key}"}
    here, there = (f"http://{each.address}{PREFIX}" for each in pair.processes)

    before = [await status(session, f"{at}/me", own) for at in (here, there)]
    revoked = await status(session, f"{here}/keys/{key.split('_')[1]}", own, "DELETE")
    after = [await status(session, f"{at}/me", own) for at in (there, here)]

    assert (before, revoked, after) == ([200, 200], 204, [401, 401])


async def status(
    session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], method: str = "GET"
) -> int:
    async with session.request(method, url, headers=headers) as answer:
        return answer.status


async def test_a_stream_goes_on_at_the_other_process_behind_the_event_that_the_reader_has(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    caller = Caller(pair, session, await pair.key_of("requester", "write"))
    wish = {**WISH, "what": "tell every customer when a parcel leaves"}
    it = await (await caller.asks(f"{PREFIX}/integrations", "POST", json=wish)).json()
    path, told, served_by = f"{PREFIX}/integrations/{it['id']}", list[str](), list[str]()

    for nth, then in enumerate((f"{path}/cancel", None)):
        name = f"stream-{nth}"
        headers = {**caller.own, "X-Request-Id": name, "Last-Event-ID": str(len(told))}
        async with session.get(f"{path}/stream", headers=headers) as answer:
            told.append(await event_of(answer.content))
        served_by.append(await pair.proxy.answered(name))
        if then:
            assert (await caller.asks(then, "POST", json={})).status == 202
            await caller.asks(f"{PREFIX}/me")  # two between the streams: they take turns

    assert told == ["IntegrationRequested", "CancelRequested"]
    assert set(served_by) == pair.addresses


async def event_of(content: aiohttp.StreamReader) -> str:
    """What the next event of the stream is called."""
    async with asyncio.timeout(60):
        block = ""
        while "data: " not in block:
            block = (await content.readuntil(b"\n\n")).decode()
    return str(json.loads(block.partition("data: ")[2])["type"])


async def counted_together(
    pair: Pair, session: aiohttp.ClientSession, attempt: Callable[[str], Awaitable[Found]]
) -> Found:
    """What came of it under a new key, while Redis answered. Where it does not, each counts by itself."""
    for _ in range(TRIES):
        await both_count_in_redis(pair, session)
        lost = pair.noted("shared_limits_lost")
        found = await attempt(await pair.key_of("requester", "read"))
        if pair.noted("shared_limits_lost") == lost:
            return found
    raise AssertionError(f"Redis did not answer in time, {TRIES} times")


async def both_count_in_redis(pair: Pair, session: aiohttp.ClientSession) -> None:
    """Each has asked Redis, and none has lost it."""
    own = {"Authorization": f"Bearer {await pair.key_of('requester', 'read')}"}

    async def counts() -> bool:
        for at in pair.addresses:
            await status(session, f"http://{at}{PREFIX}/me", own)
        return pair.noted("shared_limits_lost") == pair.noted("shared_limits_back")

    async def otherwise() -> str:
        return "Redis is away"

    await until(counts, otherwise=otherwise)


async def test_what_both_processes_let_through_together_is_the_limit(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    async def attempt(key: str) -> tuple[Caller, list[aiohttp.ClientResponse], list[int]]:
        caller = Caller(pair, session, key)
        found = [await caller.asks(f"{PREFIX}/me") for _ in range(MOST + 4)]
        straight = [await status(session, f"http://{at}{PREFIX}/me", caller.own) for at in pair.addresses]
        return caller, found, straight

    caller, found, straight = await counted_together(pair, session, attempt)

    assert [each.status for each in found] == [200] * MOST + [429] * 4
    assert [int(each.headers["RateLimit-Remaining"]) for each in found] == [
        *range(MOST - 1, -1, -1),
        *([0] * 4),
    ]
    assert {each.headers["RateLimit-Limit"] for each in found} == {str(MOST)}
    assert {each.headers["RateLimit-Policy"] for each in found} == {f"{MOST};w=60, 1000;w=3600"}
    assert all(0 < int(each.headers["Retry-After"]) <= 60 for each in found[MOST:])
    assert set(caller.served_by[:MOST]) == set(caller.served_by[MOST:]) == pair.addresses
    assert straight == [429, 429]  # whoever asks a process past nginx has no other quota there


async def test_of_many_at_once_no_more_than_the_limit_come_through(
    pair: Pair, session: aiohttp.ClientSession
) -> None:
    async def attempt(key: str) -> list[int]:
        path, headers = f"{PREFIX}/me", {"Authorization": f"Bearer {key}"}
        return await asyncio.gather(*(status(session, path, headers) for _ in range(MOST + 20)))

    assert sorted(await counted_together(pair, session, attempt)) == [200] * MOST + [429] * 20
