"""The stages that an integration went through, and when."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import events as e
from bot.domain.integration import Integration, evolve
from bot.domain.states import State
from bot.records import Recorded

Pass = tuple[State, datetime, datetime | None, int]


def passes_of(integration_id: str, records: Sequence[Recorded]) -> list[Pass]:
    """The stages it went through, each with when it came, when it left, and of which version it is."""
    it, entered = Integration(id=integration_id), list[tuple[State, datetime, int]]()
    for record, event in zip(records, e.decode(records), strict=True):
        before, it = (it.stage, it.edition), evolve(it, event)
        if (it.stage, it.edition) != before or not entered:
            entered.append((it.stage, record.at, it.edition))
    left = [at for _, at, _ in entered[1:]]
    return [(stage, at, end, of) for (stage, at, of), end in zip(entered, [*left, None], strict=False)]


def entered(integration_id: str, records: Sequence[Recorded]) -> datetime:
    """When it came into the state that it is in; there must be facts."""
    return passes_of(integration_id, records)[-1][1]
