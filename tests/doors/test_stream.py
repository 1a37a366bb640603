"""The stream of an integration: in order, none lost or doubled, resumed, bounded, and ended with a word."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from aiohttp import ClientResponse, web

from bot.api_records import Caller
from bot.application.keys import recognised
from bot.application.projections import row_of
from bot.domain import events as e
from bot.domain.integration import fold
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.observing import Nobody
from bot.infrastructure.sessions import Sessions
from bot.records import Refused
from bot.web.api_door import PREFIX, Pace
from tests.doors.api import Opened
from tests.doors.api_places import ISSUER, NO_SUCH, OPEN, OURS_HIDDEN, SECOND, SHOP
from tests.doors.matrix import gate_of, session_of
from tests.doors.test_api import code_of
from tests.doors.webapp import Client, Connect
from tests.story.waiting import until
from tests.unit.histories import DEVELOPER

PATH: Final = f"{PREFIX}/integrations/{OPEN}/stream"
QUICK: Final = Pace(beats=0.05, asks=0.02, bears=0.1, writes=0.3)
SOON: Final = 2.0


def log_of(opened: Opened) -> EventStore:
    return EventStore(opened.database, opened.clock, lambda *_: None, Nobody())


async def add(opened: Opened, *facts: e.Event, to: str = OPEN) -> None:
    """Facts as they come, one append each."""
    log = log_of(opened)
    for fact in facts:
        past = await log.read(to)
        it = fold(to, [*e.decode(past), fact])
        await log.append(
            to,
            e.encode([fact]),
            after=len(past),
            key=f"{to}-{len(past)}-more",
            meta={},
            row=row_of(it),
            follow_ups=(),
        )


def paused(count: int) -> Sequence[e.Event]:
    return [e.Paused(cause="budget", detail="dollars") for _ in range(count)]


@asynccontextmanager
async def stream(
    api: Client, opened: Opened, path: str = PATH, **headers: str
) -> AsyncIterator[ClientResponse]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with api.get(path, headers={**opened.bearer(), **named}) as answer:
        yield answer


async def messages(answer: ClientResponse, count: int = 10_000) -> list[dict[str, str]]:
    """So many messages, or all until the end; comments and `retry` are none."""
    found: list[dict[str, str]] = []
    async with asyncio.timeout(60):
        while len(found) < count and (block := await _block(answer)):
            fields = dict(line.split(": ", 1) for line in block if not line.startswith((":", "retry")))
            found += [fields] if fields else []
    return found


async def _block(answer: ClientResponse) -> list[str]:
    lines: list[str] = []
    while line := (await answer.content.readline()).decode():
        if line == "\n":
            return lines
        lines.append(line.rstrip("\n"))
    return lines


def versions(found: Sequence[dict[str, str]]) -> list[int]:
    return [int(each["id"]) for each in found]


async def test_what_was_comes_first_and_then_what_comes(api: Client, opened: Opened) -> None:
    async with stream(api, opened) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        was = await messages(answer, 2)
        await add(opened, *paused(2))
        comes = await messages(answer, 2)

    assert versions([*was, *comes]) == [1, 2, 3, 4]
    assert [each["event"] for each in comes] == ["Paused", "Paused"]
    page = await api.get(f"{PREFIX}/integrations/{OPEN}/events", headers=opened.bearer())
    assert [json.loads(each["data"]) for each in (*was, *comes)] == (await page.json())["items"]


async def test_while_it_is_appended_to_all_the_time_none_is_lost_or_doubled(
    api: Client, opened: Opened
) -> None:
    async def follows() -> list[int]:
        async with stream(api, opened) as answer:
            return versions(await messages(answer, 32))

    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(follows()) for _ in range(3)]
        group.create_task(add(opened, *paused(30)))
        group.create_task(add(opened, *paused(30), to=SECOND))

    assert [reader.result() for reader in readers] == [list(range(1, 33))] * 3


async def test_it_goes_on_exactly_behind_the_event_that_the_reader_has(api: Client, opened: Opened) -> None:
    await add(opened, *paused(3))

    async with stream(api, opened, Last_Event_ID="3") as answer:
        resumed = versions(await messages(answer, 2))
    async with stream(api, opened, f"{PATH}?after=4") as answer:
        asked = versions(await messages(answer, 1))

    assert (resumed, asked) == ([4, 5], [5])


@pytest.mark.parametrize("last", ["3", "x", "-1", "1.0", "99999999999999", "²"])
async def test_an_id_that_is_none_of_its_events_is_refused(api: Client, opened: Opened, last: str) -> None:
    async with stream(api, opened, Last_Event_ID=last) as answer:
        assert await code_of(answer) == (400, "bad_event_id")


@pytest.mark.parametrize("other", [OURS_HIDDEN, NO_SUCH])
async def test_web_13_what_one_may_not_see_is_not_streamed(api: Client, opened: Opened, other: str) -> None:
    async with stream(api, opened, PATH.replace(OPEN, other)) as answer:
        assert await code_of(answer) == (404, "no_integration")


async def test_a_quiet_stream_says_that_it_lives(opened: Opened, aiohttp_client: Connect) -> None:
    opened.pace = QUICK
    api = await opened.served(aiohttp_client)

    async with stream(api, opened, Last_Event_ID="2") as answer:
        blocks = [await _block(answer) for _ in range(3)]

    assert blocks == [["retry: 3000"], [": still here"], [": still here"]]


async def test_it_ends_when_nothing_more_can_come_and_then_there_is_nothing(
    api: Client, opened: Opened
) -> None:
    async with stream(api, opened, Last_Event_ID="2") as answer:
        await add(opened, e.Deprecated())
        told = await messages(answer)

    assert [each["event"] for each in told] == ["Deprecated", "end"]
    assert json.loads(told[-1]["data"]) == {"why": "over"}
    assert "id" not in told[-1]
    async with stream(api, opened, Last_Event_ID="3") as answer:
        assert (answer.status, await answer.read()) == (204, b"")
    async with stream(api, opened, Last_Event_ID="1") as answer:
        assert [each["event"] for each in await messages(answer)] == [
            "ValidationStarted",
            "Deprecated",
            "end",
        ]


async def ends(opened: Opened, aiohttp_client: Connect, change: Any) -> tuple[str, int]:
    """What the reader is told at the end, and how many were told of what came after that."""
    opened.pace = QUICK
    api = await opened.served(aiohttp_client)
    async with stream(api, opened, Last_Event_ID="2") as answer:
        await change()
        told = await messages(answer)
    assert [each["event"] for each in told] == ["end"]
    return json.loads(told[0]["data"])["why"], opened.live.followers


async def test_it_ends_with_the_right_to_read(opened: Opened, aiohttp_client: Connect) -> None:
    async def lose() -> None:
        opened.github.roles = {}

    assert await ends(opened, aiohttp_client, lose) == ("not_allowed", 0)


async def test_it_ends_with_the_key(opened: Opened, aiohttp_client: Connect) -> None:
    async def revoke() -> None:
        await ApiKeys(opened.database, opened.crypto).revoke(
            opened.texts["reader"].split("_")[1], opened.clock.now()
        )

    assert await ends(opened, aiohttp_client, revoke) == ("not_allowed", 0)


@dataclass
class SignedIn:
    """Whoever shows no key is signed in, as long as they are a member."""

    known_as: Caller
    is_member: bool = True

    def is_shown(self, request: web.Request) -> bool:
        return "Authorization" not in request.headers

    def text_of(self, _request: web.Request) -> str:
        return ""

    async def caller(self, _request: web.Request, *, field: str | None = None) -> Caller:
        if not self.is_member:
            raise Refused(403, "not_a_member", "you are a member of nothing that is served")
        return self.known_as


async def test_web_14_it_ends_with_a_word_where_who_is_signed_in_is_a_member_no_more(
    opened: Opened, aiohttp_client: Connect
) -> None:
    key = opened.texts["reader"]
    ada = await recognised(key, ApiKeys(opened.database, opened.crypto), opened.clock)
    opened.pace, opened.by_session = QUICK, (signed_in := SignedIn(known_as=ada))
    api = await opened.served(aiohttp_client)

    async with api.get(PATH, headers={"Last-Event-ID": "2"}) as answer:
        signed_in.is_member = False
        told = await messages(answer)

    assert [(each["event"], json.loads(each["data"])["why"]) for each in told] == [("end", "not_allowed")]
    assert opened.live.followers == 0


async def test_it_ends_where_github_cannot_be_asked(opened: Opened, aiohttp_client: Connect) -> None:
    async def fall() -> None:
        opened.github.roles = None

    assert await ends(opened, aiohttp_client, fall) == ("unavailable", 0)


async def test_it_ends_with_the_process_at_once(opened: Opened, aiohttp_client: Connect) -> None:
    async def stop() -> None:
        opened.live.close()

    assert (await ends(opened, aiohttp_client, stop))[0] == "stopping"


async def test_who_does_not_read_is_cut_off_and_not_remembered(
    opened: Opened, aiohttp_client: Connect
) -> None:
    opened.pace = QUICK
    api = await opened.served(aiohttp_client)
    long = e.Paused(cause="budget", detail="d" * 200_000)
    reader, writer = await asyncio.open_connection(api.host, api.port, limit=1024)
    writer.write(
        f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {opened.texts['reader']}\r\n\r\n".encode()
    )
    await reader.readuntil(b"retry")

    async with asyncio.timeout(60):
        while not opened.live.cut_off:
            await add(opened, long, long)

    assert (opened.live.cut_off, opened.live.followers) == (1, 0)
    writer.close()


async def no_end() -> str:
    return "a place was not given back"


async def test_a_caller_has_so_many_and_a_process_so_many(opened: Opened, aiohttp_client: Connect) -> None:
    opened.streams = (1, 2)
    api = await opened.served(aiohttp_client)
    second = PATH.replace(OPEN, SECOND)

    async def none_left() -> bool:
        return not opened.live.followers

    async with stream(api, opened) as first:
        async with stream(api, opened, second) as answer:
            assert await code_of(answer) == (429, "too_many_streams")
            assert int(answer.headers["Retry-After"]) > 0
        async with api.get(second, headers=opened.bearer("admin")) as other:
            assert (first.status, other.status) == (200, 200)
            async with api.get(second, headers=opened.bearer("eve")) as hidden:
                assert hidden.status == 404
            async with api.get(second, headers=opened.bearer("admin")) as full:
                assert await code_of(full) == (503, "streams_full")
    await until(none_left, otherwise=no_end)


async def test_web_06_it_ends_within_two_seconds_with_a_session_that_another_process_ended(
    opened: Opened, aiohttp_client: Connect
) -> None:
    opened.github.roles = {(SHOP, DEVELOPER.id): "read"}
    opened.by_session, opened.pace = gate_of(opened), Pace()
    api, shown = await opened.served(aiohttp_client), await session_of(opened)
    elsewhere = await Database.open(opened.database.url)

    async with api.get(PATH, headers={**shown, "Last-Event-ID": "2"}) as answer:
        await Sessions(elsewhere, opened.crypto, ISSUER.address).end_all(DEVELOPER.id)
        ended_at = asyncio.get_running_loop().time()
        told = await messages(answer)
        seconds = asyncio.get_running_loop().time() - ended_at

    await elsewhere.close()
    assert [(each["event"], json.loads(each["data"])["why"]) for each in told] == [("end", "not_allowed")]
    assert seconds < SOON


async def test_a_moment_without_an_answer_is_borne_with(opened: Opened, aiohttp_client: Connect) -> None:
    opened.pace = Pace(beats=0.05, asks=0.02, bears=60, writes=0.3)
    api, word = await opened.served(aiohttp_client), opened.github.roles
    async with stream(api, opened, Last_Event_ID="2") as answer:
        opened.github.roles = None
        beats = [(await answer.content.readuntil(b"\n\n")) for _ in range(5)]
        opened.github.roles = word
        await add(opened, e.Deprecated())
        told = await messages(answer)

    assert beats[-1] == b": still here\n\n"
    assert [each["event"] for each in told] == ["Deprecated", "end"]
