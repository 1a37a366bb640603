"""Command: cancel."""

from bot.application import words
from bot.application.asked import Cancel
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="cancel",
    usage="cancel",
    help="stop at once and take back what I made",
    needs=Cancel.needs,
)


async def run(here: Here) -> str:
    """Stop it, wherever it stands."""
    asked = Cancel(
        by=here.by,
        repository=here.repository,
        integration_id=await here.named_id(),
        cause="cancelled",
    )
    await here.send(asked)
    return words.cancelling(by=here.by.login)
