"""Command: help, in Slack."""

from bot.application import words
from bot.domain.commands import Command
from handlers.slack_conversation import There

COMMAND = Command(name="help", usage="help", help="say what may be typed here", needs=None)


async def run(there: There) -> str:
    """What there is: whether it may be had is asked of GitHub when it is."""
    return words.help_text(there.known)
