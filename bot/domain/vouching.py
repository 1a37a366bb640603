"""An approval with all that is known of who gives it, and until when it holds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import approving, deciding, landing
from bot.domain import events as e
from bot.domain.checks import ChecksFail
from bot.domain.integration import Integration, evolved
from bot.domain.policy import Denied
from bot.domain.states import State


class LapsedApproval(Denied):
    """It was said so long ago that it does not hold any more; `days` is how long one holds."""

    code = "lapsed_approval"

    def __init__(self, days: int) -> None:
        super().__init__(days)
        self.days = days


def until(it: Integration, *, now: datetime, said_at: datetime | None) -> str | None:
    """When an approval is over that was said then; None where it was agreed before there was an end to it."""
    if not it.approval_days:
        return None
    return (min(now, said_at or now) + timedelta(days=it.approval_days)).isoformat()


def approve(
    it: Integration, given: e.Approved, *, alone: bool, now: datetime, said_at: datetime | None = None
) -> list[e.Event]:
    """Approve it as who they are by now: what they said before they had that role, or were in that team, is
    said anew. What is over by now, noted or not, is no approval that they have given already.
    """
    over = lapse(it, now=now) if it.state is State.REVIEWING else []
    it = evolved(it, over)
    is_new = it.can_be_approved and _is_another(it, given)
    of = replace(it, approvals=approving.without(it.approvals, given.by, given.head)) if is_new else it
    said = deciding.approve(
        of, by=given.by, head=given.head, deploys=given.deploys, alone=alone, said_at=said_at
    )
    if any(isinstance(each, e.Approved) for each in said):
        _check_counts(it, given, now=now)
    return [*over, *(given if isinstance(each, e.Approved) else each for each in said)] if said else []


def _check_counts(it: Integration, given: e.Approved, *, now: datetime) -> None:
    """Raise Denied where nobody knows whose count, its time is over, or what judges the commit fails."""
    if it.unread:
        raise approving.RulesUnread(it.unread)
    if is_over(given, now=now):
        raise LapsedApproval(it.approval_days)
    if it.is_red:
        raise ChecksFail(it.head)


def read_again(it: Integration, read: e.RulesRead, ruled: e.GateRuled) -> list[e.Event]:
    """What could not be read of approvals can be: with what of it holds for the commit that waits."""
    if not it.unread or it.waiting_for != "approval" or (ruled.head, ruled.change) != (it.head, it.change):
        return []
    return [read, ruled] if read.path_rules else [read]


def is_over(given: e.Approved, *, now: datetime) -> bool:
    """Whether its time is over."""
    return given.until is not None and datetime.fromisoformat(given.until) <= now


def lapse(it: Integration, *, now: datetime) -> list[e.Event]:
    """Every approval whose time is over, as long as it is not merged."""
    is_open = it.state not in {State.FAILED, State.ACTIVE, State.DEPRECATED} and not it.merged
    if not is_open or it.cancelled is not None or it.rejected_by is not None:
        return []
    over = [given for given in it.approvals if is_over(given, now=now)]
    return [e.ApprovalLapsed(whose=given.by, head=given.head, days=it.approval_days) for given in over]


def notice(it: Integration, *, now: datetime) -> list[e.Event]:
    """The same, for who only looks: of what may be merged at this moment, its saga alone says so."""
    over = lapse(it, now=now)
    if it.state is State.DEPLOYING:
        return landing.try_again(it, because="lapse") if over else []
    return over


def release(it: Integration, *, now: datetime) -> list[e.Event]:
    """Open the gate, where what was approved is so still."""
    return lapse(it, now=now) or deciding.release(it)


def lacking(
    it: Integration, roles: Mapping[int, str], teams: Mapping[int, tuple[str, ...]]
) -> tuple[approving.Standing, ...]:
    """The rules that are met no more, by what the approvers are now: their roles, and their teams."""
    now = replace(it, approvals=tuple(_as_now(given, roles, teams) for given in it.approvals))
    return tuple(each for each in now.rules_standing if each.missing)


def _as_now(given: e.Approved, roles: Mapping[int, str], teams: Mapping[int, tuple[str, ...]]) -> e.Approved:
    role, member_of = roles.get(given.by.id, ""), teams.get(given.by.id, ())
    return e.Approved(by=given.by, head=given.head, deploys=given.deploys, role=role, teams=member_of)


def _is_another(it: Integration, given: e.Approved) -> bool:
    earlier = [each for each in it.approvals if (each.by, each.head) == (given.by, given.head)]
    return any((each.role, each.teams) != (given.role, given.teams) for each in earlier)
