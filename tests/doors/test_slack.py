"""Slack's door over real HTTP: kept before the answer, known by name, never a 500."""

import io
import json
from pathlib import Path

import pytest

from tests.doors.slacking import DOOR, RECORDED, command, event, headers_for, on_the_wire, pressed
from tests.doors.webapp import NOON, Client, FakeInbox, FakeMetrics, Given


async def test_an_event_is_kept_and_then_answered(client: Client, inbox: FakeInbox) -> None:
    body = event("Ev1")

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (answer.status, await answer.read()) == (200, b"")
    (kept,) = inbox.kept
    assert (kept.key, kept.source, kept.kind) == ("slack:Ev1", "slack", "slack:event.app_mention")
    assert (kept.workspace, kept.share, kept.installation, kept.received_at) == ("T1", "T1", None, NOON)


async def test_a_command_is_known_by_what_was_signed_and_by_its_trigger(
    client: Client, inbox: FakeInbox
) -> None:
    body = command(trigger_id="7.7.x")
    headers = headers_for(body)

    answer = await client.post(DOOR, data=body, headers=headers)

    assert (answer.status, await answer.read()) == (200, b"")
    (kept,) = inbox.kept
    assert kept.key == f"slack:{headers['X-Slack-Signature'][3:35]}"
    assert (kept.kind, kept.meaning) == ("slack:command", "slack:command:7.7.x")


@pytest.mark.parametrize("kind", ["block_actions", "view_submission", "view_closed", "shortcut"])
async def test_what_people_press_comes_as_a_field_of_a_form(
    client: Client, inbox: FakeInbox, kind: str
) -> None:
    body = pressed(type=kind)

    await client.post(DOOR, data=body, headers=headers_for(body))

    assert [(kept.kind, kept.workspace) for kept in inbox.kept] == [(f"slack:{kind}", "T1")]


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        ({"type": "message"}, "slack:event.message"),
        ({"type": "message", "subtype": "bot_message"}, "slack:event.message.bot_message"),
        ({"type": "message", "subtype": "not a name"}, "slack:event.message.other"),
        ({"type": 7}, "slack:event.other"),
        ({"type": "added_tomorrow"}, "slack:event.added_tomorrow"),
    ],
)
async def test_an_event_is_of_the_kind_that_it_says(
    client: Client, inbox: FakeInbox, inner: dict[str, object], kind: str
) -> None:
    body = event(**inner)

    await client.post(DOOR, data=body, headers=headers_for(body))

    assert [kept.kind for kept in inbox.kept] == [kind]


async def test_the_address_is_verified_and_nothing_is_kept(client: Client, inbox: FakeInbox) -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"}).encode()

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (answer.status, await answer.json(), inbox.kept) == (200, {"challenge": "3eZbrw1a"}, [])


@pytest.mark.parametrize("challenge", [None, "", 7, "x" * 1001])
async def test_a_challenge_that_is_none_is_refused(client: Client, challenge: object) -> None:
    body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert answer.status == 400


async def test_an_event_without_an_id_is_known_by_what_was_signed(client: Client, inbox: FakeInbox) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "goodbye"}}).encode()

    for _ in range(2):
        await client.post(DOOR, data=body, headers=headers_for(body))

    assert [kept.kind for kept in inbox.kept] == ["slack:event.goodbye"]


async def test_while_the_inbox_is_unavailable_slack_is_told_to_come_again(
    client: Client, inbox: FakeInbox, metrics: FakeMetrics
) -> None:
    inbox.is_down()
    body = event()

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (answer.status, metrics.refused) == (503, ["database_unreachable"])


async def test_a_body_larger_than_slack_sends_is_refused(client: Client, given: Given) -> None:
    body = event(text="x" * (1 << 20))

    answer = await client.post(DOOR, data=io.BytesIO(body), headers=headers_for(body))

    assert (answer.status, given.inbox.kept, given.allowance.held) == (413, [], 0)


def test_all_recorded_payloads_are_there() -> None:
    assert len(RECORDED) == 135


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_every_recorded_payload_is_answered(client: Client, recorded: Path) -> None:
    body = on_the_wire(recorded)

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert answer.status == 200
