"""How long a run has worked: from its request to its gate, without the time that it waited for people."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration, evolve
from bot.domain.states import State
from bot.records import Recorded

BEFORE_THE_GATE: Final = (
    State.DRAFT,
    State.VALIDATING,
    State.GENERATING,
    State.TESTING,
    State.REVIEWING,
)


def is_working(it: Integration) -> bool:
    """Whether its clock runs: it is on its way to the gate, and waits for nobody."""
    return it.state in BEFORE_THE_GATE and not it.at_gate and it.waiting_for is None


def seconds_worked(it: Integration, records: Sequence[Recorded], *, now: datetime) -> float:
    """The seconds that it has worked by now, told from when each of its facts was written."""
    worked, then = 0.0, Integration(id=it.id)
    moments = pairwise([*(record.at for record in records), now])
    for event, (began, ended) in zip(e.decode(records), moments, strict=True):
        then = evolve(then, event)
        if is_working(then):
            worked += max(0.0, (ended - began).total_seconds())
    return worked


def since_asked(records: Sequence[Recorded], asked: type[e.Event]) -> datetime:
    """When what it waits for was asked for last, or when it went on: while it rested nobody acted on it."""
    begins = (asked.__name__, e.Resumed.__name__)
    return max(record.at for record in records if record.type in begins)


def waits_since(integration_id: str, records: Sequence[Recorded]) -> datetime:
    """Since when it has waited, without a break, for what it waits for now; there must be facts."""
    it, since = Integration(id=integration_id), records[0].at
    waited_for: str | None = None
    for record, event in zip(records, e.decode(records), strict=True):
        it = evolve(it, event)
        if it.waiting_for != waited_for:
            since, waited_for = record.at, it.waiting_for
    return since


def is_over_time(it: Integration, records: Sequence[Recorded], *, now: datetime) -> bool:
    """Whether it has worked for as long as it may. What has come to its gate has come in time."""
    return is_working(it) and is_used_up(it, records, now=now)


def is_used_up(it: Integration, records: Sequence[Recorded], *, now: datetime) -> bool:
    """Whether no time is left to it, should it have to work again."""
    if it.minutes_allowed is None:
        return False
    return seconds_worked(it, records, now=now) >= it.minutes_allowed * 60
