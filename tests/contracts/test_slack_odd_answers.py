"""What Slack, or whatever stands before it, answers and ought not to: each is its own trouble, and passes."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.infrastructure.clock import UtcClock
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.slack import SlackWindow
from bot.infrastructure.slack_answers import SlackAnswers
from bot.infrastructure.slack_consent import SlackClient, SlackConsent, who
from bot.infrastructure.slack_wire import SlackWire
from bot.records import StepFailed, Unavailable
from bot.slack_records import Place, Posted, Said, Workspace
from tests.contracts.slack_side import Lender

ACME: Final = Workspace(team="T1")
THERE: Final = Place(workspace=ACME, channel="C1")
JSON: Final = "application/json"


@dataclass
class Oddly:
    """A Slack that answers whatever it is asked with the same, and the bot's ways to it."""

    body: bytes = b""
    status: int = 200
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    session: aiohttp.ClientSession | None = None
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        headers = {"Content-Type": self.kind, **self.headers}
        return web.Response(status=self.status, body=self.body, headers=headers)

    @property
    def wire(self) -> SlackWire:
        assert self.session is not None
        return SlackWire(self.session, Policy("slack", **POLICIES["slack"]), base_url=f"{self.url}/api/")

    @property
    def answers(self) -> SlackAnswers:
        assert self.session is not None
        return SlackAnswers(self.session, Policy("slack", **POLICIES["slack"]), lambda _: True)


@pytest.fixture
async def slack() -> AsyncIterator[Oddly]:
    oddly, app = Oddly(), web.Application()
    app.router.add_route("*", "/{any:.*}", oddly.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        oddly.url, oddly.session = str(server.make_url("")).rstrip("/"), session
        yield oddly


def window(slack: Oddly) -> SlackWindow:
    return SlackWindow(slack.wire, Lender("xoxb-canary"))


def consent(slack: Oddly) -> SlackConsent:
    client = SlackClient(id="1.2", secret="canary", comes_back_to="https://bot.example/back")
    return SlackConsent(slack.wire, client, UtcClock())


Asks = Callable[[Oddly], Awaitable[Any]]
ASKS: Final[dict[str, Asks]] = {
    "post": lambda slack: window(slack).post(THERE, Said(text="hello"), marker="said-1"),
    "find": lambda slack: window(slack).find(THERE, marker="said-1"),
    "thread": lambda slack: window(slack).thread(replace(THERE, thread="1.1"), before="2.1"),
    "person": lambda slack: window(slack).person(ACME, "U1"),
    "channel": lambda slack: window(slack).channel(ACME, "C1"),
    "direct": lambda slack: window(slack).direct(ACME, "U1"),
    "permalink": lambda slack: window(slack).permalink(ACME, Posted(channel="C1", ts="1.1")),
    "open": lambda slack: window(slack).open(ACME, {}, trigger="1"),
    "exchange": lambda slack: consent(slack).exchange("code"),
    "renew": lambda slack: consent(slack).renew("refresh"),
    "who": lambda slack: who(slack.wire, "xoxb-canary"),
}


# What is not JSON, or none that Slack would answer; and what lacks all that belongs into it.
BODIES: Final = (
    (b"", JSON), (b"null", JSON), (b"[]", JSON), (b"[1]", JSON), (b'"no"', JSON), (b"7", JSON), (b"{}", JSON),
    (b'{"ok": tr', JSON), (b"\xff\xfe", JSON), (b"<html>busy</html>", "text/html"), (b"busy", "text/plain"),
    (b"\x1f\x8b", "application/gzip"), (b'{"ok": true}', JSON), (b'{"ok": false}', JSON),
    (b'{"ok": false, "error": null}', JSON),
    (b'{"ok": true, "channel": 7, "ts": null, "messages": null, "user": [], "view": 1, "team": 4,'
     b' "expires_in": "soon", "permalink": 4, "access_token": 5, "bot_user_id": "U1", "user_id": 6}', JSON),
    (b'{"ok": true, "messages": [7], "user": {}, "view": {}, "channel": {}, "team": {"id": "T1"}}', JSON),
)  # fmt: skip


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize(("body", "kind"), BODIES)
@pytest.mark.parametrize("ask", ASKS)
async def test_what_cannot_be_read_is_slacks_trouble_and_worth_another_try(
    slack: Oddly, ask: str, body: bytes, kind: str, status: int
) -> None:
    slack.body, slack.kind, slack.status = body, kind, status

    with pytest.raises(Unavailable, match=r"slack_(unreadable|broken)") as no:
        await ASKS[ask](slack)

    assert "canary" not in f"{no.value!r}{no.value.__context__!r}{no.value.__cause__!r}"


@pytest.mark.parametrize("told", ["", "soon", "-1", "\u00b2", "9" * 400, "99999999", "0", "1.5", "inf"])
@pytest.mark.parametrize("ask", ["post", "answer"])
async def test_however_long_a_limit_is_told_to_hold_it_is_asked_again_within_an_hour(
    slack: Oddly, ask: str, told: str
) -> None:
    slack.body, slack.status, slack.headers = b"{}", 429, {"Retry-After": told}

    with pytest.raises(Unavailable) as limited:
        await (ASKS | {"answer": lambda it: it.answers.say(it.url, "hello")})[ask](slack)

    assert 1 <= (limited.value.retry_after or 0) <= 3600


@pytest.mark.parametrize("about", [None, [], 7, {"messages": None}, {"messages": 7}])
async def test_a_no_is_known_by_its_code_whatever_else_is_said_of_it(slack: Oddly, about: object) -> None:
    slack.body = json.dumps({"ok": False, "error": "invalid_blocks", "response_metadata": about}).encode()

    with pytest.raises(StepFailed, match="slack_invalid_blocks"):
        await ASKS["post"](slack)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("ask", ASKS)
async def test_sl_13_no_call_is_led_elsewhere(slack: Oddly, ask: str, status: int) -> None:
    slack.status, slack.headers = status, {"Location": f"{slack.url}/elsewhere"}

    with pytest.raises(Unavailable, match="slack_broken"):
        await ASKS[ask](slack)

    assert [path for path in slack.asked if path == "/elsewhere"] == []
    assert len(slack.asked) == 1
