"""Hands work to the engine inside the transaction of the fact that calls for it."""

from collections.abc import Sequence

import sqlalchemy
from dbos import DBOSClient

from bot.infrastructure.afterwards import afterwards
from bot.infrastructure.engine import SCHEMA, options_of
from bot.infrastructure.lookout import look_now
from bot.infrastructure.serializing import JsonSerializer
from bot.records import FollowUp, Start


class Outbox:
    """Hands work to the engine inside somebody else's transaction: both commit, or neither."""

    def __init__(self) -> None:
        self._clients: dict[sqlalchemy.Engine, DBOSClient] = {}

    def __call__(self, connection: sqlalchemy.Connection, follow_ups: Sequence[FollowUp]) -> None:
        client = self._client_of(connection.engine)
        for follow_up in follow_ups:
            if isinstance(follow_up, Start):
                client.enqueue_in_transaction(connection, options_of(follow_up), *follow_up.args)
                afterwards(connection, look_now)
            else:
                client.send_in_transaction(
                    connection,
                    follow_up.workflow_id,
                    follow_up.key,
                    follow_up.topic,
                    idempotency_key=follow_up.key,
                )

    def close(self) -> None:
        for client in self._clients.values():
            client.destroy()

    def _client_of(self, engine: sqlalchemy.Engine) -> DBOSClient:
        """One for each engine: only there are the statements that it has compiled good a second time."""
        client = self._clients.get(engine)
        if client is None:
            client = DBOSClient(
                system_database_engine=engine,
                dbos_system_schema=SCHEMA,
                serializer=JsonSerializer(),
                lazy=True,
            )
            self._clients[engine] = client
        return client
