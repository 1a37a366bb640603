"""In which workspace something happened, and whose it is, as Slack's recorded requests tell it."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

import handlers
from bot.records import StepFailed
from bot.slack_link_records import SlackUser
from bot.slack_records import Workspace
from handlers.slack_payloads import actor_of, heard_in, user_in
from handlers.slack_thread_payloads import Stopping

RECORDED: Final = Path(__file__).parents[1] / "contracts/data/slack/requests"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("event/app_mention/8a094a6e", Workspace(team="T1", enterprise="E1")),
        ("event/message/fb3a3344", Workspace(team="T1", enterprise="E1")),
    ],
)
def test_sl_09_of_a_shared_channel_the_apps_own_workspace_counts(name: str, where: Workspace) -> None:
    event = recorded(name) | {"team_id": "T2", "enterprise_id": "E2"}
    event["authorizations"][0] |= {"team_id": "T1", "enterprise_id": "E1"}

    assert heard_in(event) == where
    assert user_in(event) == SlackUser(team="T1", enterprise="E1", id=event["event"]["user"])


@pytest.mark.parametrize(
    ("own", "where"),
    [
        ([], Workspace(team="T1", enterprise="E1")),
        ([{"team_id": "T1", "enterprise_id": None}], Workspace(team="T1")),
        ([{"team_id": None, "enterprise_id": "E1"}], Workspace(team="T1", enterprise="E1")),
        (
            [{"team_id": "T9", "enterprise_id": "E1", "is_enterprise_install": True}],
            Workspace(team="T1", enterprise="E1"),
        ),
    ],
)
def test_where_it_is_not_told_it_is_where_it_happened(own: list[Any], where: Workspace) -> None:
    assert heard_in({"team_id": "T1", "enterprise_id": "E1", "authorizations": own}) == where


def test_what_tells_no_workspace_is_odd() -> None:
    with pytest.raises(StepFailed, match="odd_payload"):
        heard_in({"authorizations": [{"team_id": 7}]})


def test_sl_09_a_window_from_a_shared_channel_is_of_the_workspace_that_has_the_app() -> None:
    act = recorded("view_submission/bcd8c07d")
    act["view"]["app_installed_team_id"] = "T1"
    act["team"] |= {"id": "T2", "enterprise_id": "E2"}

    assert actor_of(act) == SlackUser(team="T1", id=act["user"]["id"])


def test_in_a_grid_a_window_is_of_the_workspace_where_it_opened() -> None:
    act = recorded("view_submission/ca7b534b")
    act["view"]["app_installed_team_id"] = "T1"

    assert actor_of(act) == SlackUser(team="T1", enterprise="E111", id="W111")


@pytest.mark.parametrize(
    ("text", "stops"), [("stop", True), ("Stop ", True), ("stop it", False), ("", False)]
)
def test_the_word_stops_in_a_thread_however_it_is_written_and_sent_on_to_the_channel(
    text: str, *, stops: bool
) -> None:
    said = recorded("event/message.thread_broadcast/d7b2d5e2")
    said["event"]["text"] = text

    assert (Stopping.from_message(said) is not None) is stops


@pytest.mark.parametrize("change", [{"subtype": "message_changed"}, {"bot_id": "B1"}, {"thread_ts": None}])
def test_what_nobody_says_in_a_thread_stops_nothing(change: dict[str, Any]) -> None:
    said = recorded("event/message.thread_broadcast/d7b2d5e2")
    said["event"] |= {"text": "stop", **change}

    assert Stopping.from_message(said) is None


def test_what_is_sent_on_to_the_channel_is_heard_and_apologised_for() -> None:
    assert "slack:event.message.thread_broadcast" in handlers.SLACK
    assert "slack:event.message.thread_broadcast" in handlers.SLACK_APOLOGIES
