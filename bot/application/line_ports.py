"""What the application needs to know of the line of those who wait for a place."""

from typing import Protocol

from bot.line_records import Turn


class Line(Protocol):
    """Who of a repository waits for a place to be worked on."""

    async def turn(self, repository_id: int, integration_id: str) -> Turn | None:
        """Where this integration waits among the others; None where it waits for no place."""
