"""Check runs: the bot's own, and what others' say."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from bot.annotations import Annotation, Concluded
from bot.check_records import CheckSuite, OthersCheck
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import LOGS, STATUSES, TALK
from bot.infrastructure.github_text import SUMMARY_CHARACTERS, TITLE_CHARACTERS, fit, fit_line, valid
from bot.records import Repository, StepFailed

CHECK_NAME: Final = "Claude Code Bot"
# GitHub takes no more at once.
MOST_ANNOTATIONS: Final = 50
LOG_BYTES: Final = 64 * 1024
MOST_CHECKS: Final = 1_000

_ACTIONS: Final = "github-actions"
_JOB: Final = re.compile(r"/actions/runs/[0-9]+/job/([0-9]{1,18})(?:[?#].*)?")
# What each line of a job's log begins with, and the colours in it.
_STAMP: Final = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ", re.MULTILINE)
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class GitHubChecks:
    """Check runs of this App: one of the same name by somebody else is not ours."""

    def __init__(self, app: GitHubApp, *, name: str = CHECK_NAME, heeds: str = "") -> None:
        """`heeds` is a check of ours that judges as one of somebody else's does."""
        self._app, self._heeds = app, heeds
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
        noted = [_sent(each) for each in said.annotations[:MOST_ANNOTATIONS]]
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

    async def say(self, repository: Repository, check: int, *, title: str, summary: str) -> None:
        """Another title and summary; how it stands is left as it is."""
        body = {"output": _output(title, summary)}
        await self._app.on(repository, TALK).tell("reword_check", "PATCH", "check-runs", check, body=body)

    async def of_others(self, repository: Repository, head: str) -> list[OthersCheck]:
        """The newest of each that judges and is not ours, or is heeded; of very many the first thousand."""
        found: list[OthersCheck] = []

        def is_enough(check: Mapping[str, Any]) -> bool:
            is_ours = (check["app"] or {}).get("id") == self._app.id
            if not is_ours or check["name"] == self._heeds:
                found.append(_others(check, is_ours=is_ours))
            return len(found) >= MOST_CHECKS

        github = self._app.on(repository, TALK)
        await github.first(
            "list_checks",
            "commits",
            head,
            "check-runs",
            where=is_enough,
            query={"filter": "latest"},
            key="check_runs",
        )
        return found

    async def suites_of_others(self, repository: Repository, head: str) -> list[CheckSuite]:
        """The suites that are not ours; of very many the first thousand."""
        found: list[CheckSuite] = []

        def is_enough(suite: Mapping[str, Any]) -> bool:
            if (suite["app"] or {}).get("id") != self._app.id:
                found.append(_suite(suite))
            return len(found) >= MOST_CHECKS

        github = self._app.on(repository, TALK)
        path = ("commits", head, "check-suites")
        await github.first("list_check_suites", *path, where=is_enough, key="check_suites")
        return found

    async def statuses(self, repository: Repository, head: str) -> list[OthersCheck]:
        """The newest commit status of each name; of very many the first thousand."""
        found: list[OthersCheck] = []

        def is_enough(status: Mapping[str, Any]) -> bool:
            found.append(_status(status))
            return len(found) >= MOST_CHECKS

        github = self._app.on(repository, STATUSES)
        path = ("commits", head, "status")
        await github.first("read_statuses", *path, where=is_enough, key="statuses")
        return found

    async def annotations(self, repository: Repository, check: int) -> list[Annotation]:
        """What it says of lines, the first page of it."""
        github = self._app.on(repository, TALK)
        answer = await github.ask("read_annotations", "check-runs", check, "annotations")
        return [_annotation(each) for each in answer.data]

    async def log_tail(self, repository: Repository, job: int) -> str:
        """How the log of that job ends, without times and colours.

        Raises StepFailed where the App may not read it, or GitHub no longer has it.
        """
        github = self._app.on(repository, LOGS)
        answer = await github.ask("read_job_log", "actions", "jobs", job, "logs", also=(HTTPStatus.FOUND,))
        if answer.status != HTTPStatus.FOUND:
            raise StepFailed("github_refused", f"read_job_log: status {answer.status}")
        end = await github.tail("read_job_log", answer.headers["location"], most=LOG_BYTES)
        return _COLOUR.sub("", _STAMP.sub("", end.decode(errors="replace")))


def _others(data: Mapping[str, Any], *, is_ours: bool) -> OthersCheck:
    output = data["output"]
    return OthersCheck(
        id=data["id"],
        name=data["name"],
        status=data["status"],
        conclusion=data["conclusion"],
        title=output["title"] or "",
        summary=output["summary"] or "",
        job=_job(data),
        is_ours=is_ours,
    )


def _suite(data: Mapping[str, Any]) -> CheckSuite:
    app = data["app"] or {}
    return CheckSuite(
        id=data["id"],
        app=app.get("name") or app.get("slug") or "an App",
        status=data["status"] or "queued",
        conclusion=data["conclusion"],
        checks=data["latest_check_runs_count"],
    )


def _status(data: Mapping[str, Any]) -> OthersCheck:
    """A commit status, in the words of check runs."""
    state = data["state"]
    return OthersCheck(
        id=data["id"],
        name=data["context"],
        status="queued" if state == "pending" else "completed",
        conclusion={"pending": None, "success": "success"}.get(state, "failure"),
        title=data["description"] or "",
        is_run=False,
    )


def _job(data: Mapping[str, Any]) -> int | None:
    """The job that it is about, where GitHub Actions ran it."""
    if (data["app"] or {}).get("slug") != _ACTIONS:
        return None
    found = _JOB.search(data["details_url"] or "")
    return int(found[1]) if found else None


def _annotation(data: Mapping[str, Any]) -> Annotation:
    said = ": ".join(filter(None, [data["title"], data["message"]]))
    return Annotation(path=data["path"], line=data["start_line"], message=said)


def _output(title: str, summary: str) -> Mapping[str, str]:
    return {
        "title": fit_line(title, most=TITLE_CHARACTERS),
        "summary": fit(summary, most=SUMMARY_CHARACTERS),
    }


def _sent(it: Annotation) -> Mapping[str, Any]:
    return {
        "path": it.path,
        "start_line": it.line,
        "end_line": it.line,
        "annotation_level": "failure",
        "message": valid(it.message),
    }
