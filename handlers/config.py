"""Command: config."""

from bot.application import answer_words as words
from bot.application.asked import LookUp
from bot.application.configuration import PATH, parse, values_of
from bot.domain.commands import Command
from bot.records import StepFailed
from handlers.conversation import Here

COMMAND = Command(
    name="config",
    usage="config",
    help="show this repository's configuration, and where each value comes from",
    needs=LookUp.needs,
)


async def run(here: Here) -> str:
    """What is in force on the default branch now."""
    await here.role()
    world, repository = here.context.world, here.repository
    about = await world.repositories.describe(repository)
    head = await world.branches.head(repository, about.default_branch)
    content = None if head is None else await world.sources.read(repository, head.sha, PATH)
    try:
        return words.configuration(values_of(parse(content)), branch=about.default_branch)
    except StepFailed as fault:
        return words.bad_configuration(fault.detail)
