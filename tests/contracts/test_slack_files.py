"""Files at messages in Slack, over real sockets: from Slack's own host, with the token, and no further."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import aiohttp
import pytest
from aiohttp import web

from bot.domain.slack_addresses import is_slacks_file
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.slack_files import SlackFiles
from bot.records import StepFailed, Unavailable
from bot.slack_records import Workspace

T = TypeVar("T")
ACME = Workspace(team="T1")
TOKEN = "a-token"


@dataclass
class Host:
    """What holds a file, and answers as it is told to."""

    url: str = ""
    status: int = 200
    content: bytes = b"paid,open\n1,2\n"
    kind: str = "text/csv"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def gives(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers.get("Authorization", "")))
        return web.Response(
            status=self.status, body=self.content, content_type=self.kind, headers=self.headers
        )

    @property
    def address(self) -> str:
        return f"{self.url}/files-pri/T1-F1/invoices.csv"


class Lends:
    """The token of every workspace."""

    async def used(self, _workspace: Workspace, ask: Callable[[str], Awaitable[T]]) -> T:
        return await ask(TOKEN)


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    it = Host()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", it.gives)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield it
    await runner.cleanup()


@pytest.fixture
async def files(host: Host) -> AsyncIterator[SlackFiles]:
    async with aiohttp.ClientSession() as session:
        policy = Policy("slack", **POLICIES["slack"])
        is_slacks = partial(is_slacks_file, api=f"{host.url}/api/")
        yield SlackFiles(session, policy, Lends(), is_slacks=is_slacks)


async def test_a_file_is_read_with_the_bots_token(host: Host, files: SlackFiles) -> None:
    assert await files.read(ACME, host.address, most=100) == b"paid,open\n1,2\n"
    assert host.asked == [("/files-pri/T1-F1/invoices.csv", f"Bearer {TOKEN}")]


async def test_sl_17_no_token_goes_anywhere_else(host: Host, files: SlackFiles) -> None:
    port = int(host.url.rpartition(":")[2])
    for foreign in (
        f"http://localhost:{port}/files-pri/T1-F1/x",
        f"http://127.0.0.1:{port}@evil.example/files-pri/T1-F1/x",
        f"{host.url}/api/auth.revoke",
        "https://evil.example/files-pri/T1-F1/x",
    ):
        with pytest.raises(StepFailed, match="slack_file_foreign"):
            await files.read(ACME, foreign, most=100)

    assert host.asked == []


async def test_sl_17_no_redirect_is_followed(host: Host, files: SlackFiles) -> None:
    host.status, host.headers = 302, {"Location": f"{host.url}/elsewhere"}

    with pytest.raises(StepFailed, match="slack_file_gone"):
        await files.read(ACME, host.address, most=100)

    assert len(host.asked) == 1


async def test_a_page_to_sign_in_at_is_no_file(host: Host, files: SlackFiles) -> None:
    host.kind = "text/html"

    with pytest.raises(StepFailed, match="slack_file_gone"):
        await files.read(ACME, host.address, most=100)


async def test_no_more_is_read_than_may_come(host: Host, files: SlackFiles) -> None:
    host.content = b"x" * 101

    with pytest.raises(StepFailed, match="slack_file_large"):
        await files.read(ACME, host.address, most=100)


@pytest.mark.parametrize(("status", "code"), [(429, "slack_limited"), (503, "slack_broken")])
async def test_slacks_own_trouble_passes(host: Host, files: SlackFiles, status: int, code: str) -> None:
    host.status, host.headers = status, {"Retry-After": "7"}

    with pytest.raises(Unavailable, match=code):
        await files.read(ACME, host.address, most=100)


async def test_what_does_not_answer_is_unreachable(files: SlackFiles, host: Host) -> None:
    alone = SlackFiles(
        aiohttp.ClientSession(), Policy("slack", **POLICIES["slack"]), Lends(), is_slacks=lambda _: True
    )
    async with alone._session:  # noqa: SLF001
        with pytest.raises(Unavailable, match="slack_unreachable"):
            await alone.read(ACME, "http://127.0.0.1:9/files-pri/T1-F1/x", most=100)
