"""A run that rests: for what, and until when."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bot.domain import events as e
from bot.domain.deciding import WORKING
from bot.domain.freezing import FROZEN
from bot.domain.integration import Integration
from bot.domain.states import State

# What a run rests for instead of failing, and for how long at most. A month's budget comes back by itself; a
# freeze lasts for as long as whoever said it wants.
LONGEST: Final[Mapping[str, timedelta]] = {
    "budget": timedelta(days=7),
    "monthly_budget": timedelta(days=35),
    "owner_budget": timedelta(days=35),
    FROZEN: timedelta.max,
}


def pause(it: Integration, *, cause: str, detail: str) -> list[e.Event]:
    """Let it rest; what rests already, or is being stopped, does not."""
    is_stopped = it.cancelled is not None or it.rejected_by is not None
    if is_stopped or it.state not in {State.DRAFT, *WORKING} or it.paused is not None:
        return []
    return [e.Paused(cause=cause, detail=detail)]


def freeze(it: Integration) -> list[e.Event]:
    """What rests for something else rests for the freeze from now on: that is what keeps it."""
    if it.paused is None or it.paused.cause == FROZEN:
        return []
    return [e.Paused(cause=FROZEN, detail="")]


def resume(it: Integration) -> list[e.Event]:
    """Let it go on."""
    return [] if it.paused is None else [e.Resumed()]
