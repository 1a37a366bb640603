"""Whether anybody has written to a SQLite file: a few microseconds, from memory that its processes share."""

import sqlite3
from pathlib import Path


class Sentinel:
    """A connection of its own to a SQLite file, by which one sees that others wrote; for one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None

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

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
