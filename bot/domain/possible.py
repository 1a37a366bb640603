"""What may be asked of an integration as it stands now, by whoever has the right: the names of commands."""

from typing import Final

from bot.domain import outsiders, planning
from bot.domain.deciding import WORKING
from bot.domain.integration import Integration
from bot.domain.money import OVER
from bot.domain.reviving import FINAL
from bot.domain.states import State

GATES: Final = ("approval", planning.WAITS, outsiders.WAITS)
GOES_LIVE: Final = (State.DEPLOYING, State.ACTIVE)
AT_WORK: Final = (State.DRAFT, *WORKING)


def possible(it: Integration) -> tuple[str, ...]:
    """Those by which something would come of it; none where nothing can be asked any more."""
    is_stopped = it.cancelled is not None or it.rejected_by is not None
    told = {
        "answer": it.waiting_for == "answer",
        "approve": it.can_be_approved or it.waiting_for in {planning.WAITS, outsiders.WAITS},
        "changes": it.may_be_sent_back or it.waiting_for == planning.WAITS,
        "reject": it.awaited in GATES,
        "deploy": it.waiting_for == "deploy_approval",
        "rollback": it.state in GOES_LIVE and it.cancelled is None and it.rolled_back is None,
        "deprecate": it.state is State.ACTIVE and not (it.removal is not None and it.removal.is_under_way),
        "cancel": it.state in AT_WORK and it.cancelled is None,
        "retry": it.state is State.FAILED and it.settled and it.newer is None and _is_worth_it(it),
        "budget": it.state not in OVER and (it.state is State.FAILED or not is_stopped),
    }
    return tuple(name for name, is_so in told.items() if is_so)


def _is_worth_it(it: Integration) -> bool:
    """Whether something else may come of it, as far as its facts tell."""
    return it.reason not in FINAL and it.limit_reached() is None
