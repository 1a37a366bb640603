"""Command: history."""

from bot.application import answer_words as words
from bot.application.asked import LookUp
from bot.application.histories import history_of
from bot.domain.commands import Command
from bot.domain.moments import before
from handlers.conversation import Here

COMMAND = Command(
    name="history",
    usage="history [<id>] [--at <time>]",
    help="tell everything that happened to it, up to now or to that time",
    needs=LookUp.needs,
    options=("at",),
)


async def run(here: Here) -> str:
    """What happened to the one that is meant."""
    await here.role()
    world, said = here.context.world, here.spoken.options.get("at")
    at = None if said is None else before(said, world.clock.now())
    if said is not None and at is None:
        return words.no_moment(said)
    integration_id = await here.meant()
    records = await world.log.read(integration_id, until=at)
    if at is not None and not records:
        return words.nothing_then(at)
    return words.past(history_of(integration_id, records), at=at)
