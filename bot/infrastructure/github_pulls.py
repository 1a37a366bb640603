"""The pull requests that this App opened."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from bot.infrastructure.github import Access, GitHubApp
from bot.infrastructure.github_answers import Answer
from bot.infrastructure.github_graphql import data_of
from bot.infrastructure.github_pull_answers import (
    is_by,
    is_from,
    is_open,
    mergeability,
    pull_of,
    refusal,
    remark,
    wording,
)
from bot.infrastructure.github_purposes import DEPLOY, PUBLISH, TALK
from bot.infrastructure.github_text import TITLE_CHARACTERS, fit, fit_line
from bot.landing_records import Mergeability
from bot.records import MergeMethod, PullRequest, Repository, StepFailed, Unavailable
from bot.review_records import LineRemark

_STALE_LIST_SECONDS: Final = 5.0
_NO_DRAFTS: Final = "draft pull requests are not supported"
READY: Final = (
    "mutation MakeReady($pull: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $pull}) "
    "{ pullRequest { isDraft } } }"
)
# Whether something can be merged GitHub only begins to find out when it is asked.
_FINDING_OUT_SECONDS: Final = (0.5, 1.0, 2.0, 4.0)
# There is no code for it. The last is what a branch with a linear history says.
_METHOD_REFUSED: Final = re.compile(
    r"(merge commits|squash merges|rebase merges) are not allowed|must not contain merge commits",
    re.IGNORECASE,
)


class GitHubPullRequests:
    """Pull requests from branches of the same repository, known by branch and author."""

    def __init__(self, app: GitHubApp, *, pauses: Sequence[float] = _FINDING_OUT_SECONDS) -> None:
        self._app = app
        self._pauses = pauses

    async def find(self, repository: Repository, *, branch: str) -> PullRequest | None:
        """The newest one from this branch that this App opened."""
        bot = await self._app.bot_login()

        def is_it(pull: Mapping[str, Any]) -> bool:
            return is_from(pull, repository, branch) and is_by(pull, bot)

        return await self._first(repository, branch, is_it)

    async def get(self, repository: Repository, number: int) -> PullRequest:
        """Raises StepFailed("pull_request_gone")."""
        github = self._app.on(repository, TALK)
        answer = await github.ask("read_pull_request", "pulls", number, also=(HTTPStatus.NOT_FOUND,))
        if answer.status == HTTPStatus.NOT_FOUND:
            raise StepFailed("pull_request_gone", f"#{number}")
        return pull_of(answer.data)

    async def open(
        self,
        repository: Repository,
        *,
        branch: str,
        base: str,
        title: str,
        body: str,
        draft: bool = False,
    ) -> PullRequest:
        """Open it; where GitHub says there is one already, that is the one.

        Raises StepFailed: also drafts_unsupported, where the repository has none.
        """
        answer = await self._app.on(repository, PUBLISH).tell(
            "open_pull_request",
            "POST",
            "pulls",
            body={
                "head": branch,
                "base": base,
                "title": fit_line(title, most=TITLE_CHARACTERS),
                "body": fit(body),
                **({"draft": True} if draft else {}),
            },
            also=(HTTPStatus.UNPROCESSABLE_ENTITY,),
        )
        if answer.status == HTTPStatus.CREATED:
            return pull_of(answer.data)
        if draft and _NO_DRAFTS in answer.message.lower():
            raise StepFailed("drafts_unsupported", answer.message)
        return await self._already_there(repository, branch, answer)

    async def make_ready(self, repository: Repository, number: int) -> None:
        """A draft no more; one that is none stays so. Only GraphQL has this. Raises StepFailed."""
        github = self._app.on(repository, PUBLISH)
        pull = await github.ask("read_pull_request", "pulls", number)
        if not pull.data.get("draft"):
            return
        asked = {"query": READY, "variables": {"pull": pull.data["node_id"]}}
        answer = await github.tell("make_ready", "POST", "graphql", body=asked)
        said = data_of(answer.data, what="make_ready")
        done = (said.get("markPullRequestReadyForReview") or {}).get("pullRequest") or {}
        if done.get("isDraft") is not False:
            raise Unavailable("github_unreadable", "make_ready: it is a draft still")

    async def describe(self, repository: Repository, number: int, *, title: str, body: str) -> str:
        """Give it another title and body; when GitHub says that this was. Raises StepFailed."""
        answer = await self._app.on(repository, TALK).tell(
            "describe_pull_request",
            "PATCH",
            "pulls",
            number,
            body={"title": fit_line(title, most=TITLE_CHARACTERS), "body": fit(body)},
            also=(HTTPStatus.NOT_FOUND,),
        )
        if answer.status == HTTPStatus.NOT_FOUND:
            raise StepFailed("pull_request_gone", f"#{number}")
        return str(answer.data["updated_at"])

    async def body(self, repository: Repository, number: int) -> str:
        """What it says of itself now, whoever wrote it. Raises StepFailed."""
        answer = await self._app.on(repository, TALK).ask("read_pull_request", "pulls", number)
        return str(answer.data["body"] or "")

    async def rewrite(self, repository: Repository, number: int, *, body: str) -> None:
        """Give it another body, and leave its title. Raises StepFailed."""
        github = self._app.on(repository, TALK)
        await github.tell("rewrite_pull_request", "PATCH", "pulls", number, body={"body": fit(body)})

    async def retitle(self, repository: Repository, number: int, *, title: str) -> None:
        """Give it another title, and leave its body. Raises StepFailed."""
        github, body = self._app.on(repository, TALK), {"title": fit_line(title, most=TITLE_CHARACTERS)}
        await github.tell("retitle_pull_request", "PATCH", "pulls", number, body=body)

    async def label(self, repository: Repository, number: int, *, labels: Sequence[str]) -> bool:
        """Give it these labels; one that the repository does not have is made. Whether GitHub took them."""
        answer = await self._app.on(repository, TALK).tell(
            "label_pull_request",
            "POST",
            "issues",
            number,
            "labels",
            body={"labels": list(labels)},
            also=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
        return answer.status == HTTPStatus.OK

    async def reviewers(self, repository: Repository, number: int) -> list[str]:
        """Who is asked for a review and has not given it, each with the sign: @user, @org/team."""
        answer = await self._app.on(repository, TALK).ask(
            "read_reviewers", "pulls", number, "requested_reviewers"
        )
        owner = repository.full_name.partition("/")[0]
        users = [f"@{each['login']}" for each in answer.data["users"]]
        return [*users, *(f"@{owner}/{each['slug']}" for each in answer.data["teams"])]

    async def ask_reviewers(
        self, repository: Repository, number: int, *, users: Sequence[str], teams: Sequence[str]
    ) -> bool:
        """Ask them beside those who are; whether GitHub took them, all or none. Raises StepFailed."""
        answer = await self._app.on(repository, TALK).tell(
            "ask_reviewers",
            "POST",
            "pulls",
            number,
            "requested_reviewers",
            body={"reviewers": list(users), "team_reviewers": list(teams)},
            also=(HTTPStatus.UNPROCESSABLE_ENTITY,),
        )
        return answer.status == HTTPStatus.CREATED

    async def review_state(self, repository: Repository, number: int, review: int) -> str | None:
        """What that review says by now ("approved", "dismissed", ...); None where it is not shown."""
        answer = await self._app.on(repository, TALK).ask(
            "read_review", "pulls", number, "reviews", review, also=(HTTPStatus.NOT_FOUND,)
        )
        return None if answer.status == HTTPStatus.NOT_FOUND else str(answer.data["state"]).lower()

    async def line_remarks(self, repository: Repository, number: int, review: int) -> list[LineRemark]:
        """What that review says of single lines, in its order: what is among the newest hundred there.

        The review's own list would not tell the lines: GitHub leaves them out there.
        """
        answer = await self._app.on(repository, TALK).ask(
            "read_review_comments",
            "pulls",
            number,
            "comments",
            query={"sort": "created", "direction": "desc", "per_page": "100"},
        )
        said = [each for each in reversed(answer.data) if each["pull_request_review_id"] == review]
        return [remark(each) for each in said]

    async def close(self, repository: Repository, number: int) -> None:
        """Close it; one that is closed stays so."""
        await self._app.on(repository, TALK).tell(
            "close_pull_request",
            "PATCH",
            "pulls",
            number,
            body={"state": "closed"},
            also=(HTTPStatus.NOT_FOUND,),
        )

    async def merge(
        self, repository: Repository, number: int, *, head: str, method: MergeMethod, message: str
    ) -> str | None:
        """Merge exactly this head, if it is not merged yet; None where this method is not allowed.

        Raises StepFailed: head_moved, pull_request_closed, or one of those that time or people may mend:
        merge_conflict, merge_behind, merge_queue, merge_blocked with what GitHub says.
        """
        github = self._app.on(repository, DEPLOY)
        body = {"sha": head, "merge_method": method, **wording(method, number, message)}
        answer = await self._merged(github, number, body)
        if answer.status == HTTPStatus.OK:
            return str(answer.data["sha"])
        if _METHOD_REFUSED.search(answer.message):
            return None
        data = await self._found_out(github, number)
        there = pull_of(data)
        if there.merged and there.head == head and there.merge_sha is not None:
            return there.merge_sha
        raise refusal(answer, there, mergeability(data), head)

    async def mergeability(self, repository: Repository, number: int) -> Mergeability:
        """Whether it could be merged, as far as GitHub finds out while it is asked a few times."""
        return mergeability(await self._found_out(self._app.on(repository, TALK), number))

    async def _found_out(self, github: Access, number: int) -> Mapping[str, Any]:
        """The pull request, looked at until GitHub knows, or does not in time."""
        data = await self._whole(github, number)
        for pause in self._pauses:
            if data["mergeable"] is not None or data["state"] == "closed":
                break
            await asyncio.sleep(pause)
            data = await self._whole(github, number)
        return data

    async def _whole(self, github: Access, number: int) -> Mapping[str, Any]:
        data: Mapping[str, Any] = (await github.ask("read_pull_request", "pulls", number)).data
        return data

    async def _merged(self, github: Access, number: int, body: Mapping[str, str]) -> Answer:
        return await github.tell(
            "merge_pull_request",
            "PUT",
            "pulls",
            number,
            "merge",
            body=body,
            also=(HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.CONFLICT),
        )

    async def _already_there(self, repository: Repository, branch: str, answer: Answer) -> PullRequest:
        if "already exists" not in answer.message.lower():
            raise StepFailed("github_invalid", f"open_pull_request: {answer.message}")
        found = await self.find(repository, branch=branch)
        if found is not None and found.state == "open":
            return found
        bot = await self._app.bot_login()
        # Of two lists that lag behind, the second may show what the first did not: ours is not another.
        if await self._first(repository, branch, lambda pull: is_open(pull) and not is_by(pull, bot)):
            raise StepFailed("branch_taken", f"another pull request is open from {branch}")
        # It was opened a moment ago, and lists lag behind.
        raise Unavailable("github_stale", answer.message, retry_after=_STALE_LIST_SECONDS)

    async def _first(
        self, repository: Repository, branch: str, where: Callable[[Mapping[str, Any]], bool]
    ) -> PullRequest | None:
        github = self._app.on(repository, TALK)
        query = {"head": f"{await github.owner()}:{branch}", "state": "all"}
        found = await github.first("find_pull_request", "pulls", query=query, where=where)
        return found and pull_of(found)
