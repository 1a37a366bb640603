"""nginx in front passes on what the bot answers and no more, believes nobody, and repeats what it may."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from bot.web.api_door import PREFIX
from bot.web.api_gateway import MOST_BODY
from bot.web.gateway import listening
from bot.web.reading import LARGEST_BODY
from bot.web.webhooks import PATH
from tests.doors.api import Opened
from tests.doors.api_places import OPEN
from tests.doors.mounted import INSIDE, mounted_in, there
from tests.doors.proxied import Proxy, needs_nginx, nginx
from tests.doors.running import free_port
from tests.story.waiting import until

pytestmark = needs_nginx

ORDER: Final = f"{PREFIX}/integrations"
MOST: Final = 64  # connections of one address
KEY: Final[dict[str, str]] = {"Idempotency-Key": "a-1"}


def at_once() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Process:
    """What stands behind nginx: it remembers what it was sent, and answers, or ends with it in its hand."""

    dies: bool = False
    holds: asyncio.Event = field(default_factory=at_once)
    sent: list[tuple[str, str]] = field(default_factory=list)
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    port: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.sent.append((request.method, request.path))
        self.headers = request.headers.copy()
        if self.dies and request.transport is not None:
            request.transport.abort()
        await self.holds.wait()
        return web.Response(text="from a process")


@asynccontextmanager
async def processes(
    here: Path, *given: Process, shut: int | None = None
) -> AsyncIterator[tuple[Proxy, aiohttp.ClientSession]]:
    """These processes behind nginx, before them one that is not there if a port is shut; and who asks it."""
    async with AsyncExitStack() as stack:
        for each in given:
            app = web.Application(client_max_size=2 * LARGEST_BODY)
            app.router.add_route("*", "/{path:.*}", each.answer)
            each.port = await stack.enter_async_context(listening(app, host="127.0.0.1", port=0))
        ports = [*([shut] if shut else []), *(each.port for each in given)]
        proxy = await stack.enter_async_context(nginx(here / "nginx", *ports))
        yield proxy, await stack.enter_async_context(aiohttp.ClientSession(proxy.url))


async def code_of(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    """How it was refused, by nginx as by the bot."""
    assert answer.content_type == "application/problem+json"
    said = await answer.json()
    assert (said["status"], said["request_id"]) == (answer.status, answer.headers["X-Request-Id"])
    return answer.status, said["type"].removeprefix("urn:problem:")


async def test_every_route_is_passed_on_with_its_methods_and_what_is_inside_is_not(
    opened: Opened, tmp_path: Path
) -> None:
    process, mounted = Process(), mounted_in(opened)
    wanted = [(method, there(path)) for path in mounted for method in mounted[path] if path not in INSIDE]

    async with processes(tmp_path, process) as (proxy, asked):
        for method, path in wanted:
            async with asked.request(method, path) as answer:
                assert (answer.status, await answer.text()) == (200, "from a process"), (method, path)
        for path in (*INSIDE, "/", f"{PREFIX}/../../metrics", "/auth/%2e%2e/metrics", "//metrics"):
            async with asked.get(URL(proxy.url + path, encoded=True)) as answer:
                assert await code_of(answer) == (404, "not_found"), path

    assert process.sent == wanted
    assert set(mounted) >= INSIDE


@pytest.mark.parametrize(
    ("path", "most"), [(PATH, LARGEST_BODY), (ORDER, MOST_BODY), ("/auth/token", MOST_BODY)]
)
async def test_a_body_is_as_long_as_the_bot_takes_it(tmp_path: Path, path: str, most: int) -> None:
    process = Process()

    async with processes(tmp_path, process) as (_, asked):
        async with asked.post(path, data=BytesIO(b" " * most)) as answer:
            assert answer.status == 200
        async with asked.post(path, data=BytesIO(b" " * (most + 1)), expect100=True) as answer:
            assert await code_of(answer) == (413, "too_large")

    assert process.sent == [("POST", path)]


async def test_what_a_caller_says_of_where_they_come_from_reaches_no_process(tmp_path: Path) -> None:
    process, said = Process(), "203.0.113.9"
    made_up = {"X-Forwarded-For": f"{said}, {said}", "X-Real-IP": said, "X-Forwarded-Host": said}

    async with processes(tmp_path, process) as (_, asked):
        await asked.get(f"{PREFIX}/me", headers={**made_up, "Forwarded": f"for={said}"})

    assert process.headers["X-Forwarded-For"] == "127.0.0.1"
    assert said not in str(process.headers)


async def test_web_16_nobody_has_another_quota_by_an_address_that_is_made_up(
    opened: Opened, tmp_path: Path
) -> None:
    opened.rates, opened.trusted_proxies = {60: 2, 3600: 100}, 1
    async with (
        listening(opened.application(), host="127.0.0.1", port=0) as port,
        nginx(tmp_path / "nginx", port) as proxy,
        aiohttp.ClientSession(proxy.url) as asked,
    ):
        hops = [f"203.0.113.{nth}" for nth in range(3)]
        found = [await asked.get(f"{PREFIX}/me", headers={"X-Forwarded-For": hop}) for hop in hops]

    assert [each.status for each in found] == [401, 401, 429]


@pytest.mark.parametrize(("given", "own"), [("trace-4711", 10), ("a b", 32), ("x" * 37, 32)])
async def test_a_request_is_known_by_the_callers_id_or_by_one_of_ours(
    tmp_path: Path, given: str, own: int
) -> None:
    process = Process()

    async with processes(tmp_path, process) as (proxy, asked):
        await asked.get("/slack/link?ticket=secret")
        await asked.get("/auth/callback?code=secret", headers={"X-Request-Id": given})
        written = await proxy.answered(name := process.headers["X-Request-Id"])

    assert (len(name), name == given) == (own, own == len(given))
    assert written == f"127.0.0.1:{process.port}"
    assert "secret" not in (proxy.here / "access.log").read_text(encoding="utf-8")


SECRET: Final = ("/auth/callback", "/auth/login", "/slack/oauth_redirect", "/slack/link")


async def test_what_nginx_says_of_a_process_that_is_away_holds_no_code_either(tmp_path: Path) -> None:
    async with (
        nginx(tmp_path / "nginx", free_port(), free_port()) as proxy,
        aiohttp.ClientSession(proxy.url) as asked,
    ):
        answers = [await asked.get(f"{path}?code=secret") for path in (*SECRET, "/api/docs")]

    said = (proxy.here / "error.log").read_text(encoding="utf-8")
    assert {each.status for each in answers} == {502}
    assert [path for path in SECRET if path in said] == []
    assert "/api/docs" in said


Sent = tuple[str, str, dict[str, str]]


async def test_it_is_reached_over_tls_with_the_certificate_that_it_names(tmp_path: Path) -> None:
    process = Process()
    app = web.Application()
    app.router.add_get("/{path:.*}", process.answer)
    async with (
        listening(app, host="127.0.0.1", port=0) as port,
        nginx(tmp_path / "nginx", port, has_tls=True) as proxy,
        aiohttp.ClientSession() as asked,
    ):
        known = ssl.create_default_context(cafile=proxy.here / "certificate.pem")
        async with asked.get(f"https://127.0.0.1:{proxy.port}/auth/session", ssl=known) as answer:
            assert answer.status == 200

    assert process.headers["X-Forwarded-Proto"] == "https"


AGAIN: Final[tuple[Sent, ...]] = (
    ("GET", ORDER, {}),
    ("GET", f"{ORDER}/{OPEN}/stream", {}),
    ("POST", ORDER, KEY),
    ("PUT", f"{ORDER}/{OPEN}", KEY),
    ("DELETE", f"{ORDER}/{OPEN}", KEY),
    ("POST", PATH, {}),
)
ONCE: Final[tuple[Sent, ...]] = (
    ("POST", ORDER, {}),
    ("PUT", f"{ORDER}/{OPEN}", {}),
    ("DELETE", f"{ORDER}/{OPEN}", {}),
    ("POST", "/auth/token", KEY),
)


@pytest.mark.parametrize(("method", "path", "headers"), AGAIN)
async def test_what_may_be_done_twice_is_given_to_another_process(
    tmp_path: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    first, other = Process(dies=True), Process()

    async with (
        processes(tmp_path, first, other) as (_, asked),
        asked.request(method, path, headers=headers) as answer,
    ):
        assert await answer.text() == "from a process"

    assert first.sent == other.sent == [(method, path)]


@pytest.mark.parametrize(("method", "path", "headers"), ONCE)
async def test_what_may_have_been_done_is_not_given_to_another(
    tmp_path: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    first, other = Process(dies=True), Process()

    async with (
        processes(tmp_path, first, other) as (_, asked),
        asked.request(method, path, headers=headers) as answer,
    ):
        assert await code_of(answer) == (502, "no_process")
        assert int(answer.headers["Retry-After"]) > 0

    assert (first.sent, other.sent) == ([(method, path)], [])


@pytest.mark.parametrize(("method", "path", "headers"), [*AGAIN, ONCE[0], ONCE[3]])
async def test_what_no_process_was_sent_is_given_to_another(
    tmp_path: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    other = Process()

    async with processes(tmp_path, other, shut=free_port()) as (_, asked):
        for _nth in range(2):
            async with asked.request(method, path, headers=headers) as answer:
                assert answer.status == 200

    assert other.sent == [(method, path)] * 2


@pytest.mark.parametrize(("method", "path", "headers"), ONCE[1:3])
async def test_what_nginx_cannot_tell_from_what_was_sent_is_given_to_none(
    tmp_path: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    other = Process()

    async with processes(tmp_path, other, shut=free_port()) as (_, asked):
        async with asked.request(method, path, headers=headers) as answer:
            assert await code_of(answer) == (502, "no_process")
        async with asked.request(method, path, headers=headers) as answer:
            assert answer.status == 200  # nobody goes on asking the one that is shut

    assert other.sent == [(method, path)]


async def test_one_address_has_so_many_connections_and_no_delivery_waits_for_them(tmp_path: Path) -> None:
    process = Process(holds=asyncio.Event())

    async def is_full() -> bool:
        return len(process.sent) == MOST

    async def otherwise() -> str:
        return f"{len(process.sent)} have come"

    async with processes(tmp_path, process) as (_, asked), asyncio.TaskGroup() as group:
        held = [group.create_task(asked.get("/auth/login")) for _ in range(MOST)]
        await until(is_full, otherwise=otherwise)
        async with asked.get(f"{PREFIX}/me") as answer:
            assert await code_of(answer) == (429, "too_many_connections")
        delivered = group.create_task(asked.post(PATH))
        process.holds.set()

    assert {each.result().status for each in (*held, delivered)} == {200}


async def test_each_event_of_a_stream_is_there_as_soon_as_it_was_told(tmp_path: Path) -> None:
    heard = asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await heard.wait()  # nothing more before the first has come
        await response.write(b"data: 2\n\n")
        return response

    app: Any = web.Application()
    app.router.add_get("/{path:.*}", stream)
    async with (
        listening(app, host="127.0.0.1", port=0) as port,
        nginx(tmp_path / "nginx", port) as proxy,
        aiohttp.ClientSession(proxy.url) as asked,
        asked.get(f"{ORDER}/{OPEN}/stream") as answer,
    ):
        first = await answer.content.readuntil(b"\n\n")
        heard.set()
        rest = await answer.content.read()

    assert (first, rest) == (b"data: 1\n\n", b"data: 2\n\n")
