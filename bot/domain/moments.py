"""Moments as people write them: 2026-01-31, 2026-01-31T09:30, with a zone or in UTC; or 90m, 2h, 3d."""

from datetime import UTC, datetime, timedelta
from typing import Final

UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def before(text: str, now: datetime) -> datetime | None:
    """That moment, or so long ago; None where it is neither."""
    return _moment(text, now, -1)


def ahead(text: str, now: datetime) -> datetime | None:
    """That moment, or so long from now; None where it is neither."""
    return _moment(text, now, 1)


def _moment(text: str, now: datetime, direction: int) -> datetime | None:
    try:
        at = _beside(text, now, direction) or datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # before the first year there is no time, nor after the last
        return None


def _beside(text: str, now: datetime, direction: int) -> datetime | None:
    if text[:-1].isascii() and text[:-1].isdigit() and text[-1] in UNITS:
        return now + direction * timedelta(**{UNITS[text[-1]]: int(text[:-1])})
    return None
