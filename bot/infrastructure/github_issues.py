"""Issues: what they say, and those that this App opens."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import TALK
from bot.infrastructure.github_text import fit
from bot.issue_records import Issue
from bot.records import Actor, Repository, StepFailed

_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
NEWEST_FIRST: Final = {"state": "all", "sort": "created", "direction": "desc"}


class GitHubIssues:
    """This App's own are found by their marker, which anybody can copy, and by who opened them."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def get(self, repository: Repository, number: int) -> Issue:
        """As it is now. Raises StepFailed("issue_gone") where there is none."""
        answer = await self._app.on(repository, TALK).ask("get_issue", "issues", number, also=_GONE)
        if answer.status in _GONE:
            raise StepFailed("issue_gone", answer.message)
        author = answer.data["user"]  # an account may have been deleted
        return Issue(
            title=answer.data["title"] or "",
            body=answer.data["body"] or "",
            author=Actor(id=author["id"], login=author["login"]) if author else None,
        )

    async def find(self, repository: Repository, *, marker: str) -> int | None:
        """The newest with the marker that this App opened."""
        login = await self._app.bot_login()

        def is_it(issue: Mapping[str, Any]) -> bool:
            return marker in (issue["body"] or "") and (issue["user"] or {}).get("login") == login

        found = await self._app.on(repository, TALK).first(
            "find_issue", "issues", where=is_it, query={**NEWEST_FIRST, "creator": login}
        )
        return found and int(found["number"])

    async def open(self, repository: Repository, *, title: str, body: str) -> int:
        """Raises StepFailed("issues_disabled") where the repository has no issues."""
        answer = await self._app.on(repository, TALK).tell(
            "open_issue", "POST", "issues", body={"title": title, "body": fit(body)}, also=_GONE
        )
        if answer.status in _GONE:
            raise StepFailed("issues_disabled", answer.message)
        return int(answer.data["number"])
