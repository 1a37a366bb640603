"""The calls that were made, for whoever counts them."""

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
