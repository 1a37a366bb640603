"""Small values of which only the newest counts."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from bot.infrastructure.database import Database
from bot.infrastructure.tables import NOTES

AT_ONCE: Final = 5_000  # keys in one question: a database takes so many values and no more


class Notes:
    """One row a key; the newest value stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """The newest value, None where there is none yet."""
        wanted = select(NOTES.c.value).where(NOTES.c.key == key)
        value: str | None = await self._database.read(lambda connection: connection.scalar(wanted))
        return value

    async def all_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """The newest values of these keys, as far as there are any."""
        found: dict[str, str] = {}
        for at in range(0, len(keys), AT_ONCE):
            wanted = select(NOTES.c.key, NOTES.c.value).where(NOTES.c.key.in_(keys[at : at + AT_ONCE]))
            found |= await self._database.read(partial(_pairs, wanted))
        return found

    async def put(self, key: str, value: str) -> None:
        """This value counts from now on."""
        await self._database.write(partial(self._put, key, value))

    def _put(self, key: str, value: str, connection: Connection) -> None:
        wanted = self._database.insert(NOTES).values(key=key, value=value)
        connection.execute(wanted.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def _pairs(wanted: Select[Any], connection: Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(wanted)}
