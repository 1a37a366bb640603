"""What opens the API, read in one trip with the news of the log; as it was read, while nothing is written."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

from bot.infrastructure.cache import recently_used
from bot.infrastructure.database import Database
from bot.infrastructure.news import News
from bot.infrastructure.together import Together

V = TypeVar("V")

MOST_KNOWN: Final = 2_000

Read = Callable[[Sequence[str], Connection], Mapping[str, V]]
"""What there is under these names."""


class Seen(NamedTuple, Generic[V]):
    """A row, and where the log ended when it was read."""

    row: V
    as_of: int


class BesideNews(Generic[V]):
    """Who asks at the same time asks together; each is told what was there after that. Raises Unavailable."""

    def __init__(self, database: Database, news: News, read: Read[V]) -> None:
        self._database, self._news, self._read = database, news, read
        self._rows: Together[Seen[V]] = Together(self._asked)
        self._known: MutableMapping[str, Seen[V]] = recently_used(MOST_KNOWN)
        self._known_at: int | None = None

    async def get(self, name: str) -> Seen[V] | None:
        """What there is under this name now."""
        return self._as_known(name) or await self._rows.get(name)

    def _as_known(self, name: str) -> Seen[V] | None:
        """As it was read, where nothing at all was written since it was read."""
        if self._known_at is None or self._known_at != self._database.version():
            self._known.clear()
        return self._known.get(name)

    async def _asked(self, names: Sequence[str]) -> Mapping[str, Seen[V]]:
        found = await self._news.beside(lambda connection: self._read(names, connection))
        read = {name: Seen(row, self._news.end) for name, row in found.items()}
        if self._known_at != self._news.token:
            self._known.clear()
        self._known_at = self._news.token
        self._known.update(read)
        return read
