"""What is said of installing in Slack: why it did not happen, and what to do."""

from collections.abc import Mapping
from typing import Final

_AGAIN: Final = "begin again at /slack/install"

WHY: Final[Mapping[str, str]] = {
    "state_missing": "this browser began no installation here: begin at /slack/install, under the very "
    "address that the bot is known by, and let it keep cookies",
    "state_foreign": "this is not the end of what this browser began last, or it was ended before, or it "
    f"took longer than ten minutes; {_AGAIN}",
    "access_denied": f"on Slack's page the app was not let in; {_AGAIN} if it is to be",
    "code_refused": f"Slack did not take the code that came back; {_AGAIN}",
    "slack_refused": f"Slack would not install the app; {_AGAIN}, and tell the operator if it stays so",
    "slack_misconfigured": "Slack does not know this bot by what it shows: the operator has to look at "
    "SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and the app's redirect URL; `python -m bot doctor` says more",
}
STATUS: Final[Mapping[str, int]] = {"access_denied": 403, "slack_misconfigured": 503}
"""Where it is not 400."""

NOT_SET_UP: Final = (
    "installing in Slack is not set up: the operator gives SLACK_SIGNING_SECRET, SLACK_CLIENT_ID, "
    "SLACK_CLIENT_SECRET and a PUBLIC_URL that begins with https; `python -m bot doctor` says more"
)


def installed(workspace: str) -> str:
    """What whoever installed it reads."""
    return (
        f"Claude Code Bot is installed in {workspace}. Invite it to a channel, and type /claude help there.\n"
    )
