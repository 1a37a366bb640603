"""The log from its end on, for those who follow it."""

from typing import Final

from sqlalchemy import bindparam, func, select

from bot.infrastructure.database import Database
from bot.infrastructure.event_store import RECORDED, decoded
from bot.infrastructure.tables import EVENTS
from bot.records import Recorded

END: Final = select(func.coalesce(func.max(EVENTS.c.seq), 0))
# Appends take turns, so `seq` has no gap into which an older one could still come.
SINCE: Final = (
    select(*RECORDED).where(EVENTS.c.seq > bindparam("seq")).order_by(EVENTS.c.seq).limit(bindparam("most"))
)


class Feed:
    """What is appended, in the order of the whole log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def end(self) -> int:
        """The seq of the newest fact; 0 where there is none."""
        return await self._database.read(lambda connection: int(connection.execute(END).scalar_one()))

    async def since(self, seq: int, *, most: int) -> list[Recorded]:
        """So many facts of all streams, from behind that one on."""
        of = {"seq": seq, "most": most}
        return decoded(await self._database.read(lambda connection: connection.execute(SINCE, of).fetchall()))
