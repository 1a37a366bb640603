"""Command: status."""

from bot.application import words
from bot.application.asked import LookUp
from bot.application.freeze_words import above
from bot.application.frozen import freezes_on
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="status",
    usage="status",
    help="say where it stands, what it waits for and what it cost",
    needs=LookUp.needs,
)


async def run(here: Here) -> str:
    """Where the integrations of this issue stand."""
    await here.role()
    rows = await here.integrations()
    freezes = await freezes_on(here.repository, here.context.world)
    return above(freezes, words.standing(rows) if rows else words.nothing_here())
