"""Command: plan."""

from bot.application import answer_words as words
from bot.application.asked import LookUp
from bot.application.recording import load
from bot.application.spec import read_spec
from bot.application.texts import load_text
from bot.domain.commands import Command
from bot.records import StepFailed
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
    if not it.spec:
        return words.no_plan_yet(it.state)
    try:
        return words.plan(read_spec(await load_text(world, it, it.spec)))
    except StepFailed:
        return words.forgotten_plan()
