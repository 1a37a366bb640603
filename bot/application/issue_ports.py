"""What the application needs of issues themselves, in its own words."""

from typing import Protocol

from bot.issue_records import Issue
from bot.records import Repository


class Issues(Protocol):
    """Issues and pull requests: what they say, and those that the bot itself opens."""

    async def get(self, repository: Repository, number: int) -> Issue:
        """As it is now. Raises StepFailed("issue_gone") where there is none."""

    async def find(self, repository: Repository, *, marker: str) -> int | None:
        """The issue that carries the marker and that this App itself opened."""

    async def open(self, repository: Repository, *, title: str, body: str) -> int:
        """A new one. Raises StepFailed("issues_disabled") where the repository has none."""
