"""Who waits in a repository's share of a queue, and who is at work there, by the engine's own tables."""

from typing import Any, Final

import sqlalchemy

from bot.infrastructure.database import Database
from bot.infrastructure.engine import SCHEMA
from bot.line_records import Turn

QUEUES: Final = ("ai", "sandbox")
COLUMNS: Final = ("queue_name", "queue_partition_key", "status", "created_at", "parent_workflow_id")
ENQUEUED, PENDING = "ENQUEUED", "PENDING"


class Line:
    """The jobs of integrations that have not ended, a repository at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted = _unended(SCHEMA if database.path is None else None)

    async def turn(self, repository_id: int, integration_id: str) -> Turn | None:
        """Where it waits among the others of its repository; None where it waits for no place."""
        given = {"partition": str(repository_id)}
        rows = await self._database.read(
            lambda connection: connection.execute(self._wanted, given).fetchall()
        )
        known = [(row.queue_name, row.status, _integration(row.parent_workflow_id)) for row in rows]
        queue = next(
            (queue for queue, status, of in known if (status, of) == (ENQUEUED, integration_id)), None
        )
        if queue is None:
            return None
        waiting = [of for each, status, of in known if (each, status) == (queue, ENQUEUED)]
        at_work = [of for each, status, of in known if (each, status) == (queue, PENDING)]
        return Turn(before=tuple(waiting[: waiting.index(integration_id)]), at_work=tuple(at_work))


def _integration(saga: str) -> str:
    """Whose job it is: the saga that waits for it is named after the integration, and its life."""
    return saga.removeprefix("int-").partition(".")[0]


def _unended(schema: str | None) -> sqlalchemy.Select[Any]:
    workflows = sqlalchemy.table("workflow_status", *map(sqlalchemy.column, COLUMNS), schema=schema)
    queue, partition, status, created, parent = (workflows.c[name] for name in COLUMNS)
    # Word for word the condition of the engine's index of what has not ended: SQLite wants that to use it.
    unended = status.in_(list(map(sqlalchemy.literal_column, ("'ENQUEUED'", "'PENDING'"))))
    ours = partition == sqlalchemy.bindparam("partition")
    return (
        sqlalchemy
        .select(queue, status, parent)
        .where(unended, queue.in_(QUEUES), ours)
        .order_by(created, sqlalchemy.literal_column("workflow_uuid"))
    )
