"""Answers at the address that came with a command, over real sockets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

import aiohttp
import pytest
from aiohttp import web

from bot.domain.slack_addresses import is_slacks
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.slack_answers import SlackAnswers
from bot.records import StepFailed, Unavailable


@dataclass
class Slack:
    """What hears an answer, and says to it what it is told to."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[dict[str, object]] = field(default_factory=list)

    async def hears(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        return web.Response(status=self.status, headers=self.headers)

    @property
    def address(self) -> str:
        return f"{self.url}/commands/T1/1/x"


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    it = Slack()
    app = web.Application()
    app.router.add_post("/commands/{rest:.*}", it.hears)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield it
    await runner.cleanup()


@pytest.fixture
async def answers(slack: Slack) -> AsyncIterator[SlackAnswers]:
    async with aiohttp.ClientSession() as session:
        policy = Policy("slack", **POLICIES["slack"])
        yield SlackAnswers(session, policy, partial(is_slacks, api=f"{slack.url}/api/"))


async def test_an_answer_is_for_its_author_alone_and_unfolds_nothing(
    slack: Slack, answers: SlackAnswers
) -> None:
    await answers.say(slack.address, "hello &lt;you&gt;")

    assert slack.heard == [
        {
            "response_type": "ephemeral",
            "text": "hello &lt;you&gt;",
            "mrkdwn": True,
            "unfurl_links": False,
            "unfurl_media": False,
            "replace_original": False,
        }
    ]


async def test_sl_13_an_address_that_is_none_of_slacks_is_not_called(
    slack: Slack, answers: SlackAnswers
) -> None:
    for foreign in (
        slack.address.replace("127.0.0.1", "localhost"),
        f"{slack.url}@127.0.0.1/commands/T1/1/x",
        f"{slack.address}?x=1",
        "https://hooks.slack.com/commands/T1/1/x",
        "",
    ):
        with pytest.raises(StepFailed, match="slack_address_foreign"):
            await answers.say(foreign, "hello")

    assert slack.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_sl_13_no_redirect_is_followed(slack: Slack, answers: SlackAnswers, status: int) -> None:
    slack.status, slack.headers = status, {"Location": f"{slack.url}/commands/elsewhere"}

    with pytest.raises(StepFailed, match="slack_address_over"):
        await answers.say(slack.address, "hello")

    assert len(slack.heard) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 410])
async def test_an_address_that_is_over_is_said_to_be(
    slack: Slack, answers: SlackAnswers, status: int
) -> None:
    slack.status = status

    with pytest.raises(StepFailed, match="slack_address_over"):
        await answers.say(slack.address, "hello")


@pytest.mark.parametrize(
    ("status", "headers", "code", "after"),
    [
        (500, {}, "slack_broken", None),
        (503, {}, "slack_broken", None),
        (429, {"Retry-After": "7"}, "slack_limited", 7.0),
        (429, {"Retry-After": "soon"}, "slack_limited", 30.0),
        (429, {}, "slack_limited", 30.0),
    ],
)
async def test_what_may_pass_is_tried_again_later(
    slack: Slack,
    answers: SlackAnswers,
    status: int,
    headers: dict[str, str],
    code: str,
    after: float | None,
) -> None:
    slack.status, slack.headers = status, headers

    with pytest.raises(Unavailable) as no:
        await answers.say(slack.address, "hello")

    assert (no.value.code, no.value.retry_after) == (code, after)


async def test_where_nobody_listens_it_is_tried_again_later() -> None:
    async with aiohttp.ClientSession() as session:
        policy = Policy("slack", **POLICIES["slack"])
        answers = SlackAnswers(session, policy, lambda _address: True)

        with pytest.raises(Unavailable, match="slack_unreachable"):
            await answers.say("http://127.0.0.1:9/commands/T1/1/x", "hello")
