"""The machine's clock."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The time of day, in UTC."""

    def now(self) -> datetime: ...


class UtcClock:
    """The time of day, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)
