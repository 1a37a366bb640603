"""Command: status."""

from bot.application import words
from bot.application.asked import LookUp
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
    return words.standing(rows) if rows else words.nothing_here()
