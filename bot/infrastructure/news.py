"""How far this process has looked at the log, and what moved: by it what is remembered is told from the past.

A look is one short question, asked in the transaction of whatever is read anyway, and shared by all who ask
at the same time. It begins after each of them asked: so nobody is told what an append has ended before that,
in whatever process it was.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, Select, bindparam, select

from bot.infrastructure.database import Database
from bot.infrastructure.tables import EVENTS, TAIL
from bot.infrastructure.together import Together

T = TypeVar("T")

MOST_FACTS: Final = 1_000  # in one look; where more have come, nothing that is remembered counts
MOST_STREAMS: Final = 10_000
# Beside the events: how often the read models were made anew, of which no event tells.
REBUILT: Final = select(TAIL.c.rebuilt).scalar_subquery().label("rebuilt")
PLACED: Final = (EVENTS.c.seq, EVENTS.c.stream, EVENTS.c.hash, REBUILT)
# The place itself is read again: where it is another one, or gone, the past is not the one that we know.
SINCE: Final = (
    select(*PLACED).where(EVENTS.c.seq >= bindparam("seq")).order_by(EVENTS.c.seq).limit(MOST_FACTS)
)
NEWEST: Final = select(*PLACED).order_by(EVENTS.c.seq.desc()).limit(MOST_FACTS)
NOW: Final = "now"


Mark = tuple[str, int]


class Place(NamedTuple):
    """An event of the log."""

    seq: int
    hash: str


BEGINNING: Final = Place(0, "")


class Found(NamedTuple):
    """What one look found; `is_all` is whether that is all that came, `is_another` whether the log is not the
    one that was known, `rebuilt` how often the read models were made anew, where anything was there.
    """

    facts: Sequence[tuple[int, str, str]]
    is_all: bool
    is_another: bool = False
    rebuilt: int | None = None


class News:
    """What has come to the log, as far as it was looked at: one look at a time."""

    def __init__(self, database: Database, *, most_streams: int = MOST_STREAMS) -> None:
        self._database, self._most = database, most_streams
        self._place: Place | None = None
        self._floor = 0
        self._moved: OrderedDict[str, int] = OrderedDict()
        self._log, self._rebuilt = "", 0
        self.token: int | None = None
        """What `Database.version` was right before the last look."""
        self._turn = asyncio.Lock()
        self._looks = Together(self._look_for)

    @property
    def end(self) -> int:
        """The newest event that this process knows of."""
        return self._place.seq if self._place else 0

    @property
    def log(self) -> str:
        """Another name once the log is another one, or the read models were made anew: what was read of one
        never counts for another. Whoever looks at them after that has the same one.
        """
        return f"{self._log}.{self._rebuilt}" if self._rebuilt else self._log

    async def now(self) -> int:
        """The end of the log, looked at after this was called. Raises Unavailable."""
        if not self.is_still():
            await self._looks.get(NOW)
        return self.end

    async def beside(self, read: Callable[[Connection], T]) -> T:
        """Read something, and look in the same transaction. Raises Unavailable."""
        async with self._turn:
            token = self._database.version()
            found, answer = await self._database.read(lambda its: (_look(self._place, its), read(its)))
            self._hear(found)
            self.token = token
        return answer

    def is_still(self) -> bool:
        """Whether nothing at all was written since the last look; where nobody can say, no."""
        return self.token is not None and self.token == self._database.version()

    def mark(self, stream: str) -> Mark:
        """Another one where the stream may have moved, as far as this process has looked."""
        return self.log, self._moved.get(stream, self._floor)

    def holds(self, seq: int, stream: str) -> bool:
        """Whether what was read of this stream when the log ended there is what there is."""
        return self._floor <= seq <= self.end and self._moved.get(stream, 0) <= seq

    def holds_all(self, seq: int) -> bool:
        """Whether what was read of all streams when the log ended there is what there is."""
        return self._place is not None and seq == self.end

    def _hear(self, found: Found) -> None:
        """From now on this is known too."""
        if found.is_another:
            self._log = secrets.token_hex(8)
        self._rebuilt = self._rebuilt if found.rebuilt is None else found.rebuilt
        if not found.is_all:
            self._moved.clear()
            self._place, self._floor = (
                BEGINNING,
                found.facts[0][0] - 1 if len(found.facts) == MOST_FACTS else 0,
            )
        for seq, stream, digest in found.facts:
            self._moved[stream] = seq
            self._moved.move_to_end(stream)
            self._place = Place(seq, digest)
        while len(self._moved) > self._most:
            _, self._floor = self._moved.popitem(last=False)

    async def _look_for(self, asked: Sequence[str]) -> Mapping[str, bool]:
        await self.beside(lambda _: None)
        return dict.fromkeys(asked, True)


def _look(behind: Place | None, connection: Connection) -> Found:
    """What came behind that place; the newest there is where that is too much, or not what it was."""
    is_another = False
    if behind is not None:
        facts, rebuilt = _placed(SINCE, behind.seq, connection)
        is_another = behind != BEGINNING and (not facts or facts[0][::2] != behind)
        if not is_another and len(facts) < MOST_FACTS:
            return Found(facts, is_all=True, rebuilt=rebuilt)
    facts, rebuilt = _placed(NEWEST, 0, connection)
    return Found(facts[::-1], is_all=False, is_another=is_another, rebuilt=rebuilt)


def _placed(
    wanted: Select[Any], seq: int, connection: Connection
) -> tuple[list[tuple[int, str, str]], int | None]:
    rows = connection.execute(wanted, {"seq": seq}).fetchall()
    return [(seq, stream, digest) for seq, stream, digest, _ in rows], rows[0].rebuilt if rows else None
