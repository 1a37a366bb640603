"""Every sentence about others' checks that fail on the bot's pull request, and of what was sent back."""

from collections.abc import Mapping
from typing import Final

from bot.application.reasons import code
from bot.application.views import StatusView
from bot.domain.commands import PREFIX

MOST_NAMES: Final = 10

LEFT: Final[Mapping[str, str]] = {
    "told": "I have looked at that already, and the description says what I make of it.",
    "off": "This repository does not want me to go back for them by myself (`checks: send_back: false`).",
    "rounds": "I have gone back for failing checks as often as I may before a person says what to change.",
}
CEILING: Final = "A ceiling of this run is reached, so I cannot go back for them."


def failing(view: StatusView) -> list[str]:
    """Which checks fail, and what comes of it; nothing where none does."""
    if view.checks is None:
        return []
    named = ", ".join(map(code, view.checks.names[:MOST_NAMES])) or "their names are no longer kept"
    more = view.checks.count - min(len(view.checks.names), MOST_NAMES)
    which = f"{named} and {more} more" if view.checks.names and more > 0 else named
    fail = f"on `{view.checks.head[:7]}`: {which}."
    if view.waiting_for != "approval":
        return [f"**I went back to work by myself**, for checks that fail {fail}"]
    left = LEFT.get(view.checks.left or "told", CEILING)
    return [
        f"**Checks fail** {fail} {left} `{PREFIX} changes <what>` sends it back; it can be approved all the "
        "same."
    ]


def mended(*, by: str, head: str, before: str) -> str:
    """On the pull request, when what failing checks had sent back waits for approval again."""
    what = f"I changed it: `{head[:7]}`." if head != before else "I changed nothing."
    return (
        f"@{by}, checks failed on `{before[:7]}`, and {what} The description says what is in it, and what I "
        "have to say. It waits for approval."
    )


def changed(*, by: str, head: str, before: str) -> str:
    """On the pull request, when what was sent back waits for approval again."""
    what = f"I changed it: `{head[:7]}`." if head != before else "I changed nothing."
    return f"@{by}, {what} The description says what is in it, and what I have to say. It waits for approval."


def changed_marker(integration_id: str, attempt: int) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:changed:{integration_id}:{attempt} -->"
