"""What is done once a transaction is committed, and never where it is not."""

from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import Connection

_AFTERWARDS: Final = "afterwards"


def afterwards(connection: Connection, act: Callable[[], None]) -> None:
    """Have it done, once, when what this connection is at has been committed."""
    connection.info.setdefault(_AFTERWARDS, {})[act] = None


def taken(connection: Connection) -> Iterable[Callable[[], None]]:
    """What is to be done, of which the connection then knows nothing more."""
    acts: Iterable[Callable[[], None]] = connection.info.pop(_AFTERWARDS, {})
    return acts
