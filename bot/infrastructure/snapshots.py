"""Whether anybody has committed anything to PostgreSQL: which transactions a look would see now.

The server names them by three numbers and a list; as long as the name is the same, so are the rows. It is
asked over a connection of its own, on the loop, without the way through a thread that a look takes.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg.pq import ExecStatus

NAME: Final = b"SELECT pg_catalog.pg_current_snapshot()"
PATIENCE_SECONDS: Final = 1.0
REST_SECONDS: Final = 5.0

Waiting = asyncio.Future[str | None]


class Snapshots:
    """One question at a time, for all who came before it; None where there is no answer in time."""

    def __init__(self, url: str, reach: dict[str, int], *, rest: float = REST_SECONDS) -> None:
        self._url, self._reach, self._rest = url, reach, rest
        self._turn = asyncio.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._number, self._rests_until = 0, 0.0
        self._socket = -1  # a connection that is lost does not know its own any more
        self._coming: list[Waiting] = []
        self._asked: list[Waiting] = []
        self._found: str | None = None
        self._late: asyncio.TimerHandle | None = None

    async def now(self) -> str | None:
        """The name as it is after this was called; that of another connection is never the same."""
        if self._connection is None and not await self._connected():
            return None
        loop = asyncio.get_running_loop()
        mine: Waiting = loop.create_future()
        self._coming.append(mine)
        if len(self._coming) == 1 and not self._asked:
            loop.call_soon(self._ask)  # whoever has arrived by then comes along
        return await mine

    def close(self) -> None:
        """Nobody is told anything any more."""
        if self._late is not None:
            self._late.cancel()
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._connection.close()
            self._connection = None
        for mine in (*self._asked, *self._coming):
            _tell(mine, None)
        self._asked, self._coming = [], []

    async def _connected(self) -> bool:
        async with self._turn:
            loop = asyncio.get_running_loop()
            if self._connection is None and loop.time() >= self._rests_until:
                try:
                    found = await asyncio.to_thread(_connected_to, self._url, self._reach)
                except psycopg.Error:
                    self._rests_until = loop.time() + self._rest  # an attempt may take as long as the rest
                    return False
                self._connection, self._number = found, self._number + 1
                self._socket = found.pgconn.socket
                loop.add_reader(self._socket, self._read)
            return self._connection is not None

    def _ask(self) -> None:
        if self._connection is None or self._asked or not self._coming:
            return  # what broke off in this very turn has asked for them already
        self._asked, self._coming, self._found = self._coming, [], None
        self._late = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._lost)
        try:
            self._connection.pgconn.send_query(NAME)
            self._connection.pgconn.flush()
        except psycopg.Error:
            self._lost()

    def _read(self) -> None:
        """What has come of the answer; it is whole once nothing follows it."""
        if self._connection is None:
            return
        there = self._connection.pgconn
        try:
            there.consume_input()
            while not there.is_busy():
                result = there.get_result()
                if result is None:
                    self._tell_all()
                    return
                named = result.get_value(0, 0) if result.status == ExecStatus.TUPLES_OK else None
                self._found = f"{self._number} {named.decode()}" if named else None
        except psycopg.Error:
            self._lost()

    def _tell_all(self) -> None:
        if self._late is not None:
            self._late.cancel()
        asked, self._asked = self._asked, []
        for mine in asked:
            _tell(mine, self._found)
        if self._coming:
            self._ask()

    def _lost(self) -> None:
        """It did not answer, or not in time: another connection, after a while."""
        self._rests_until = asyncio.get_running_loop().time() + self._rest
        self.close()


def _connected_to(url: str, reach: Mapping[str, Any]) -> "psycopg.Connection[Any]":
    return psycopg.connect(url, autocommit=True, **reach)


def _tell(mine: Waiting, found: str | None) -> None:
    if not mine.done():
        mine.set_result(found)
