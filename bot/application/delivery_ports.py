"""What GitHub remembers of what it sent, as the application needs it."""

from datetime import datetime
from typing import Protocol


class Deliveries(Protocol):
    """What GitHub sent, as GitHub remembers it."""

    async def lost(self, *, since: datetime) -> list[int]:
        """Those that never arrived, oldest first."""

    async def send_again(self, delivery: int) -> None: ...
