"""What waits for others: what time or people mend, and how long between two tries."""

from typing import Final

from bot.records import Fact

# With four times as long between two of them: a quarter of a minute first, four hours in the end.
TRIES: Final = 7
FACTOR: Final = 4
# The first pause, as a part of how long a saga waits for a look at GitHub: a quarter of a minute.
FIRST: Final = 1 / 4
# How long a saga waits for a look where nothing else is said.
LOOK_AGAIN: Final = 60.0
# What time or people mend: whoever waits is told, and it is tried again.
MENDABLE: Final = frozenset((
    "unavailable",
    "frozen",
    "monthly_budget",
    "owner_budget",
    "claude_unavailable",
    "claude_refused_account",
    "claude_spend_limit",
    "claude_unknown_model",
    "bad_configuration",
))


def is_final(code: str, nth: int) -> bool:
    """Whether the nth try, which ended so, was the last one."""
    return code not in MENDABLE or nth >= TRIES


def pause_seconds(tries: int, look_again: float) -> float:
    """How long to wait after so many tries in vain, where a saga looks at GitHub again after so long."""
    return float(look_again * FIRST * FACTOR ** (tries - 1))


def untold_seconds(code: str, nth: int) -> float:
    """How long to pause where not even that it is set aside could be said, 0 where nothing mends that."""
    return 0.0 if is_final(code, nth) else pause_seconds(nth, LOOK_AGAIN)


def held_up(kind: str, code: str, *, nth: int) -> Fact:
    """The fact of this kind: something keeps it from going on, for the nth time."""
    return Fact(type=kind, data={"code": code, "nth": nth})
