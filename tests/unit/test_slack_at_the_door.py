"""What is answered at Slack's door, because it cannot wait; all else is left to the intake."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.application.slack_home_blocks import CALLBACK, CHANGE
from bot.domain.slack_acts import Act, Seen, written
from bot.records import StepFailed, Unavailable
from handlers import SLACK
from handlers.conversation import Context
from handlers.slack_at_the_door import WAYS, AtTheDoor
from handlers.slack_payloads import read
from tests.unit.fakes import Stage
from tests.unit.histories import ID
from tests.unit.test_slack_handlers import staged

PRESS = "slack:block_actions"
ABOUT = written(Seen(integration_id=ID, gate="approval", what="0" * 40))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from([
    "actions", "channel", "channel_id", "command", "container", "enterprise", "team", "team_id", "text",
    "trigger_id", "user", "user_id", "value", "view",
])  # fmt: skip


def press(action: str, value: str = ABOUT) -> bytes:
    said = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "trigger_id": "1.2.3",
        "container": {"channel_id": "C1", "message_ts": "1.1"},
        "actions": [{"action_id": action, "value": value}],
    }
    return urlencode({"payload": json.dumps(said)}).encode()


async def answered(stage: Stage, body: bytes) -> Any:
    return await AtTheDoor(stage.world)(PRESS, body)


def opened(stage: Stage) -> list[str]:
    assert stage.slack is not None
    return [str(each["callback_id"]) for each in stage.slack.window.views]


@pytest.mark.parametrize("act", [Act.CHANGES, Act.ANSWER])
async def test_what_takes_words_opens_its_window_there_and_is_not_kept(act: Act) -> None:
    stage = staged()

    assert await answered(stage, press(act.action)) == {}
    assert opened(stage) == [act.action]


async def test_what_one_is_told_is_asked_for_there() -> None:
    stage = staged()

    assert await answered(stage, press(CHANGE)) == {}
    assert opened(stage) == [CALLBACK]


@pytest.mark.parametrize("action", [Act.APPROVE.action, Act.CANCEL.action, "home.link", "strange", ""])
async def test_what_takes_no_words_is_left_to_the_intake(action: str) -> None:
    stage = staged()

    assert await answered(stage, press(action)) is None
    assert opened(stage) == []


async def test_a_button_that_is_none_of_ours_opens_nothing() -> None:
    assert await answered(staged(), press(Act.CHANGES.action, "strange")) is None


async def test_who_is_not_linked_is_left_to_the_intake_which_says_so() -> None:
    stage = staged(None)

    assert await answered(stage, press(Act.CHANGES.action)) is None
    assert opened(stage) == []


@pytest.mark.parametrize("no", [StepFailed("slack_expired_trigger_id"), Unavailable("slack_broken")])
async def test_what_does_not_open_there_is_left_to_the_intake(no: Exception) -> None:
    stage = staged()
    assert stage.slack is not None
    stage.slack.window.failures.append(no)

    assert await answered(stage, press(Act.CHANGES.action)) is None


async def test_a_press_that_comes_twice_opens_one_window_and_is_kept_by_nobody() -> None:
    stage = staged()
    assert stage.slack is not None
    stage.slack.window.failures.append(StepFailed("slack_exchanged_trigger_id"))

    assert await answered(stage, press(Act.CHANGES.action)) == {}


async def test_what_opened_there_although_no_answer_came_in_time_is_not_said_to_have_failed() -> None:
    stage = staged()
    assert stage.slack is not None
    stage.slack.window.failures.append(StepFailed("slack_exchanged_trigger_id"))

    context = Context(world=stage.world, key="d-1", door="slack")
    await SLACK[PRESS](read(press(Act.CHANGES.action)), context)

    assert stage.slack.told == []


@pytest.mark.parametrize("kind", WAYS)
@given(said=st.dictionaries(NAMES, JSON, max_size=6))
async def test_sl_04_whatever_is_said_is_answered_or_left(kind: str, said: dict[str, Any]) -> None:
    odd = {"command": "/claude", **said}

    assert isinstance(await AtTheDoor(staged().world)(kind, json.dumps(odd).encode()), dict | None)
