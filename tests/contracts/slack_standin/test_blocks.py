"""The published limits of Block Kit: what keeps to one is taken, one more is refused in Slack's words."""

from typing import Any

import pytest

from standins.slack import blockkit
from standins.slack.people import Slack
from tests.contracts.slack_standin.client import Client


def _mrkdwn(length: int) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": "a" * length}


def _plain(length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": "a" * length}


def _section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(length)}


def _button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": _plain(3), **more}


def _actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def _select(options: int, *, text: int = 3, value: int = 3) -> dict[str, Any]:
    option = {"text": _plain(text), "value": "v" * value}
    return {"type": "static_select", "placeholder": _plain(3), "options": [option] * options}


def _confirm(title: int) -> dict[str, Any]:
    return {"title": _plain(title), "text": _plain(3), "confirm": _plain(3), "deny": _plain(3)}


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ([_section(3000)], [_section(3001)], "less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([_section(1)] * 50, [_section(1)] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        (
            [{"type": "section", "fields": [_mrkdwn(2000)] * 10}],
            [{"type": "section", "fields": [_mrkdwn(1)] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            [{"type": "header", "text": _plain(150)}],
            [{"type": "header", "text": _plain(151)}],
            "less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [_actions(*[_button()] * 25)],
            [_actions(*[_button()] * 26)],
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            [_actions(_button(text=_plain(75)))],
            [_actions(_button(text=_plain(76)))],
            "less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            [_actions(_button(value="v" * 2000))],
            [_actions(_button(value="v" * 2001))],
            "less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            [_actions(_button(action_id="a"), _button(action_id="b"))],
            [_actions(_button(action_id="a"), _button(action_id="a"))],
            "`action_id` a already exists [json-pointer:/blocks/0/elements]",
        ),
        (
            [_actions(_button(style="danger"))],
            [_actions(_button(style="loud"))],
            "unsupported style: loud [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            [_actions(_button(confirm=_confirm(100)))],
            [_actions(_button(confirm=_confirm(101)))],
            "less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
        ),
        (
            [_actions(_select(100, text=75, value=150))],
            [_actions(_select(101))],
            "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            [{"type": "context", "elements": [_mrkdwn(3)] * 10}],
            [{"type": "context", "elements": [_mrkdwn(3)] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "b"}],
            [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
            "`block_id` a already exists [json-pointer:/blocks/1/block_id]",
        ),
        (
            [{"type": "section", "text": _mrkdwn(1)}],
            [{"type": "section", "text": _mrkdwn(0)}],
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "divider"}],
            [{"type": "banner"}],
            "unsupported type: banner [json-pointer:/blocks/0/type]",
        ),
        ([_section(1)], [{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
    ],
)
def test_one_more_than_the_limit_is_refused(good: list[Any], bad: list[Any], said: str) -> None:
    assert blockkit.faults_in_message(good) == []
    assert any(each.endswith(said) for each in blockkit.faults_in_message(bad))


@pytest.mark.parametrize(
    ("bent", "said"),
    [
        ({"title": _plain(25)}, "less than 25 characters [json-pointer:/view/title/text]"),
        ({"private_metadata": "m" * 3001}, "less than 3001 characters [json-pointer:/view/private_metadata]"),
        ({"callback_id": "c" * 256}, "less than 256 characters [json-pointer:/view/callback_id]"),
        ({"blocks": [_section(1)] * 101}, "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (
            {"blocks": [{"type": "input", "label": _plain(3), "element": {"type": "plain_text_input"}}]},
            "missing required field: submit [json-pointer:/view]",
        ),
        ({"type": "window"}, "unsupported type [json-pointer:/view/type]"),
    ],
)
def test_a_view_has_limits_of_its_own(bent: dict[str, Any], said: str) -> None:
    good = {"type": "modal", "title": _plain(24), "blocks": [_section(1)] * 100}

    assert blockkit.faults_in_view(good) == []
    assert any(each.endswith(said) for each in blockkit.faults_in_view({**good, **bent}))


async def test_what_breaks_a_limit_is_not_shown_and_the_answer_says_where(
    slack: Slack, client: Client
) -> None:
    here = slack.channel_named("deploys").id

    blocks = await client.call("chat.postMessage", channel=here, text="t", blocks=[_section(3001)])
    text = await client.call("chat.postMessage", channel=here, text="t" * 4001)
    together = await client.call("chat.postMessage", channel=here, text="t", blocks=[_section(2700)] * 5)
    nothing = await client.call("chat.postMessage", channel=here, text="")

    assert [blocks.error, text.error, together.error, nothing.error] == [
        "invalid_blocks", "msg_too_long", "msg_blocks_too_long", "no_text",
    ]  # fmt: skip
    assert blocks.body["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert slack.said_in("deploys") == []
