"""Command: changes."""

from bot.application import plan_words, words
from bot.application.asked import RequestChanges
from bot.domain.commands import Command
from bot.domain.states import State
from handlers.conversation import Here

COMMAND = Command(
    name="changes",
    usage="changes <what>",
    help="send what waits for approval back to me, to be changed as you say",
    needs=RequestChanges.needs,
)


async def run(here: Here) -> str:
    """Send it back."""
    if not here.spoken.text:
        return words.empty_changes()
    asked = RequestChanges(
        by=here.by,
        repository=here.repository,
        integration_id=await here.integration_id(),
        parts=(here.spoken.text,),
        said_at=here.comment.said_at,
    )
    it = await here.send(asked)
    if it.stage is State.VALIDATING:
        return plan_words.sent_back(by=here.by.login)
    return words.sent_back(by=here.by.login)
