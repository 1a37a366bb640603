"""What runs is taken out of use again: rolled back, at once."""

from typing import Final

from bot.domain import events as e
from bot.domain.deciding import fail
from bot.domain.integration import Integration
from bot.domain.policy import NothingToRollBack
from bot.domain.states import State
from bot.records import Actor

ROLLED_BACK: Final = "rolled_back"


def roll_back(it: Integration, *, by: Actor, why: str | None) -> list[e.Event]:
    """Take back what runs, or what is just going live; saying it twice changes nothing."""
    if it.rolled_back is not None:
        return []
    asked = e.RollBackRequested(by=by, why=why)
    match it.state:
        case State.ACTIVE:
            return [asked, *fail(it, reason=ROLLED_BACK, detail="")]
        case State.DEPLOYING if it.cancelled is None:
            return [asked, e.CancelRequested(by=by, cause=ROLLED_BACK)]
        case State.DEPLOYING:  # it is being stopped already, and that takes the same back
            return []
        case _:
            raise NothingToRollBack(it.state)
