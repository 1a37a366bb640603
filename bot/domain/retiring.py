"""What runs is taken out of use again: rolled back at once, or deprecated, which is for good."""

from collections.abc import Iterable
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import CannotDeprecate, NothingToRollBack
from bot.domain.states import State, check_move
from bot.records import Actor

ROLLED_BACK: Final = "rolled_back"


def roll_back(it: Integration, *, by: Actor, why: str | None) -> list[e.Event]:
    """Take back what runs, or what is just going live; saying it twice changes nothing."""
    if it.rolled_back is not None:
        return []
    asked = e.RollBackRequested(by=by, why=why)
    match it.state:
        case State.ACTIVE:
            failed = e.IntegrationFailed(reason=ROLLED_BACK, during=it.state.value, detail="")
            return [asked, failed]
        case State.DEPLOYING if it.cancelled is None:
            return [asked, e.CancelRequested(by=by, cause=ROLLED_BACK)]
        case State.DEPLOYING:  # it is being stopped already, and that takes the same back
            return []
        case _:
            raise NothingToRollBack(it.state)


def deprecate(it: Integration, asked: e.DeprecationRequested) -> list[e.Event]:
    """Take what runs out for good; while that is under way saying it again changes nothing."""
    if it.state is not State.ACTIVE:
        raise CannotDeprecate(it.state)
    return [] if it.removal is not None and it.removal.is_under_way else [asked]


def open_removal(it: Integration, opened: e.RemovalOpened) -> list[e.Event]:
    """The pull request that takes it out is there."""
    return [opened] if _is_to_be_opened(it) else []


def _is_to_be_opened(it: Integration) -> bool:
    is_asked = it.state is State.ACTIVE and it.removal is not None and it.removal.is_under_way
    return is_asked and it.removal is not None and it.removal.opened is None


def close_removal(it: Integration, closed: e.RemovalClosed, *, number: int) -> list[e.Event]:
    """It was merged, or closed without that: what is of another pull request changes nothing."""
    return [closed] if it.removal_pull == number else []


def give_up_removal(it: Integration, given_up: e.RemovalGivenUp) -> list[e.Event]:
    """It goes on running; said once, and not of what is merged."""
    is_open = it.removal is not None and it.removal.is_under_way and it.removal.closed is None
    return [given_up] if is_open else []


def retire(it: Integration, report: Iterable[e.StepUndone]) -> list[e.Event]:
    """It is taken out for good, with what came of each part of that; said once."""
    if it.state is State.DEPRECATED:
        return []
    check_move(it.state, State.DEPRECATED)
    return [*report, e.Deprecated()]
