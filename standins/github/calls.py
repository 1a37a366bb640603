"""The calls that were made both ways, for whoever counts them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One REST or git call and its status; 0 where the connection was cut."""

    method: str
    route: str
    path: str
    status: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time that a delivery was sent: the status answered, 0 where nobody answered in time."""

    id: int
    at: datetime
    seconds: float
    status: int
    again: bool
