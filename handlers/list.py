"""Command: list."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.application import answer_words as words
from bot.application.asked import LookUp
from bot.application.freeze_words import above
from bot.application.frozen import freezes_on
from bot.application.requesting import AT_REST
from bot.domain.commands import Command
from bot.domain.states import State
from handlers.conversation import Here

COMMAND = Command(
    name="list",
    usage="list [<which>]",
    help="list this repository's integrations: open (if nothing is said), waiting, mine, all, or a state",
    needs=LookUp.needs,
)

Row = Mapping[str, Any]
FILTERS: Final[Mapping[str, Callable[[Row, int], bool]]] = {
    "open": lambda row, _: State(row["state"]) not in AT_REST,
    "waiting": lambda row, _: row["waiting_for"] is not None,
    "mine": lambda row, asker: row["requested_by_id"] == asker,
    "all": lambda _row, _: True,
}


async def run(here: Here) -> str:
    """The integrations of the repository that are asked for."""
    await here.role()
    wanted = here.spoken.text.strip().lower() or "open"
    known = (*FILTERS, *State)
    if wanted not in known:
        return words.unknown_filter(wanted, known)
    rows = await here.context.world.integrations.find(repository_id=here.repository.id)
    freezes = await freezes_on(here.repository, here.context.world)
    return above(freezes, words.listed([row for row in rows if _matches(row, wanted, here)], wanted=wanted))


def _matches(row: Row, wanted: str, here: Here) -> bool:
    chosen = FILTERS.get(wanted)
    return chosen(row, here.by.id) if chosen else row["state"] == wanted
