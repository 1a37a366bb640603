"""Every sentence about what somebody decided, and through which window, for both of them."""

from collections.abc import Iterable
from typing import Final

from bot.application.decisions import Decision
from bot.application.fact_words import told
from bot.domain import events as e
from bot.domain.commands import PREFIX
from bot.domain.done_already import DoneAlready

MOST: Final = 5
_WINDOWS: Final = {"slack": ", in Slack", "api": ", over the API", "github": ", on GitHub"}
SLACK: Final = "slack"


def line(decision: Decision) -> str:
    """What was decided, and where."""
    return _sentence(decision.event, decision.door)


def in_slack(decisions: Iterable[Decision]) -> list[str]:
    """The newest decisions that were made in Slack, for who reads on GitHub; nothing where none were."""
    said = [f"- {line(each)}" for each in decisions if each.door == SLACK]
    return ["\n".join(said[-MOST:])] if said else []


def second(no: DoneAlready) -> str:
    """To who comes second: that it is done, and by whom."""
    return (
        f"That is done already: {_sentence(no.event, no.door)} Nothing waits for it any more; "
        f"`{PREFIX} status` shows where it stands."
    )


def _sentence(event: e.Event, door: str) -> str:
    """Some facts have a second sentence, which says why."""
    first, stop, rest = told(event).partition(". ")
    return f"{first}{_WINDOWS.get(door, '')}.{' ' + rest if stop else ''}"
