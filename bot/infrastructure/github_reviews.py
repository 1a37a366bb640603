"""Pull requests of anybody, as they are reviewed: what they change, and this App's own reviews of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_answers import DIFF
from bot.infrastructure.github_pull_answers import is_by
from bot.infrastructure.github_purposes import READ, TALK
from bot.infrastructure.github_repositories import facts_of
from bot.infrastructure.github_text import fit
from bot.records import Repository, StepFailed
from bot.review_records import LineComment, Patch, Reviewable

# Where a diff has too many files or lines GitHub gives none of it; it says so in either of these ways.
_TOO_LARGE: Final = (HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNPROCESSABLE_ENTITY)


class GitHubReviews:
    """Reviews by this App: found by their marker, and by who wrote them."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def look(self, repository: Repository, number: int) -> Reviewable:
        """The pull request as it stands. Raises StepFailed("pull_request_gone")."""
        github = self._app.on(repository, TALK)
        answer = await github.ask("read_pull_request", "pulls", number, also=(HTTPStatus.NOT_FOUND,))
        if answer.status == HTTPStatus.NOT_FOUND:
            raise StepFailed("pull_request_gone", f"#{number}")
        return _reviewable(answer.data)

    async def diff(self, repository: Repository, *, base: str, head: str) -> bytes | None:
        """What the head adds to where it left the base, None where GitHub does not give so much at once."""
        github, path = self._app.on(repository, READ), ("compare", f"{base}...{head}")
        try:
            answer = await github.ask("read_diff", *path, also=_TOO_LARGE, accept=DIFF)
        except StepFailed as no:
            if no.code == "github_answer_too_large":  # for us
                return None
            raise
        return None if answer.status in _TOO_LARGE else bytes(answer.data)

    async def patches(self, repository: Repository, number: int) -> list[Patch]:
        """The same file by file, as it stands now; GitHub leaves out the lines of large ones."""
        found: list[Patch] = []

        def take(data: Mapping[str, Any]) -> bool:
            found.append(_patch(data))
            return False

        await self._app.on(repository, TALK).first("read_patches", "pulls", number, "files", where=take)
        return found

    async def find(self, repository: Repository, number: int, *, marker: str) -> int | None:
        """The review with the marker that this App wrote: anybody can copy a marker."""
        bot = await self._app.bot_login()

        def is_it(review: Mapping[str, Any]) -> bool:
            return marker in (review["body"] or "") and review["user"] is not None and is_by(review, bot)

        github = self._app.on(repository, TALK)
        found = await github.first("find_review", "pulls", number, "reviews", where=is_it)
        return found and int(found["id"])

    async def post(
        self, repository: Repository, number: int, *, head: str, body: str, comments: Sequence[LineComment]
    ) -> int | None:
        """One review of that commit with all its comments; None where GitHub takes one of them not."""
        said = {
            "commit_id": head,
            "event": "COMMENT",
            "body": fit(body),
            "comments": [_sent(each) for each in comments],
        }
        github, refused = self._app.on(repository, TALK), HTTPStatus.UNPROCESSABLE_ENTITY
        answer = await github.tell(
            "post_review", "POST", "pulls", number, "reviews", body=said, also=(refused,)
        )
        return None if answer.status == refused else int(answer.data["id"])

    async def remark(
        self, repository: Repository, number: int, *, head: str, comment: LineComment
    ) -> int | None:
        """One comment by itself; None where GitHub does not take it."""
        github, refused = self._app.on(repository, TALK), HTTPStatus.UNPROCESSABLE_ENTITY
        said = {"commit_id": head, **_sent(comment)}
        answer = await github.tell(
            "say_at_line", "POST", "pulls", number, "comments", body=said, also=(refused,)
        )
        return None if answer.status == refused else int(answer.data["id"])

    async def remarked(self, repository: Repository, number: int, *, marker: str) -> int | None:
        """The comment at a line, or of a file, with the marker that this App wrote."""
        bot = await self._app.bot_login()

        def is_it(said: Mapping[str, Any]) -> bool:
            return marker in said["body"] and said["user"] is not None and is_by(said, bot)

        github = self._app.on(repository, TALK)
        found = await github.first("find_at_lines", "pulls", number, "comments", where=is_it)
        return found and int(found["id"])


def _reviewable(data: Mapping[str, Any]) -> Reviewable:
    return Reviewable(
        number=data["number"],
        head=data["head"]["sha"],
        base=data["base"]["sha"],
        title=data["title"],
        body=data["body"] or "",
        files=data["changed_files"],
        is_open=data["state"] == "open",
        author_id=(data["user"] or {}).get("id"),
        is_draft=bool(data.get("draft")),
        is_from_here=(data["head"]["repo"] or {}).get("id") == data["base"]["repo"]["id"],
        author=(data["user"] or {}).get("login"),
        home=facts_of(data["base"]["repo"]),
        branch=data["head"]["ref"],
        into=data["base"]["ref"],
    )


def _patch(data: Mapping[str, Any]) -> Patch:
    return Patch(
        path=data["filename"],
        was=data.get("previous_filename"),
        status=data["status"],
        changes=data["changes"],
        patch=data.get("patch"),
    )


def _sent(it: LineComment) -> Mapping[str, Any]:
    """Of a single line GitHub wants no first one, of a whole file no line at all."""
    if it.line is None:
        return {"path": it.path, "body": fit(it.body), "subject_type": "file"}
    first = {} if it.first in {None, it.line} else {"start_line": it.first, "start_side": it.side}
    return {"path": it.path, "body": fit(it.body), "line": it.line, "side": it.side, **first}
