"""Whether anybody has written to a SQLite file: a few microseconds, from memory that its processes share."""

import asyncio
import sqlite3
from pathlib import Path


class Sentinel:
    """A connection of its own to a SQLite file, by which one sees that others wrote; for one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None
        self._waiting: list[asyncio.Future[int | None]] = []

    def version(self) -> int | None:
        """SQLite's own count of what others have committed; None where it cannot be read now."""
        try:
            if self._cursor is None:
                self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
                self._cursor = self._connection.cursor()
            version: int = self._cursor.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            return None
        return version

    async def now(self) -> int | None:
        """The same, read once for all who ask in one turn of the loop, after the last of them did."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[int | None] = loop.create_future()
        self._waiting.append(mine)
        if len(self._waiting) == 1:
            loop.call_soon(self._tell_all)
        return await mine

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _tell_all(self) -> None:
        version, waiting = self.version(), self._waiting
        self._waiting = []
        for mine in waiting:
            if not mine.done():
                mine.set_result(version)
