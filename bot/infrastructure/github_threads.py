"""What is said at lines of a pull request about this App's findings: threads by GraphQL, words by REST."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from bot.finding_marks import finding_in
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_graphql import data_of
from bot.infrastructure.github_purposes import PUBLISH, TALK
from bot.infrastructure.github_text import fit
from bot.records import Repository, StepFailed, Unavailable
from bot.review_records import Remark, Thread

_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_NOT_FOUND: Final = "github_not_found"
# An App that may not, and a thread that is not there.
_NOT_RESOLVED: Final = frozenset(("github_forbidden", _NOT_FOUND))
_BOT: Final = "[bot]"
THREADS: Final = (
    "query Threads($owner: String!, $name: String!, $number: Int!, $after: String) "
    "{ repository(owner: $owner, name: $name) { pullRequest(number: $number) "
    "{ reviewThreads(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes "
    "{ id isResolved isOutdated resolvedBy { login } "
    "comments(first: 1) { nodes { fullDatabaseId body author { __typename login } } } } } } } }"
)
RESOLVE: Final = (
    "mutation Resolve($thread: ID!) { resolveReviewThread(input: {threadId: $thread}) "
    "{ thread { isResolved } } }"
)


class GitHubThreads:
    """Threads that begin with a finding of this App: anybody can copy a marker, nobody an author."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def ours(self, repository: Repository, number: int) -> list[Thread]:
        """The threads that this App began with a finding. Raises StepFailed("pull_request_gone")."""
        bot, found = await self._app.bot_login(), list[Thread]()
        page: Mapping[str, Any] = {"hasNextPage": True, "endCursor": None}
        while page["hasNextPage"]:
            listed = await self._page(repository, number, page["endCursor"])
            found += _ours(listed["nodes"], bot)
            page = listed["pageInfo"]
        return found

    async def _page(self, repository: Repository, number: int, after: str | None) -> Mapping[str, Any]:
        github = self._app.on(repository, TALK)
        owner, _, name = (await self._app.name(repository, TALK)).partition("/")
        asked = {"owner": owner, "name": name, "number": number, "after": after}
        body = {"query": THREADS, "variables": asked}
        answer = await github.tell("list_threads", "POST", "graphql", body=body)
        try:
            data = data_of(answer.data, what="list_threads")
        except StepFailed as no:
            if no.code != _NOT_FOUND:
                raise
            data = {}
        pull: Mapping[str, Any] | None = (data.get("repository") or {}).get("pullRequest")
        if pull is None:
            raise StepFailed("pull_request_gone", f"#{number}")
        listed: Mapping[str, Any] = pull["reviewThreads"]
        return listed

    async def finding(self, repository: Repository, comment: int) -> str | None:
        """The fingerprint in that first comment of a thread, None where it is not this App's finding."""
        github = self._app.on(repository, TALK)
        answer = await github.ask("read_remark", "pulls", "comments", comment, also=_GONE)
        if answer.status in _GONE or not _is_by(answer.data, await self._app.bot_login()):
            return None
        return finding_in(answer.data["body"])

    async def said(self, repository: Repository, number: int, comment: int) -> list[Remark]:
        """The whole thread that begins with that comment, in its order; empty where it is gone."""
        bot, found = await self._app.bot_login(), list[Remark]()

        def take(data: Mapping[str, Any]) -> bool:
            if comment in {data["id"], data.get("in_reply_to_id")}:
                found.append(_remark(data, bot))
            return False

        await self._first(repository, number, take)
        return found

    async def reply(self, repository: Repository, number: int, comment: int, body: str) -> int:
        """Answer in the thread that begins with that comment. Raises StepFailed("thread_gone")."""
        answer = await self._app.on(repository, TALK).tell(
            "reply",
            "POST",
            "pulls",
            number,
            "comments",
            comment,
            "replies",
            body={"body": fit(body)},
            also=(*_GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
        if answer.status != HTTPStatus.CREATED:
            raise StepFailed("thread_gone", answer.message)
        return int(answer.data["id"])

    async def find(self, repository: Repository, number: int, comment: int, *, marker: str) -> int | None:
        """The answer in that thread that carries the marker and that this App itself wrote."""
        bot = await self._app.bot_login()

        def is_it(data: Mapping[str, Any]) -> bool:
            return data.get("in_reply_to_id") == comment and marker in data["body"] and _is_by(data, bot)

        found = await self._first(repository, number, is_it)
        return found and int(found["id"])

    async def edit(self, repository: Repository, comment: int, *, body: str) -> None:
        """Give a comment at a line another body. Raises StepFailed("comment_gone") where it was deleted."""
        answer = await self._app.on(repository, TALK).tell(
            "edit_at_line", "PATCH", "pulls", "comments", comment, body={"body": fit(body)}, also=_GONE
        )
        if answer.status in _GONE:
            raise StepFailed("comment_gone", answer.message)

    async def react(self, repository: Repository, comment: int, *, content: str) -> None:
        """React to a comment at a line; one that is gone needs no reaction."""
        await self._app.on(repository, TALK).tell(
            "react_at_line",
            "POST",
            "pulls",
            "comments",
            comment,
            "reactions",
            body={"content": content},
            also=_GONE,
        )

    async def resolve(self, repository: Repository, thread_id: str) -> bool:
        """Whether it is resolved now: GitHub may not let an App, and what is gone cannot be.

        GitHub wants the right to write contents for it beside that to write pull requests, as others found
        out (https://github.com/orgs/community/discussions/44650); its documentation does not say so.
        """
        github = self._app.on(repository, PUBLISH)
        body = {"query": RESOLVE, "variables": {"thread": thread_id}}
        try:
            answer = await github.tell("resolve_thread", "POST", "graphql", body=body)
            said = data_of(answer.data, what="resolve_thread")
        except StepFailed as no:
            if no.code in _NOT_RESOLVED:
                return False
            raise
        done = (said.get("resolveReviewThread") or {}).get("thread") or {}
        if done.get("isResolved") is not True:
            raise Unavailable("github_unreadable", "resolve_thread: it is open still")
        return True

    async def _first(self, repository: Repository, number: int, where: Any) -> Any | None:
        """The first comment at a line of the pull request that it is true of, oldest first."""
        github = self._app.on(repository, TALK)
        return await github.first("list_remarks", "pulls", number, "comments", where=where)


def _ours(nodes: Iterable[Mapping[str, Any] | None], bot: str) -> Iterator[Thread]:
    for node in filter(None, nodes):
        first = next(filter(None, node["comments"]["nodes"]), None)
        author = (first or {}).get("author") or {}
        # Unlike REST, GraphQL leaves out of the name what tells that an account is an App's.
        is_ours = author.get("__typename") == "Bot" and author["login"].removesuffix(_BOT) + _BOT == bot
        fingerprint = finding_in(first["body"]) if first is not None and is_ours else None
        if first is not None and fingerprint is not None:
            yield Thread(
                id=node["id"],
                comment=int(first["fullDatabaseId"]),
                fingerprint=fingerprint,
                is_resolved=node["isResolved"],
                resolved_by=(node["resolvedBy"] or {}).get("login"),
                is_outdated=node["isOutdated"],
            )


def _remark(data: Mapping[str, Any], bot: str) -> Remark:
    user = data["user"] or {}  # an account may have been deleted
    return Remark(
        id=data["id"],
        by=user.get("login"),
        by_id=user.get("id"),
        is_ours=_is_by(data, bot),
        body=data["body"],
        path=data["path"],
        hunk=data["diff_hunk"],
        edited_at=_edited(data),
    )


def _edited(data: Mapping[str, Any]) -> datetime | None:
    written, changed = data.get("created_at"), data.get("updated_at")
    return datetime.fromisoformat(changed) if changed and changed != written else None


def _is_by(data: Mapping[str, Any], bot: str) -> bool:
    user = data["user"] or {}
    return bool(user.get("login") == bot)
