"""The plan that waits for approval before anything is written: who may say what of it, and how often."""

from datetime import datetime
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import CeilingReached, NothingWaits, PlanNotSeen, PlansUsedUp, SelfApproval
from bot.domain.states import State
from bot.records import Actor

WAITS: Final = "plan_approval"
# A plan that is sent back again and again is a conversation, and belongs into the request.
MOST_SENT_BACK: Final = 5


def is_agreed(it: Integration) -> bool:
    """Whether a person approved the very plan that there is."""
    return it.plan is not None and it.plan_approved is not None and it.plan_approved.spec == it.plan.spec


def own_counts(it: Integration, *, alone: bool) -> bool:
    """Whether the one who asked may approve the plan: where nobody but they wanted to see it, or by setting.

    Without `--plan-first` nobody would have been asked at all, and the change has its own gate still.
    """
    return alone or (it.plan is not None and not it.plan.demanded and not it.plan_demanded)


def propose(it: Integration, proposed: e.PlanProposed) -> list[e.Event]:
    """A plan is there; what people have not had their say on stays as it is."""
    return [proposed] if it.stage is State.VALIDATING and it.plan is None else []


def show(it: Integration, shown: e.PlanShown) -> list[e.Event]:
    """It can be seen; said once of each."""
    is_news = it.plan is not None and it.plan.spec == shown.spec and it.plan_shown is None
    return [shown] if is_news else []


def approve(it: Integration, *, by: Actor, spec: str, alone: bool, said_at: datetime | None) -> list[e.Event]:
    """Approve this very spec; saying it twice changes nothing."""
    if is_agreed(it) and it.plan_approved is not None and it.plan_approved.by == by:
        return []
    _check_waits(it, "approve", spec=spec, said_at=said_at)
    if by == it.requested_by and not own_counts(it, alone=alone):
        raise SelfApproval(by)
    return [e.PlanApproved(by=by, spec=spec)]


def check_may_be_sent_back(it: Integration, *, said_at: datetime | None, is_over_time: bool) -> None:
    """Raise Denied where no plan waits, was not seen, or nothing is left to make another with."""
    _check_waits(it, "changes", spec=it.plan.spec if it.plan else "", said_at=said_at)
    if len(it.plans_sent_back) >= MOST_SENT_BACK:
        raise PlansUsedUp(MOST_SENT_BACK)
    if spent := it.limit_reached() or ("minutes" if is_over_time else None):
        raise CeilingReached(spent)


def send_back(it: Integration, asked: e.PlanSentBack) -> list[e.Event]:
    """Have another plan made, unless somebody else has just had their say."""
    _check_waits(it, "changes", spec=asked.spec, said_at=None)
    return [asked]


def _check_waits(it: Integration, what: str, *, spec: str, said_at: datetime | None) -> None:
    """Both moments are by GitHub's clock, to the second."""
    if it.waiting_for != WAITS or it.plan is None or it.plan_shown is None:
        raise NothingWaits(what)
    is_early = said_at is not None and said_at < datetime.fromisoformat(it.plan_shown.shown_at)
    if it.plan.spec != spec or is_early:
        raise PlanNotSeen(spec)
