"""Where something went wrong that nobody foresaw, whoever did it in Slack is told so, once."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from bot.application.slack_places import note_run
from bot.records import StepFailed
from bot.slack_records import Place, Workspace
from handlers import SLACK_APOLOGIES
from handlers.conversation import Context
from tests.unit.fake_slack import ANSWER_TO, FakeSlack
from tests.unit.fakes import Stage
from tests.unit.histories import ID

ACT: Final = {"team": {"id": "T1"}, "user": {"id": "U1"}}
HERE: Final = Place(workspace=Workspace(team="T1"), channel="C1")
CROSS: Final = {
    "type": "reaction_added",
    "user": "U1",
    "reaction": "x",
    "item": {"type": "message", "channel": "C1", "ts": "1.5"},
}
STOP: Final = {
    "type": "message",
    "user": "U1",
    "text": "stop",
    "channel": "C1",
    "thread_ts": "1.5",
    "ts": "1.6",
}


async def apologises(stage: Stage, kind: str, data: Mapping[str, Any]) -> FakeSlack:
    assert stage.slack is not None
    for _ in range(2):
        await SLACK_APOLOGIES[kind](data, Context(world=stage.world, key="d-1", door="slack"))
    return stage.slack


async def test_a_button_is_answered_where_it_was_pressed() -> None:
    data = ACT | {"response_url": ANSWER_TO}

    slack = await apologises(Stage(slack=FakeSlack()), "slack:block_actions", data)

    [(address, text)] = slack.answers.said
    assert address == ANSWER_TO
    assert text.startswith("Something went wrong on my side.")


@pytest.mark.parametrize("kind", ["slack:block_actions", "slack:view_submission"])
async def test_of_a_window_or_a_home_it_is_written_to_them(kind: str) -> None:
    slack = await apologises(Stage(slack=FakeSlack()), kind, ACT)

    [(place, _, said)] = slack.window.posted.values()
    assert place.channel == "DU1"
    assert said.text.startswith("Something went wrong on my side.")


@pytest.mark.parametrize(
    ("kind", "event"), [("slack:event.reaction_added", CROSS), ("slack:event.message", STOP)]
)
async def test_whoever_wanted_a_run_stopped_is_told_and_nobody_else(
    kind: str, event: Mapping[str, Any]
) -> None:
    stage, data = Stage(slack=FakeSlack()), {"team_id": "T1", "event": event}

    before = [*(await apologises(stage, kind, data)).window.whispers]
    await note_run(HERE, "1.5", ID, stage.world)
    slack = await apologises(stage, kind, data)

    assert before == []
    [(place, user, text)] = slack.window.whispers
    assert (place.thread, user) == ("1.5", "U1")
    assert text.startswith("Something went wrong on my side.")


async def test_what_cannot_be_said_is_in_the_log_and_breaks_nothing() -> None:
    stage = Stage(slack=FakeSlack())
    assert stage.slack is not None
    stage.slack.window.failures.append(StepFailed("slack_is_archived"))

    slack = await apologises(stage, "slack:view_submission", ACT)

    assert slack.window.posted == {}


@pytest.mark.parametrize("kind", ["slack:block_actions", "slack:event.reaction_added"])
async def test_without_an_app_nothing_is_said(kind: str) -> None:
    data = ACT | {"team_id": "T1", "event": CROSS}
    world = Stage().world

    await SLACK_APOLOGIES[kind](data, Context(world=world, key="d-1", door="slack"))

    assert (await world.effects.begin("slack-apology:d-1")).fresh
