"""Whether what was answered before still stands: the log has not moved, and no word of GitHub's has ended.

Whoever marks how it stands does so before anything is read: so what was read is not older than its mark.
"""

import time
from collections.abc import Callable

from bot.api_records import Mark
from bot.infrastructure.database import Database
from bot.infrastructure.news import News


class Standing:
    """`ends` is the next moment at which anything ends that GitHub said of people's permissions.

    `access` is the stream in which those of an installation have changed.
    """

    def __init__(
        self,
        database: Database,
        news: News,
        ends: Callable[[], float],
        *,
        access: Callable[[int], str],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._news, self._ends, self._timer = database, news, ends, timer
        self._access = access

    async def mark(self) -> Mark:
        """How it stands by now, at least; what is read from here on stands as long as this does."""
        version = await self._database.state()
        return Mark(seq=self._news.end, log=self._news.log, until=self._ends(), version=version)

    async def is_untouched(self, mark: Mark) -> bool:
        """Whether nothing at all was written since, and GitHub's word stands; where nobody can say, no."""
        if mark.version is None or mark.version != await self._database.state():
            return False
        return self._timer() < mark.until

    async def holds(self, mark: Mark, of: str, *, installation_id: int, as_of: int | None) -> bool:
        """Whether it still stands so: of a stream, and who may see it, or of all where that is "".

        Raises Unavailable.
        """
        if as_of is None or as_of > self._news.end:
            await self._news.now()
        if mark.log != self._news.log or self._timer() >= mark.until:
            return False
        if not of:
            return self._news.holds_all(mark.seq)
        return all(self._news.holds(mark.seq, stream) for stream in (of, self._access(installation_id)))
