"""What the database must hold when a story has ended, however often the bot was killed in it."""

from contextlib import AsyncExitStack

from bot.infrastructure.aside import Aside
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.observing import Nobody
from bot.infrastructure.outbox import Outbox
from bot.infrastructure.read_models import ReadModels
from tests.story.oracle import folded


async def wrong_in(url: str) -> list[str]:
    """What is not as it must be: the chain, the read model, or a delivery that was set aside."""
    async with AsyncExitStack() as stack:
        database, outbox = await Database.open(url), Outbox()
        stack.push_async_callback(database.close)
        stack.callback(outbox.close)
        log = EventStore(database, UtcClock(), outbox, Nobody())
        rows = {row["id"]: dict(row) for row in await ReadModels(database).find()}
        said = {
            "the log is not what was written": await log.verify() is not None,
            "the read model differs from the facts": rows != await folded(log),
            "a delivery was set aside": bool(await Aside(database, outbox).listed()),
        }
        return [what for what, is_so in said.items() if is_so]
