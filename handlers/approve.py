"""Command: approve."""

from bot.application import words
from bot.application.asked import Approve
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="approve",
    usage="approve",
    help="open the gate that is waiting, for the commit you see",
    needs=Approve.needs,
)


async def run(here: Here) -> str:
    """Approve for the head that the pull request shows."""
    asked = Approve(
        by=here.by,
        repository=here.repository,
        integration_id=await here.named_id(),
        said_at=here.comment.said_at,
    )
    it = await here.send(asked)
    return words.approved(by=here.by.login, head=it.head, deploys=it.may_deploy, missing=it.approvals_missing)
