"""Where in Slack something was asked for: a fact of its own, in a stream for each integration."""

from collections.abc import Sequence
from typing import Final

from bot.records import Fact, Recorded
from bot.slack_link_records import SlackUser
from bot.slack_records import Place, Workspace

FAMILY: Final = "slack-asked"
ASKED: Final = "AskedInSlack"


def stream_of(integration_id: str) -> str:
    """The stream of where that integration was asked for."""
    return f"{FAMILY}:{integration_id}"


def asked_in(place: Place, by: SlackUser) -> Fact:
    """It was asked for there, by them."""
    workspace = place.workspace
    return Fact(
        type=ASKED,
        data={
            "team": workspace.team,
            "enterprise": workspace.enterprise,
            "channel": place.channel,
            "thread": place.thread,
            "user": by.id,
        },
    )


def place_in(past: Sequence[Recorded]) -> Place | None:
    """Where it was asked for, None where that was not in Slack."""
    said = next((each.data for each in past if each.type == ASKED), None)
    if said is None:
        return None
    workspace = Workspace(team=said["team"], enterprise=said["enterprise"])
    return Place(workspace=workspace, channel=said["channel"], thread=said["thread"])
