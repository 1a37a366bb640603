"""Command: describe."""

from typing import Final

from bot.application import description_words as words
from bot.application.asked import Describe, TakeDescription
from bot.application.description_asking import offer, take
from bot.domain.commands import Command
from bot.domain.describing import PARTS
from handlers.conversation import Here

APPLY: Final = "apply"

COMMAND = Command(
    name="describe",
    usage="describe [apply [title] [description] [labels]]",
    help="offer a title, a description and labels for this pull request; `apply` takes them, or some of them",
    needs=Describe.needs,
)


async def run(here: Here) -> str | None:
    """Begin; what comes of it stands in one comment, which is edited."""
    if not here.comment.is_pull:
        return words.no_pull_request()
    said, context = here.spoken.text.split(), here.context
    by, repository, number = here.by, here.repository, here.comment.issue
    if not said:
        asked = Describe(by=by, repository=repository, number=number)
        await offer(asked, key=context.key, door=context.door, world=context.world)
        return None
    if said[0] != APPLY or not set(said[1:]) <= set(PARTS):
        return words.not_understood()
    parts = tuple(part for part in PARTS if part in said[1:] or len(said) == 1)
    taking = TakeDescription(by=by, repository=repository, number=number, parts=parts)
    is_there = await take(taking, key=context.key, door=context.door, world=context.world)
    return None if is_there else words.no_offer()
