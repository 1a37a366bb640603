"""What is written to the bot in Slack is heard sixty times an hour; then whoever writes is told so."""

from collections.abc import Mapping
from typing import Any

from bot.application.slack_words import MOST_AN_HOUR
from handlers import SLACK
from handlers.conversation import Context
from tests.unit.fake_slack import FakeSlack
from tests.unit.fakes import Stage


def said(nth: int, **event: Any) -> Mapping[str, Any]:
    """The bot is spoken to in a channel."""
    told = {"type": "app_mention", "user": "U1", "channel": "C1", "text": "<@UBOT> help", "ts": f"{nth}.1"}
    return {"team_id": "T1", "event": {**told, **event}}


async def hears(stage: Stage, data: Mapping[str, Any], key: str) -> None:
    await SLACK["slack:event.app_mention"](data, Context(world=stage.world, key=key, door="slack"))


async def test_whoever_says_too_much_is_told_when_they_are_heard_again() -> None:
    stage = Stage(slack=FakeSlack())
    assert stage.slack is not None

    for nth in range(MOST_AN_HOUR + 1):
        await hears(stage, said(nth), f"d-{nth}")

    assert len(stage.slack.window.posted) == MOST_AN_HOUR
    [(place, user, told)] = stage.slack.window.whispers
    assert (place.thread, user) == (f"{MOST_AN_HOUR}.1", "U1")
    assert told.startswith("That was not done")


async def test_one_message_is_answered_once_by_however_many_events_it_is_told() -> None:
    stage = Stage(slack=FakeSlack())
    assert stage.slack is not None

    for key in ("d-1", "d-2"):
        await hears(stage, said(1), key)
    await hears(stage, said(2, edited={"user": "U1", "ts": "3.1"}), "d-3")
    await hears(stage, said(3, bot_id="B1"), "d-4")
    await hears(stage, said(4, user="UBOT"), "d-5")
    await hears(stage, said(5, channel="D1"), "d-6")

    assert len(stage.slack.window.posted) == 1
    assert stage.slack.window.whispers == []
