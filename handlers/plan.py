"""Command: plan."""

from bot.application import answer_words as words
from bot.application import plan_words
from bot.application.asked import LookUp
from bot.application.planning import load_plan
from bot.application.recording import load
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="plan",
    usage="plan [<id>]",
    help="show what is to be built, as I understood it",
    needs=LookUp.needs,
)


async def run(here: Here) -> str:
    """The spec of the one that is meant."""
    await here.role()
    world = here.context.world
    it = await load(world, await here.meant())
    if not it.spec and it.plan is None:
        return words.no_plan_yet(it.state)
    spec = await load_plan(world, it)
    return words.forgotten_plan() if spec is None else plan_words.plan(spec)
