"""Where an integration waits in line, as people are shown it."""

from collections.abc import Sequence
from typing import Final

from bot.application.ports import World
from bot.application.views import TurnView
from bot.domain.integration import Integration

MOST_NAMED: Final = 5


def note_of(integration_id: str) -> str:
    """Where it is kept that it was seen to wait: every job is in line for a moment."""
    return f"turn:{integration_id}"


async def turn_of(it: Integration, world: World) -> TurnView | None:
    """Where it waits by now; None where it does not."""
    if it.waiting_for or it.ended or not await world.notes.get(note_of(it.id)):
        return None
    turn = await world.line.turn(it.repository.id, it.id)
    if turn is None:
        return None
    at_work = sorted(await _issues(turn.at_work, world))
    return TurnView(turn.place, await _issues(turn.before, world), tuple(at_work))


async def _issues(ids: Sequence[str], world: World) -> tuple[int, ...]:
    rows = [await world.integrations.get(each) for each in ids[-MOST_NAMED:]]
    return tuple(row["issue"] for row in rows if row is not None)
