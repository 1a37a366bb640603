"""Command: approve."""

from bot.application import approval_words, outsider_words, plan_words
from bot.application.asked import Approve
from bot.domain.commands import Command
from bot.domain.states import State
from handlers.conversation import Here

COMMAND = Command(
    name="approve",
    usage="approve",
    help="open the gate that is waiting: for the plan, what is to be installed, or the commit you see",
    needs=Approve.needs,
)


async def run(here: Here) -> str:
    """Approve the plan that waits, or the head that the pull request shows."""
    asked = Approve(
        by=here.by,
        repository=here.repository,
        integration_id=await here.named_id(),
        said_at=here.comment.said_at,
    )
    it = await here.send(asked)
    if it.installs_granted is not None and it.state is State.TESTING:
        return outsider_words.granted(by=here.by.login)
    if it.plan_approved is not None and it.pull_request is None:
        return plan_words.approved(by=here.by.login)
    return approval_words.approved(it, by=here.by)
