"""Command: rollback."""

from bot.application import words
from bot.application.asked import RollBack
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="rollback",
    usage="rollback [<id>] [<why>]",
    help="take what runs out of use again: the deployment, and by a revert the merge",
    needs=RollBack.needs,
)


async def run(here: Here) -> str:
    """Take it back."""
    integration_id, why = await here.meant_and_why()
    asked = RollBack(by=here.by, repository=here.repository, integration_id=integration_id, why=why)
    it = await here.send(asked)
    return words.rolling_back(by=here.by.login, issue=it.issue)
