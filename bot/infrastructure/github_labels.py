"""The labels of a repository."""

from collections.abc import Mapping
from typing import Any, Final

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import TALK
from bot.records import Repository

MOST: Final = 300


class GitHubLabels:
    """What people made to sort issues and pull requests by."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def all(self, repository: Repository) -> Mapping[str, str]:
        """Each with what it is for, as far as somebody has said so; the first three hundred."""
        found: dict[str, str] = {}

        def take(label: Mapping[str, Any]) -> bool:
            found[label["name"]] = label["description"] or ""
            return len(found) >= MOST

        await self._app.on(repository, TALK).first("read_labels", "labels", where=take)
        return found
