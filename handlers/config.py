"""Command: config."""

from bot.application import configuration_words as words
from bot.application.asked import LookUp
from bot.application.in_force import in_force, laid
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
    if head is None:
        return words.in_force(laid())
    try:
        return words.in_force(await in_force(world, repository, about, commit=head.sha))
    except StepFailed as fault:
        if fault.code != "bad_configuration":
            raise
        return words.bad_configuration(fault.detail)
