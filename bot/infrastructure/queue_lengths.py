"""How long the queues are: counted in the engine's own tables."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy

from bot.infrastructure.database import Database
from bot.infrastructure.engine import QUEUES, SCHEMA


async def waiting(database: Database) -> Mapping[str, int]:
    """How many workflows wait in each queue."""
    wanted = _waiting(SCHEMA if database.path is None else None)
    counted = await database.read(lambda connection: connection.execute(wanted).fetchall())
    return {**dict.fromkeys(QUEUES, 0), **{row.queue_name: row.many for row in counted}}


def _waiting(schema: str | None) -> sqlalchemy.Select[Any]:
    names = ("queue_name", "status")
    workflows = sqlalchemy.table("workflow_status", *map(sqlalchemy.column, names), schema=schema)
    queue, status = (workflows.c[name] for name in names)
    # Word for word the condition of the engine's index of what has not ended: SQLite wants that to use it.
    unended = status.in_(list(map(sqlalchemy.literal_column, ("'ENQUEUED'", "'PENDING'"))))
    counted = sqlalchemy.select(queue, sqlalchemy.func.count().label("many")).group_by(queue)
    return counted.where(unended, status == "ENQUEUED", queue.in_(QUEUES))
