"""Small values of which only the newest counts."""

from functools import partial

from sqlalchemy import Connection, select

from bot.infrastructure.database import Database
from bot.infrastructure.tables import NOTES


class Notes:
    """One row a key; the newest value stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """The newest value, None where there is none yet."""
        wanted = select(NOTES.c.value).where(NOTES.c.key == key)
        value: str | None = await self._database.read(lambda connection: connection.scalar(wanted))
        return value

    async def put(self, key: str, value: str) -> None:
        """This value counts from now on."""
        await self._database.write(partial(self._put, key, value))

    def _put(self, key: str, value: str, connection: Connection) -> None:
        wanted = self._database.insert(NOTES).values(key=key, value=value)
        connection.execute(wanted.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
