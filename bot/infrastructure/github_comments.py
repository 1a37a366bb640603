"""Comments on issues and pull requests, and reactions to them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import TALK
from bot.infrastructure.github_text import fit
from bot.records import Repository, StepFailed

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class GitHubComments:
    """This App's own comments: found by their marker, never longer than GitHub takes."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def react(self, repository: Repository, comment_id: int, *, content: str) -> None:
        """React to a comment; one that is gone needs no reaction."""
        await self._app.on(repository, TALK).tell(
            "react",
            "POST",
            "issues",
            "comments",
            comment_id,
            "reactions",
            body={"content": content},
            also=_GONE,
        )

    async def find(self, repository: Repository, issue: int, *, marker: str) -> int | None:
        """The comment with the marker that this App wrote: anybody can copy a marker."""

        def is_it(comment: Mapping[str, Any]) -> bool:
            return marker in (comment["body"] or "") and self._wrote(comment)

        found = await self._app.on(repository, TALK).first(
            "find_comment", "issues", issue, "comments", where=is_it
        )
        return found and int(found["id"])

    async def create(self, repository: Repository, issue: int, *, body: str) -> int:
        """Raises StepFailed("issue_gone") where there is nothing to comment on any more."""
        answer = await self._app.on(repository, TALK).tell(
            "create_comment", "POST", "issues", issue, "comments", body={"body": fit(body)}, also=_GONE
        )
        if answer.status in _GONE:
            raise StepFailed("issue_gone", answer.message)
        return int(answer.data["id"])

    async def written_at(self, repository: Repository, comment_id: int) -> str:
        """When it was made. Raises StepFailed("comment_gone") where somebody deleted it."""
        answer = await self._app.on(repository, TALK).ask(
            "get_comment", "issues", "comments", comment_id, also=_GONE
        )
        if answer.status in _GONE:
            raise StepFailed("comment_gone", answer.message)
        return str(answer.data["created_at"])

    async def edit(self, repository: Repository, comment_id: int, *, body: str) -> None:
        """Raises StepFailed("comment_gone") where somebody deleted it."""
        answer = await self._app.on(repository, TALK).tell(
            "edit_comment", "PATCH", "issues", "comments", comment_id, body={"body": fit(body)}, also=_GONE
        )
        if answer.status in _GONE:
            raise StepFailed("comment_gone", answer.message)

    def _wrote(self, comment: Mapping[str, Any]) -> bool:
        # What a person writes with a token of this App carries the App too, but a person's account.
        app, author = comment.get("performed_via_github_app") or {}, comment.get("user") or {}
        return app.get("id") == self._app.id and author.get("type") == "Bot"
