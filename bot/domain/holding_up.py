"""What outside does not answer is noted once for as long as it lasts, and so is its end."""

from bot.domain import events as e
from bot.domain.deciding import WORKING
from bot.domain.integration import Integration


def hold_up(it: Integration, *, by: str, code: str) -> list[e.Event]:
    """Something outside does not answer: worth a fact where it is at work, and once."""
    is_known = it.held_up is not None and it.held_up.by == by
    is_at_work = it.state in WORKING and it.cancelled is None and it.waiting_for is None
    return [e.HeldUp(by=by, code=code)] if is_at_work and not is_known else []


def go_on(it: Integration) -> list[e.Event]:
    """It answers again."""
    return [] if it.held_up is None else [e.WentOn()]
