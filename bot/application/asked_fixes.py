"""What may be asked for of fixes on a pull request, as data, each with the right it needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.application.asked import OfPlace
from bot.domain.policy import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix(OfPlace):
    """Have a pull request changed so that what is meant is fixed there; asked for in that comment.

    `finding` is that of the thread that it was asked in, where it is one.
    """

    needs: ClassVar[Permission] = Permission.WRITE
    text: str
    comment: int
    said_at: datetime
    thread: int | None = None
    finding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFixing(OfPlace):
    """Have nothing more come of what is being fixed there."""

    needs: ClassVar[Permission] = Permission.WRITE


OfFixes = Fix | StopFixing
