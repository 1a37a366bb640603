"""A request that is under way already, or runs, is not carried out twice: found without asking the model."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from weakref import WeakValueDictionary

from bot.application.asked import RequestIntegration
from bot.application.ports import World
from bot.application.texts import load_text
from bot.domain import events as e
from bot.domain.duplicates import Wish, is_the_same
from bot.domain.integration import Integration, fold
from bot.domain.policy import AskedAlready
from bot.domain.states import State
from bot.records import StepFailed

OVER: Final = frozenset((State.FAILED, State.DEPRECATED))
# Of what runs already, only so many are looked at: the newest. What they were asked for is not kept for ever.
MOST_ACTIVE: Final = 20

_TURNS: Final[WeakValueDictionary[int, asyncio.Lock]] = WeakValueDictionary()


def turn_of(repository_id: int) -> asyncio.Lock:
    """One request after the other in a repository, as far as this process is asked: the log tells of those
    that another process takes in at the same moment, and then it is looked again.
    """
    return _TURNS.setdefault(repository_id, asyncio.Lock())


async def check_is_new(asked: RequestIntegration, integration_id: str, world: World) -> int | None:
    """Raise AskedAlready where an integration of this repository is as good as the same.

    Else among how many of the repository that was looked for; None where it does not matter. What was taken
    already stays so, however often it is delivered.
    """
    if asked.anyway or await world.integrations.get(integration_id) is not None:
        return None
    wish = _wish(asked.request, asked.base)
    rows = await world.integrations.find(repository_id=asked.repository.id)
    for row in _at_hand(rows):
        it = fold(row["id"], e.decode(await world.log.read(row["id"])))
        if await _is_that(it, wish, world):
            raise AskedAlready(it.id, it.issue, it.state)
    return len(rows)


def _at_hand(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What is under way, and the newest of what runs, newest first."""
    active = [row for row in rows if row["state"] == State.ACTIVE][:MOST_ACTIVE]
    under_way = [row for row in rows if State(row["state"]) not in {*OVER, State.ACTIVE}]
    return [*under_way, *active]


async def _is_that(it: Integration, wish: Wish, world: World) -> bool:
    """Whether it is as good as that, and nobody is stopping it; one whose words are deleted is not known."""
    if it.cancelled is not None or it.rejected_by is not None:
        return False
    try:
        return is_the_same(wish, _wish(await load_text(world, it, it.request), it.versions[-1].asked_base))
    except StepFailed:
        return False


def _wish(kept: str, base: str | None) -> Wish:
    said = json.loads(kept)
    return Wish(
        request=said.get("request", ""),
        base=base,
        title=said.get("issue_title", ""),
        body=said.get("issue_body", ""),
    )
