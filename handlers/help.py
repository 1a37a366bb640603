"""Command: help."""

from bot.application import words
from bot.domain.commands import Command
from bot.domain.policy import holds
from handlers.conversation import Here

COMMAND = Command(name="help", usage="help", help="say what you may do here", needs=None)


async def run(here: Here) -> str:
    """What the asker may run here, and no more."""
    role = await here.role()
    return words.help_text(
        command for command in here.known if command.needs is None or holds(role, command.needs)
    )
