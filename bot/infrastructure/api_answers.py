"""What orders of the API were answered, under the keys that their callers gave them; sealed, for a day."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from bot.api_records import Begun, KeptAnswer
from bot.infrastructure.clock import Clock
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.tables import API_ANSWERS

PURPOSE: Final = "api answers"
KEPT: Final = timedelta(hours=24)
# So long an order that nobody answered is held for the process that took it: it may have been killed.
HELD: Final = timedelta(seconds=30)


class ApiAnswers:
    """One row an order. Which one comes first the database says, so that all processes hear the same."""

    def __init__(self, database: Database, crypto: Crypto, clock: Clock) -> None:
        self._database, self._box, self._clock = database, crypto.box(PURPOSE), clock

    async def begin(self, name: str, request: str, *, holder: str) -> Begun:
        """Take it, or learn how it stands with it. Raises Unavailable."""
        return await self._database.write(partial(self._begin, name, request, holder))

    async def finish(self, name: str, answer: KeptAnswer, *, holder: str) -> None:
        """It is answered, unless another took it over meanwhile. Raises Unavailable."""
        sealed = self._box.seal(json.dumps(asdict(answer)).encode(), about=name.encode())
        change = update(API_ANSWERS).where(*_held(name, holder)).values(answer=sealed)
        await self._database.write(lambda connection: connection.execute(change))

    async def let_go(self, name: str, *, holder: str) -> None:
        """Nothing came of it: whoever gives it again may take it at once. Raises Unavailable."""
        now = as_text(self._clock.now())
        change = update(API_ANSWERS).where(*_held(name, holder)).values(held_until=now)
        await self._database.write(lambda connection: connection.execute(change))

    async def expire(self, before: datetime) -> int:
        """Forget what was given first before then; how many there were."""
        old = delete(API_ANSWERS).where(API_ANSWERS.c.begun_at < as_text(before))
        return int(await self._database.write(lambda connection: connection.execute(old).rowcount))

    def _begin(self, name: str, request: str, holder: str, connection: Connection) -> Begun:
        now = self._clock.now()
        held = {"holder": holder, "held_until": as_text(now + HELD)}
        since = as_text(now)
        first = {"request": request, "begun_at": since, "answer": None, **held}
        fresh = self._database.insert(API_ANSWERS).values(name=name, **first).on_conflict_do_nothing()
        if connection.scalar(fresh.returning(API_ANSWERS.c.name)):
            return Begun(state="new", since=since)
        its = API_ANSWERS.c.name == name
        row = connection.execute(select(API_ANSWERS).where(its).with_for_update()).mappings().one()
        if row["begun_at"] <= as_text(now - KEPT):
            connection.execute(update(API_ANSWERS).where(its).values(first))
            return Begun(state="new", since=since)
        if row["request"] != request:
            return Begun(state="another")
        if row["answer"] is not None:
            return Begun(state="answered", answer=self._opened(name, row["answer"]))
        if row["held_until"] > as_text(now) and row["holder"] != holder:
            return Begun(state="under_way", wait_seconds=_seconds(row, now))
        connection.execute(update(API_ANSWERS).where(its).values(held))
        return Begun(state="new", since=row["begun_at"])

    def _opened(self, name: str, sealed: bytes) -> KeptAnswer:
        return KeptAnswer(**json.loads(self._box.open(sealed, about=name.encode())))


def _held(name: str, holder: str) -> tuple[Any, ...]:
    its = API_ANSWERS.c.name == name, API_ANSWERS.c.holder == holder
    return (*its, API_ANSWERS.c.answer.is_(None))


def _seconds(row: Mapping[Any, Any], now: datetime) -> int:
    left = datetime.fromisoformat(row["held_until"]) - now
    return max(1, math.ceil(left.total_seconds()))
