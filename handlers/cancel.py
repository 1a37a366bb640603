"""Command: cancel."""

from bot.application import fix_words, words
from bot.application.asked import Cancel
from bot.application.asked_fixes import StopFixing
from bot.application.fix_asking import stop_fixing
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="cancel",
    usage="cancel",
    help="stop at once and take back what I made",
    needs=Cancel.needs,
)


async def run(here: Here) -> str:
    """Stop it, wherever it stands; on somebody's own pull request, what is being fixed there."""
    if here.comment.is_pull and not await here.integrations() and (count := await _stopped(here)):
        return fix_words.stopped(count)
    asked = Cancel(
        by=here.by,
        repository=here.repository,
        integration_id=await here.named_id(),
        cause="cancelled",
    )
    await here.send(asked)
    return words.cancelling(by=here.by.login)


async def _stopped(here: Here) -> int:
    """How many fixes that were under way."""
    asked = StopFixing(by=here.by, repository=here.repository, number=here.comment.issue)
    context = here.context
    return await stop_fixing(asked, key=context.key, door=context.door, world=context.world)
