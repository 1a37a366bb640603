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
    "disputed": "I found nothing to change for that: the description says what I make of it. The commit had "
    "passed before.",
    "rounds": "I have gone back for failing checks as often as I may before a person says what to change.",
}
LEFT_FAILING: Final = (
    "I found nothing more to change for that: the description says what I make of it. No commit with this "
    "change has passed."
)
WHAT_HELPS: Final = (
    "Have it run again on GitHub, where its cause lies elsewhere; "
    f"`{PREFIX} changes <what>` sends the change back"
)
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
    left = LEFT_FAILING if view.tested.is_failed else left
    return [f"**Checks fail** {fail} {left} {_what_helps(view)}"]


def _what_helps(view: StatusView) -> str:
    if view.tester == "checks":
        return f"{WHAT_HELPS}. These checks judge here: it can be approved once none of them fails."
    return f"`{PREFIX} changes <what>` sends it back; it can be approved all the same."


def refused(head: str) -> str:
    """Why nobody can approve it yet, and what helps."""
    return (
        f"Checks fail on `{head[:7]}`, and here they are what judges a change, so I cannot merge it yet. "
        f"{WHAT_HELPS}. Once none of them fails, approve it again."
    )


def mended(*, by: str, head: str, before: str) -> str:
    """On the pull request, when what failing checks had sent back waits for approval again."""
    what = f"I changed it: `{head[:7]}`." if head != before else "I changed nothing."
    return (
        f"@{by}, checks failed on `{before[:7]}`, and {what} The description says what is in it, and what I "
        "have to say. It waits for approval."
    )


def disputed(*, by: str, head: str, before: str) -> str:
    """On the pull request, when what had passed, and failed later, is back at its gate as it was."""
    return (
        f"@{by}, checks failed on `{head[:7]}`, and I changed nothing: the description says what I make of "
        f"that. It waits. {WHAT_HELPS}. Once no check fails it can be approved."
    )


def left_failing(*, by: str, head: str, before: str) -> str:
    """The same, where it was changed since it was there, and its judges fail it for something else."""
    what = f"I changed it: `{head[:7]}`" if head != before else "I changed nothing"
    return (
        f"@{by}, {what}. Checks fail on it, and I found nothing more to change for that: the description "
        f"says what I make of it. It waits. {WHAT_HELPS}. Once no check fails it is judged again, and can be "
        "approved."
    )


def changed(*, by: str, head: str, before: str) -> str:
    """On the pull request, when what was sent back waits for approval again."""
    what = f"I changed it: `{head[:7]}`." if head != before else "I changed nothing."
    return f"@{by}, {what} The description says what is in it, and what I have to say. It waits for approval."


def changed_marker(integration_id: str, attempt: int) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:changed:{integration_id}:{attempt} -->"
