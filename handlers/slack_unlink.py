"""Command: unlink, in Slack."""

from bot.application import slack_words as words
from bot.application.slack_linking import unlink
from bot.domain.commands import Command
from handlers.slack_conversation import There

COMMAND = Command(
    name="unlink", usage="unlink", help="let this Slack account act as nobody any more", needs=None
)


async def run(there: There) -> str:
    """At once, in every process."""
    held = await unlink(there.command.by, cause="asked", key=there.context.key, kept=there.world)
    return words.NOTHING_LINKED if held is None else words.unlinked(held)
