"""When people are reminded of what waits for them, and when what waits lapses."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from bot.domain import deploying
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.records import Recorded

# How long each is waited for. Whoever may deploy is waited for longer, but not called for any more.
LAPSES: Final[Mapping[str, timedelta]] = {
    "answer": timedelta(days=7),
    "plan_approval": timedelta(days=30),
    "install_approval": timedelta(days=30),
    "approval": timedelta(days=30),
    "deploy_approval": timedelta(days=30),
}
FIRST: Final = timedelta(days=1)
AGAIN: Final = timedelta(days=3)
# A question is one person's, who is reminded of it once.
ONCE: Final = frozenset(("answer",))


def due(it: Integration, records: Sequence[Recorded], *, now: datetime) -> e.Reminded | None:
    """The reminder that is due: after a day in which nothing happened, then every three days until it lapses.

    None where it waits for nobody, rests or has ended, or the repository wants none.
    """
    waits = it.waiting_for
    lapses = deploying.PEOPLE if deploying.waits_for_people(it) else LAPSES.get(waits or "")
    if waits is None or lapses is None or not it.reminds:
        return None
    said = [record.at for record in takewhile(_is_reminder, reversed(records))]
    quiet = now - records[-1 - len(said)].at
    if quiet >= lapses or (said and waits in ONCE):
        return None
    is_due = now - said[0] >= AGAIN if said else quiet >= FIRST
    return e.Reminded(of=waits) if is_due else None


def remind(it: Integration, reminder: e.Reminded, *, seen: int) -> list[e.Event]:
    """Remind of it, unless something has happened since that was decided."""
    return [reminder] if it.version == seen else []


def _is_reminder(record: Recorded) -> bool:
    return record.type == e.Reminded.__name__
