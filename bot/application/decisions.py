"""What people decided about an integration, and through which window: read from its facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.application.asked import (
    AnswerQuestions,
    Approve,
    Cancel,
    Deploy,
    OfOne,
    RaiseBudget,
    Reject,
    RequestChanges,
    Retry,
    RollBack,
)
from bot.domain import events as e
from bot.domain.done_already import DoneAlready
from bot.domain.policy import NothingWaits
from bot.records import Recorded

Decided = (
    e.Answered
    | e.PlanApproved
    | e.PlanSentBack
    | e.InstallsGranted
    | e.Approved
    | e.ApprovalWithdrawn
    | e.ChangesRequested
    | e.Rejected
    | e.DeployReleased
    | e.CancelRequested
    | e.RollBackRequested
    | e.DeprecationRequested
    | e.BudgetRaised
    | e.Retried
)

_AT_A_GATE: Final = (
    e.PlanApproved,
    e.PlanSentBack,
    e.InstallsGranted,
    e.Approved,
    e.ChangesRequested,
    e.Rejected,
    e.CancelRequested,
)
# What somebody else may have decided a moment before, of what was asked.
_BEFORE: Final[Mapping[type[OfOne], tuple[type[Decided], ...]]] = {
    AnswerQuestions: (e.Answered, e.CancelRequested),
    Approve: (*_AT_A_GATE, e.DeployReleased),
    RequestChanges: _AT_A_GATE,
    Reject: _AT_A_GATE,
    Deploy: (e.DeployReleased, e.CancelRequested, e.RollBackRequested),
    RaiseBudget: (e.BudgetRaised, e.CancelRequested),
    Cancel: (e.CancelRequested, e.Rejected),
    RollBack: (e.RollBackRequested, e.DeprecationRequested),
    Retry: (e.Retried,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: what it was, through which door it came, and its fact's version."""

    event: Decided
    door: str
    version: int


def decisions_in(records: Sequence[Recorded]) -> list[Decision]:
    """Every decision of a person, in order."""
    return [
        Decision(event=event, door=record.meta.get("door", ""), version=record.version)
        for record, event in zip(records, e.decode(records), strict=True)
        if isinstance(event, Decided)
    ]


def done_already(asked: OfOne, records: Sequence[Recorded]) -> NothingWaits:
    """Why nothing waits for what was asked: who decided last, where that was about the same."""
    kinds = _BEFORE.get(type(asked), ())
    last = _last(decisions_in(records))
    if last is None or not isinstance(last.event, kinds):
        return NothingWaits(asked.integration_id)
    return DoneAlready(asked.integration_id, event=last.event, door=last.door)


def _last(decisions: Iterable[Decision]) -> Decision | None:
    return next(reversed(list(decisions)), None)
