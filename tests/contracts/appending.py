"""A process that appends facts to one stream and, in turns, to another: `python -m` it with an address."""

import asyncio
import sys

from bot.infrastructure.clock import UtcClock
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.observing import Nobody
from bot.records import Fact


async def main(url: str, followed: str, count: int) -> None:
    database = await Database.open(url)
    log = EventStore(database, UtcClock(), lambda *_: None, Nobody())
    for version in range(count):
        for stream in (followed, f"beside-{followed}"):
            fact = Fact(type="Counted", data={"by": stream})
            key = f"{stream}-{version}"
            await log.append(stream, [fact], after=version, key=key, meta={}, row={}, follow_ups=())
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
