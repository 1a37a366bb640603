"""Command: why."""

from typing import Final

from bot.application import answer_words as words
from bot.application import refusing
from bot.application.asked import LookUp
from bot.application.frozen import freezes_on
from bot.application.notifying import look
from bot.application.passes import entered
from bot.domain.commands import Command
from bot.domain.policy import NothingWaits
from handlers.conversation import Here

COMMAND = Command(
    name="why",
    usage="why [<id>]",
    help="say why it stands where it stands, why it waits, and what was refused here",
    needs=LookUp.needs,
)

MOST_REFUSALS: Final = 5


async def run(here: Here) -> str:
    """The recorded reasons; never a guess."""
    await here.role()
    world = here.context.world
    conversation = refusing.Conversation(repository=here.repository, issue=here.comment.issue)
    refusals = await refusing.latest(world, conversation, most=MOST_REFUSALS)
    try:
        integration_id = await here.meant()
    except NothingWaits:
        return words.never_asked(refusals, await freezes_on(here.repository, world))
    _, view = await look(world, integration_id)
    records = await world.log.read(integration_id)
    return words.reasons(view, entered(integration_id, records), world.clock.now(), refusals)
