"""Command: unfreeze."""

from bot.application import freeze_words as words
from bot.application.asked import Unfreeze
from bot.application.freezing import unfreeze
from bot.domain.commands import Command
from bot.domain.freezing import LEVELS
from handlers.conversation import Here

COMMAND = Command(
    name="unfreeze",
    usage="unfreeze [repo or org]",
    help="lift that again, and let what stopped go on",
    needs=Unfreeze.needs,
)


async def run(here: Here) -> str:
    """Let it go on."""
    level, context = here.spoken.text.lower() or LEVELS[-1], here.context
    if level not in LEVELS:
        return words.bad_scope(here.spoken.text)
    asked = Unfreeze(by=here.by, repository=here.repository, level=level)
    left = await unfreeze(asked, key=context.key, door=context.door, world=context.world)
    return words.unfroze(left, by=here.by.login)
