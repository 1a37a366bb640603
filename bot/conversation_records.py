"""What is said on an issue or a pull request: plain values that cross a port."""

from dataclasses import dataclass
from datetime import datetime

from bot.records import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment, and who made it: nobody where that account was deleted; `is_own` where it was this App.

    `edited_at` is when it began to read as it does.
    """

    id: int
    body: str
    by: Actor | None
    at: datetime
    is_own: bool = False
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What it says itself, and the newest of its comments, in order; `earlier` is how many more there are."""

    title: str
    body: str
    author: Actor | None
    comments: tuple[Said, ...] = ()
    earlier: int = 0
