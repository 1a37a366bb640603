"""The bot's own check runs."""

from collections.abc import Mapping
from typing import Any, Final

from bot.annotations import Annotation, Concluded
from bot.infrastructure.github import TALK, GitHubApp
from bot.infrastructure.github_text import SUMMARY_CHARACTERS, TITLE_CHARACTERS, fit, fit_line, valid
from bot.records import Repository

CHECK_NAME: Final = "Claude Code Bot"
# GitHub takes no more at once.
MOST_ANNOTATIONS: Final = 50


class GitHubChecks:
    """Check runs of this App: one of the same name by somebody else is not ours."""

    def __init__(self, app: GitHubApp, *, name: str = CHECK_NAME) -> None:
        self._app = app
        self._name = name

    async def find(self, repository: Repository, *, head: str, external_id: str) -> int | None:
        """Our check of this commit with this key."""

        def is_it(check: Mapping[str, Any]) -> bool:
            ours = (check["app"] or {}).get("id") == self._app.id
            return ours and check["external_id"] == external_id

        found = await self._app.on(repository, TALK).first(
            "find_check",
            "commits",
            head,
            "check-runs",
            where=is_it,
            query={"app_id": self._app.id, "filter": "all"},
            key="check_runs",
        )
        return found and int(found["id"])

    async def create(
        self, repository: Repository, *, head: str, external_id: str, title: str, summary: str
    ) -> int:
        """A check run in progress."""
        answer = await self._app.on(repository, TALK).tell(
            "create_check",
            "POST",
            "check-runs",
            body={
                "name": self._name,
                "head_sha": head,
                "external_id": external_id,
                "status": "in_progress",
                "output": _output(title, summary),
            },
        )
        return int(answer.data["id"])

    async def conclude(self, repository: Repository, *, head: str, external_id: str, said: Concluded) -> int:
        """A check run that is over already, under a name of its own."""
        noted = [_annotation(each) for each in said.annotations[:MOST_ANNOTATIONS]]
        answer = await self._app.on(repository, TALK).tell(
            "conclude_check",
            "POST",
            "check-runs",
            body={
                "name": said.name,
                "head_sha": head,
                "external_id": external_id,
                "status": "completed",
                "conclusion": said.conclusion,
                "output": {**_output(said.title, said.summary), "annotations": noted},
            },
        )
        return int(answer.data["id"])

    async def complete(
        self, repository: Repository, check: int, *, conclusion: str, title: str, summary: str
    ) -> None:
        """How it ended."""
        await self._app.on(repository, TALK).tell(
            "complete_check",
            "PATCH",
            "check-runs",
            check,
            body={
                "status": "completed",
                "conclusion": conclusion,
                "output": _output(title, summary),
            },
        )


def _output(title: str, summary: str) -> Mapping[str, str]:
    return {
        "title": fit_line(title, most=TITLE_CHARACTERS),
        "summary": fit(summary, most=SUMMARY_CHARACTERS),
    }


def _annotation(it: Annotation) -> Mapping[str, Any]:
    return {
        "path": it.path,
        "start_line": it.line,
        "end_line": it.line,
        "annotation_level": "failure",
        "message": valid(it.message),
    }
