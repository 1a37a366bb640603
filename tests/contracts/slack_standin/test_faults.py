"""What can be made to go wrong at the stand-in."""

import aiohttp
import pytest

from standins.faults import Fault, rate_limited
from standins.slack.people import Slack
from tests.contracts.slack_standin.client import Client

POST = "/api/chat.postMessage"


async def _post(client: Client) -> object:
    return await client.call(
        "chat.postMessage", channel=client.slack.channel_named("deploys").id, text="hello"
    )


async def test_a_refusal_happens_as_often_as_told_and_changes_nothing(slack: Slack, client: Client) -> None:
    slack.faults.add(Fault(kind="refuse", route=POST, status=200, message="fatal_error"))

    here = slack.channel_named("deploys").id
    first = await client.call("chat.postMessage", channel=here, text="one")
    second = await client.call("chat.postMessage", channel=here, text="two")

    assert (first.error, second.error) == ("fatal_error", "")
    assert [each.text for each in slack.said_in("deploys")] == ["two"]


async def test_a_limit_says_when_to_come_back(slack: Slack, client: Client) -> None:
    slack.faults.add(rate_limited(retry_after=7, route=POST))

    answer = await client.call("chat.postMessage", channel="C1", text="one")

    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_an_answer_can_be_lost_after_it_happened(slack: Slack, client: Client) -> None:
    slack.faults.add(Fault(kind="lose", route=POST))

    answer = await client.call("chat.postMessage", channel=slack.channel_named("deploys").id, text="one")

    assert (answer.status, len(slack.said_in("deploys"))) == (502, 1)


@pytest.mark.parametrize(("kind", "said"), [("cut", 0), ("cut_after", 1), ("hang", 0), ("hang_after", 1)])
async def test_a_connection_can_be_cut_before_and_after(
    slack: Slack, client: Client, kind: str, said: int
) -> None:
    slack.faults.add(Fault(kind=kind, route=POST, times=None, seconds=0.01))  # type: ignore[arg-type]  # a parameter

    with pytest.raises(aiohttp.ClientError):
        await _post(client)

    slack.faults.clear()
    assert len(slack.said_in("deploys")) == said
    assert slack.calls[-1].status == 0


async def test_a_read_can_show_what_was_before(slack: Slack, client: Client) -> None:
    slack.faults.add(Fault(kind="stale", route="/api/conversations.*", times=None, seconds=60))
    await slack.says("alice", "deploys", "hello")
    here = slack.channel_named("deploys").id

    old = await client.get("conversations.history", channel=here)
    slack.faults.clear()
    new = await client.get("conversations.history", channel=here)

    assert (len(old.body["messages"]), len(new.body["messages"])) == (0, 1)
