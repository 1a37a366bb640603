"""Every sentence about waiting in line."""

from collections.abc import Sequence

from bot.application.views import TurnView


def in_line(turn: TurnView | None) -> list[str]:
    """Where it stands, and behind whom; nothing where it waits for no place."""
    if turn is None:
        return []
    behind = f", behind {_named(turn.before, turn.place - 1)}" if turn.place > 1 else ""
    at_work = f" At work: {_named(turn.at_work, len(turn.at_work))}." if turn.at_work else ""
    return [f"**Waits for its turn**: place {turn.place} in this repository's queue{behind}.{at_work}"]


def _named(issues: Sequence[int], count: int) -> str:
    named = ", ".join(f"#{issue}" for issue in issues)
    return f"{named} and {count - len(issues)} more" if count > len(issues) else named
