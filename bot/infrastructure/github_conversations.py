"""Issues and pull requests with their comments, the newest of them."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from bot.conversation_records import Conversation, Said
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import TALK
from bot.records import Actor, Repository, StepFailed

_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
PAGE: Final = 100


class GitHubConversations:
    """What people see of one: however long it is, its last two pages are read."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def read(self, repository: Repository, number: int) -> Conversation:
        """As it is now. Raises StepFailed("issue_gone") where there is none."""
        github = self._app.on(repository, TALK)
        issue = await github.ask("read_conversation", "issues", number, also=_GONE)
        if issue.status in _GONE:
            raise StepFailed("issue_gone", issue.message)
        page = first = max(1, -(-issue.data["comments"] // PAGE) - 1)
        found: list[Said] = []
        more = bool(issue.data["comments"])
        while more and page <= first + 2:  # one may have been added since
            query = {"per_page": PAGE, "page": page}
            answer = await github.ask("read_comments", "issues", number, "comments", query=query)
            found += map(self._said, answer.data)
            more, page = answer.more, page + 1
        return Conversation(
            title=issue.data["title"] or "",
            body=issue.data["body"] or "",
            author=_actor(issue.data),
            comments=tuple(found),
            earlier=(first - 1) * PAGE,
        )

    def _said(self, comment: Mapping[str, Any]) -> Said:
        # What a person writes with a token of this App carries the App too, but a person's account.
        app, author = comment.get("performed_via_github_app") or {}, comment.get("user") or {}
        return Said(
            id=comment["id"],
            body=comment["body"] or "",
            by=_actor(comment),
            at=datetime.fromisoformat(comment["created_at"]),
            edited_at=datetime.fromisoformat(comment["updated_at"]),
            is_own=app.get("id") == self._app.id and author.get("type") == "Bot",
        )


def _actor(data: Mapping[str, Any]) -> Actor | None:
    """Nobody where the account was deleted."""
    user = data["user"]
    return Actor(id=user["id"], login=user["login"]) if user else None
