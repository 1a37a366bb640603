"""What the application needs of labels, in its own words."""

from collections.abc import Mapping
from typing import Protocol

from bot.records import Repository


class Labels(Protocol):
    """The labels that a repository has."""

    async def all(self, repository: Repository) -> Mapping[str, str]:
        """Each with what it is for, as far as somebody has said so; at most some hundreds."""
