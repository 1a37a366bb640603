"""Command: reject."""

from bot.application import words
from bot.application.asked import Reject
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="reject",
    usage="reject [why]",
    help="close the gate for good and take back what I made",
    needs=Reject.needs,
)


async def run(here: Here) -> str:
    """Reject what waits for approval."""
    asked = Reject(
        by=here.by,
        repository=here.repository,
        integration_id=await here.integration_id(),
        why=here.spoken.text,
    )
    await here.send(asked)
    return words.rejected(by=here.by.login)
