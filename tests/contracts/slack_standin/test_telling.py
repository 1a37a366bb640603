"""What the app is told, how it is signed, and what comes again."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from standins.slack.people import Slack
from tests.contracts.slack_standin.client import Client
from tests.contracts.slack_standin.conftest import SECRET, Door

BUTTONS = [
    {
        "type": "actions",
        "block_id": "gate",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "1:abc",
            }
        ],
    }
]
FORM = [
    {
        "type": "input",
        "block_id": "goal",
        "label": {"type": "plain_text", "text": "Goal"},
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
]
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Run"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": FORM,
}
VALUES = {"goal": {"text": {"type": "plain_text_input", "value": "send invoices"}}}


async def test_every_request_is_signed_over_its_exact_bytes(slack: Slack, listening: Door) -> None:
    await slack.says("alice", "deploys", "héllo")
    await slack.commands("alice", "deploys", "status")

    for headers, body in listening.received:
        based = b"v0:" + headers["X-Slack-Request-Timestamp"].encode() + b":" + body
        digest = hmac.new(SECRET.encode(), based, hashlib.sha256).hexdigest()
        assert headers["X-Slack-Signature"] == f"v0={digest}"
    assert len(listening.received) == 2


async def test_an_event_that_fails_comes_again_three_times_with_its_id(slack: Slack, listening: Door) -> None:
    listening.status = 500

    await slack.says("alice", "deploys", "hello")

    headers = [each for each, _ in listening.received]
    ids = {json.loads(body)["event_id"] for _, body in listening.received}
    assert [each.get("X-Slack-Retry-Num") for each in headers] == [None, "1", "2", "3"]
    assert headers[1]["X-Slack-Retry-Reason"] == "http_error"
    assert len(ids) == 1


async def test_who_asks_for_no_repetition_gets_none(slack: Slack, listening: Door) -> None:
    listening.status, listening.headers = 500, {"X-Slack-No-Retry": "1"}

    await slack.says("alice", "deploys", "hello")

    assert len(listening.received) == 1


async def test_an_answer_that_takes_too_long_is_none(slack: Slack, listening: Door) -> None:
    slack.postman.deadline_seconds, listening.silent = 0.05, True

    await slack.says("alice", "deploys", "hello")

    assert [each.why for each in slack.deliveries[0].attempts] == ["http_timeout"] * 4


async def test_a_command_that_fails_does_not_come_again(slack: Slack, listening: Door) -> None:
    listening.status = 500

    delivery = await slack.commands("alice", "deploys", "status")

    assert (len(delivery.attempts), delivery.accepted) == (1, False)


async def test_a_mention_is_told_as_a_message_and_as_a_mention(slack: Slack, listening: Door) -> None:
    await slack.says("alice", "deploys", f"<@{slack.named('claude').id}> why?")

    assert [each.type for each in slack.deliveries] == ["message", "app_mention"]


async def test_nothing_is_told_of_a_channel_that_the_bot_is_not_in(slack: Slack, listening: Door) -> None:
    await slack.says("alice", "random", "hello")

    assert slack.deliveries == []


async def test_what_is_said_to_the_bot_alone_is_a_direct_message(slack: Slack, listening: Door) -> None:
    await slack.writes_to_bot("alice", "help")

    assert slack.told("message")[0]["event"]["channel_type"] == "im"


async def test_an_answer_to_a_command_is_shown_to_the_one_who_typed_it(slack: Slack, listening: Door) -> None:
    listening.body = '{"text": "three runs"}'

    await slack.commands("alice", "deploys", "list")

    assert [(each.user, each.text) for each in slack.ephemerals] == [(slack.named("alice").id, "three runs")]


async def test_a_response_url_answers_five_times_and_for_half_an_hour(
    slack: Slack, client: Client, listening: Door
) -> None:
    delivery = await slack.commands("alice", "deploys", "status")
    url = delivery.payload["response_url"]

    async def say(**said: Any) -> int:
        async with client.session.post(url, json=said) as answer:
            return answer.status

    statuses = [await say(text="here", response_type="in_channel") for _ in range(6)]

    assert statuses == [200] * 5 + [404]
    assert [each.text for each in slack.said_in("deploys")] == ["here"] * 5


async def test_a_click_tells_of_its_message_and_its_answer_may_replace_that(
    slack: Slack, client: Client, listening: Door
) -> None:
    here = slack.channel_named("deploys").id
    posted = await client.call("chat.postMessage", channel=here, text="waits", blocks=BUTTONS)

    delivery = await slack.clicks("boss", "deploys", posted.body["ts"], "approve")
    async with client.session.post(
        delivery.payload["response_url"], json={"text": "approved", "replace_original": True}
    ) as answer:
        assert answer.status == 200

    clicked = next(body for _, body in listening.received if body.startswith(b"payload="))
    sent = json.loads(parse_qs(clicked.decode())["payload"][0])
    assert (sent["actions"][0]["value"], sent["user"]["id"]) == ("1:abc", slack.named("boss").id)
    assert [each.text for each in slack.said_in("deploys")] == ["approved"]


async def test_a_modal_opens_at_once_or_not_at_all(slack: Slack, client: Client, listening: Door) -> None:
    delivery = await slack.commands("alice", "deploys", "")
    trigger = delivery.payload["trigger_id"]

    opened = await client.call("views.open", trigger_id=trigger, view=MODAL)
    twice = await client.call("views.open", trigger_id=trigger, view=MODAL)
    late = (await slack.commands("alice", "deploys", "")).payload["trigger_id"]
    slack.skew += slack.trigger_life
    after = await client.call("views.open", trigger_id=late, view=MODAL)

    assert opened.body["view"]["title"]["text"] == "Run"
    assert [twice.error, after.error] == ["exchanged_trigger_id", "expired_trigger_id"]


async def test_a_modal_handed_in_closes_or_shows_what_is_wrong(
    slack: Slack, client: Client, listening: Door
) -> None:
    trigger = (await slack.commands("alice", "deploys", "")).payload["trigger_id"]
    view = (await client.call("views.open", trigger_id=trigger, view=MODAL)).body["view"]["id"]

    listening.body = '{"response_action": "errors", "errors": {"goal": "too short"}}'
    await slack.submits("alice", view, VALUES)
    still = view in slack.views
    listening.body = ""
    delivery = await slack.submits("alice", view, VALUES)

    assert (still, view in slack.views) == (True, False)
    assert delivery.payload["view"]["state"]["values"] == VALUES
    assert slack.violations == []


async def test_a_home_is_told_of_when_somebody_looks_and_can_be_published(
    slack: Slack, client: Client, listening: Door
) -> None:
    alice = slack.named("alice").id
    await slack.opens_home("alice")
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = (await client.call("views.publish", user_id=alice, view=home)).body["view"]
    stale = await client.call("views.publish", user_id=alice, view=home, hash="1.000")
    await slack.opens_home("alice")

    told = slack.told("app_home_opened")
    assert ("view" in told[0]["event"], told[1]["event"]["view"]["id"]) == (False, first["id"])
    assert stale.error == "hash_conflict"


async def test_a_link_of_the_apps_own_is_told_and_unfolds(
    slack: Slack, client: Client, listening: Door
) -> None:
    url = "https://bot.example.org/integrations/1"
    message = await slack.says("alice", "deploys", f"look: {url}")
    here = slack.channel_named("deploys").id

    good = await client.call("chat.unfurl", channel=here, ts=message.ts, unfurls={url: {"blocks": []}})
    bad = await client.call(
        "chat.unfurl", channel=here, ts=message.ts, unfurls={"https://x.example/": {"blocks": []}}
    )

    assert slack.told("link_shared")[0]["event"]["links"] == [{"domain": "bot.example.org", "url": url}]
    assert (good.error, bad.error) == ("", "cannot_unfurl_url")


async def test_a_reaction_an_edit_and_a_deletion_are_told(slack: Slack, listening: Door) -> None:
    message = await slack.says("alice", "deploys", "stop")
    await slack.reacts("boss", "deploys", message.ts, "x")
    await slack.edits("alice", "deploys", message.ts, "stop it")
    await slack.deletes("alice", "deploys", message.ts)

    kinds = [(each.type, each.payload["event"].get("subtype")) for each in slack.deliveries]
    assert kinds == [
        ("message", None),
        ("reaction_added", None),
        ("message", "message_changed"),
        ("message", "message_deleted"),
    ]


async def test_an_address_is_the_apps_where_it_says_the_challenge_back(slack: Slack, listening: Door) -> None:
    silent = await slack.verifies("c1")
    listening.body = "c1"

    assert (silent, await slack.verifies("c1")) == (False, True)


@pytest.mark.parametrize("switch", ["twice", "holding", "losing"])
async def test_deliveries_can_be_doubled_held_back_and_lost(
    slack: Slack, listening: Door, switch: str
) -> None:
    setattr(slack.postman, switch, True)
    slack.postman.retries_after_seconds = ()

    await slack.says("alice", "deploys", "hello")
    seen = len(listening.received)
    await slack.postman.release()

    assert (seen, len(listening.received)) == {"twice": (2, 2), "holding": (0, 1), "losing": (0, 0)}[switch]
