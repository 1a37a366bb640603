"""A database has so many connections, which is what the settings say, and tells how they are used."""

import asyncio
import threading
from typing import Final

from bot.infrastructure.database import SQLITE_READERS, Database
from bot.infrastructure.pooling import Pool
from tests.contracts.by_hand import run

MORE: Final = 3
PATIENCE: Final = 30


async def test_who_finds_all_in_use_waits_and_is_counted(database: Database, empty_url: str) -> None:
    other = await Database.open(empty_url, connections=2)
    name, size = ("database", 2) if other.path is None else ("database_reads", SQLITE_READERS)
    together = threading.Barrier(size + 1)

    reading = [asyncio.ensure_future(other.read(lambda _: together.wait(PATIENCE))) for _ in range(size)]
    waiting = [asyncio.ensure_future(other.read(lambda _: 0)) for _ in range(MORE)]
    await asyncio.sleep(0)
    at_work = (other.pools[name].size, other.pools[name].in_use, other.pools[name].waited)
    await asyncio.to_thread(together.wait, PATIENCE)
    await asyncio.gather(*reading, *waiting)
    await other.close()

    assert at_work == (size, size, MORE)
    assert other.pools[name] == Pool(size, wanted=0, waited=MORE)


async def test_what_only_reads_sees_at_once_what_was_written(database: Database) -> None:
    await run(database, "INSERT INTO tray VALUES ('one')")

    counted = await database.read(
        lambda connection: connection.exec_driver_sql("SELECT count(*) FROM tray").scalar_one()
    )
    await run(database, "INSERT INTO tray VALUES ('two')")
    again = await database.read(
        lambda connection: connection.exec_driver_sql("SELECT count(*) FROM tray").scalar_one()
    )

    assert (counted, again) == (1, 2)
