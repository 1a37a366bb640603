"""What was intended outside and what came of it, so that an unknown outcome is looked up, not repeated."""

from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, select, update

from bot.infrastructure.clock import Clock
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.observing import Observer
from bot.infrastructure.tables import EFFECTS
from bot.records import Intent

FRESH: Final = Intent(fresh=True, result=None)


class Effects:
    """One row an effect: begun before the call, finished after it; the first result stays."""

    def __init__(self, database: Database, clock: Clock, observer: Observer) -> None:
        self._database, self._clock, self._observer = database, clock, observer

    async def begin(self, key: str) -> Intent:
        """Note the intent durably, and tell what is known of it."""
        self._observer.before("effects.begin")
        intent = await self._database.write(partial(self._begin, key))
        self._observer.after("effects.begin")
        return intent

    async def finish(self, key: str, *, result: str) -> None:
        """Note what came of it. Raises LookupError where it was never begun."""
        self._observer.before("effects.finish")
        await self._database.write(partial(_finish, key, result))
        self._observer.after("effects.finish")

    def _begin(self, key: str, connection: Connection) -> Intent:
        intent = {"key": key, "begun_at": as_text(self._clock.now())}
        begun = self._database.insert(EFFECTS).values(intent).on_conflict_do_nothing()
        if connection.scalar(begun.returning(EFFECTS.c.key)):
            return FRESH
        known = select(EFFECTS.c.result, EFFECTS.c.begun_at).where(EFFECTS.c.key == key)
        result, begun_at = connection.execute(known).one()
        return Intent(fresh=False, result=result, begun_at=datetime.fromisoformat(begun_at))


def _finish(key: str, result: str, connection: Connection) -> None:
    if connection.scalar(select(EFFECTS.c.key).where(EFFECTS.c.key == key)) is None:
        raise LookupError(key)
    first = (EFFECTS.c.key == key, EFFECTS.c.result.is_(None))
    connection.execute(update(EFFECTS).where(*first).values(result=result))
