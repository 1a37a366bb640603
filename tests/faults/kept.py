"""A process that keeps the deliveries whose numbers it is given, a line each, and says what came of it.

`python -m tests.faults.kept <database's file> <how> [<descriptor>]`: `watched` has each sync told through
that socket before it is made; `lazy` as well, but leaves it to SQLite when to sync; `failing` has no sync
succeed after the first delivery.
"""

import asyncio
import socket
import sqlite3
import sys
from pathlib import Path

from bot.infrastructure.database import Database
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from bot.records import Unavailable
from tests.contracts.test_inbox import SHORT_SECONDS, comment, is_wanted
from tests.faults.kernel import be_watched, fail_every_sync


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def kept(path: Path, *, is_failing: bool) -> None:
    """By the bot's own inbox."""
    database = await Database.open(f"sqlite:///{path}")
    await database.migrate()
    inbox = Inbox(database, lambda *_: None, is_wanted, Nobody(), patience=SHORT_SECONDS)
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            await inbox.keep(comment(int(line)))
            say("kept")
        except Unavailable as trouble:
            say(trouble.code)
        if is_failing:
            fail_every_sync()
    await inbox.close()
    await database.close()


def kept_lazily(path: Path) -> None:
    """By SQLite as most use it: whole after a kill, but not after a power cut."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE deliveries (key TEXT)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for line in sys.stdin:
        connection.execute("INSERT INTO deliveries VALUES (?)", [f"guid-{int(line)}"])
        say("kept")


if __name__ == "__main__":
    where, how, *door = sys.argv[1:]
    for descriptor in map(int, door):
        be_watched(socket.socket(fileno=descriptor))
    if how == "lazy":
        kept_lazily(Path(where))
    else:
        asyncio.run(kept(Path(where), is_failing=how == "failing"))
