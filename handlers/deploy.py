"""Command: deploy."""

from bot.application import words
from bot.application.asked import Deploy
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(name="deploy", usage="deploy", help="let what was merged go out", needs=Deploy.needs)


async def run(here: Here) -> str:
    """Release the deployment of what was merged."""
    asked = Deploy(by=here.by, repository=here.repository, integration_id=await here.named_id())
    await here.send(asked)
    return words.released(by=here.by.login)
