"""Deliveries that could not be handled: they wait for people to look at them."""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.infrastructure.database import Database, Outbox
from bot.infrastructure.inbox import intake_of
from bot.infrastructure.tables import DELIVERIES


class Aside:
    """What the intake set aside."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database, self._outbox = database, outbox

    async def listed(self) -> list[Mapping[str, Any]]:
        """Oldest first: key, source, kind, why, received_at."""
        columns = (DELIVERIES.c[name] for name in ("key", "source", "kind", "why", "received_at"))
        wanted = select(*columns).where(DELIVERIES.c.state == "set_aside").order_by(DELIVERIES.c.received_at)
        return await self._database.read(
            lambda connection: [dict(row) for row in connection.execute(wanted).mappings()]
        )

    async def count(self) -> int:
        """How many there are."""
        wanted = select(func.count()).where(DELIVERIES.c.state == "set_aside")
        return await self._database.read(lambda connection: connection.execute(wanted).scalar_one())

    async def again(self, key: str) -> bool:
        """Hand it to the intake once more; False where it is not, or no longer, set aside."""
        # A name of its own: the engine works no workflow twice, and this one may come back here. Its share
        # of the queue is its own as well: somebody looks at it, and waits.
        return await self._database.write(partial(self._again, key, f"again-{secrets.token_hex(8)}"))

    def _again(self, key: str, workflow_id: str, connection: Connection) -> bool:
        aside = (DELIVERIES.c.key == key, DELIVERIES.c.state == "set_aside")
        taken = connection.execute(update(DELIVERIES).where(*aside).values(state="kept", why=None))
        if taken.rowcount:
            self._outbox(connection, [intake_of((key,), workflow_id=workflow_id, partition=workflow_id)])
        return bool(taken.rowcount)
