"""What the web counts, in its own words; telemetry satisfies it by shape."""

from typing import Protocol


class Metrics(Protocol):
    """Figures for those who run the bot."""

    def delivery_kept(self, *, fresh: bool) -> None: ...

    def delivery_refused(self, reason: str) -> None: ...

    def request_answered(self, *, route: str, status: int, seconds: float) -> None: ...

    def exposition(self) -> bytes:
        """All figures in Prometheus' text format."""
