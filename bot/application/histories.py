"""A history as people read it: each fact a line, the machine's small steps in a row one line together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.application.fact_words import SMALL, counted, told
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.records import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a history."""

    at: datetime
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened up to a moment, and what the integration was then."""

    it: Integration
    lines: tuple[Line, ...]


def history_of(integration_id: str, records: Sequence[Recorded]) -> History:
    """The lines of these facts, and what they make of it."""
    events = e.decode(records)
    return History(it=fold(integration_id, events), lines=tuple(_lines(records, events)))


def _lines(records: Sequence[Recorded], events: Sequence[e.Event]) -> list[Line]:
    facts = zip(records, events, strict=True)
    return [
        line
        for small, some in groupby(facts, key=lambda fact: isinstance(fact[1], SMALL))
        for line in (_together(list(some)) if small else [Line(at=r.at, said=told(it)) for r, it in some])
    ]


def _together(some: Sequence[tuple[Recorded, e.Event]]) -> list[Line]:
    turns = [event for _, event in some if isinstance(event, e.TurnTaken)]
    cost = sum(turn.micro_usd for turn in turns) / 1e6
    return [Line(at=some[0][0].at, said=f"{counted(len(turns), 'model turn')} (${cost:.4f})")]
