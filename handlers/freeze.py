"""Command: freeze."""

from dataclasses import replace

from bot.application import freeze_words as words
from bot.application.asked import Freeze
from bot.application.freezing import freeze
from bot.domain.commands import Command
from bot.domain.freezing import LEVELS, said
from bot.domain.moments import ahead
from handlers.conversation import Here

COMMAND = Command(
    name="freeze",
    usage="freeze [repo or org] <why> [until <when>]",
    help="stop everything at once, here or in the whole account, until then or until it is lifted",
    needs=Freeze.needs,
    options=("until",),
)


async def run(here: Here) -> str:
    """Let it stand still."""
    context, given = here.context, here.spoken.options.get("until")
    now = context.world.clock.now()
    wish = said(here.spoken.text, now)
    if given is not None:
        wish = replace(wish, until=ahead(given, now))
        if wish.until is None:
            return words.no_end(given)
    if wish.until is not None and wish.until <= now:
        return words.over_already(wish.until)
    if not wish.why and wish.level != LEVELS[0]:
        return words.empty_why()
    asked = Freeze(by=here.by, repository=here.repository, level=wish.level, why=wish.why, until=wish.until)
    found = await freeze(asked, key=context.key, door=context.door, world=context.world)
    return words.froze(found, by=here.by.login, unread=wish.unread if given is None else "")
