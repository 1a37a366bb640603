"""What GraphQL shows of the world, and what it changes: each field a value, or asked for with arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from standins.github import access
from standins.github.deeds.pulls import make_ready
from standins.github.deeds.remarks import resolve, unresolve
from standins.github.git import GitFailed
from standins.github.remarks import Remark, threads_on
from standins.github.shapes.accounts import node_id
from standins.github.shapes.pulls import pull_of
from standins.github.state import Account, Issue, Repository, Token
from standins.github.world import Missing, Moved, Refused, World, issue_of

MOST_OF_A_PAGE = 100
Fields = dict[str, Any]
Deed = Callable[[World, Repository, Account, Remark], None]


@dataclass(frozen=True, slots=True)
class Root:
    """All of it, as this token sees it."""

    world: World
    token: Token

    def fields(self) -> Fields:
        return {
            "repository": self._repository,
            "markPullRequestReadyForReview": self._ready,
            "resolveReviewThread": lambda **asked: self._moved(resolve, **asked),
            "unresolveReviewThread": lambda **asked: self._moved(unresolve, **asked),
        }

    def _repository(self, owner: str, name: str, **_: Any) -> Fields:
        try:
            of = self.world.repository(f"{owner}/{name}")
        except Moved as moved:
            of = moved.to
        access.check_sees(self.token, of)

        def pull(number: int) -> Fields:
            access.check_may(self.token, "pull_requests:read", of)
            issue = issue_of(of, number)
            pull_of(issue)
            return _pull(of, issue)

        return {"pullRequest": pull}

    # GraphQL names the argument so.
    def _ready(self, input: Mapping[str, Any]) -> Fields:  # noqa: A002
        of, issue = self._pull_named(input["pullRequestId"])
        self._enter(of, "pull_requests:write")
        make_ready(self.world, of, issue, self.world.app.bot)
        return {"pullRequest": _pull(of, issue)}

    def _moved(self, deed: Deed, input: Mapping[str, Any]) -> Fields:  # noqa: A002
        """GitHub wants the right to write contents for that as well, although it changes none."""
        of, thread = self._thread_named(input["threadId"])
        self._enter(of, "pull_requests:write")
        self._enter(of, "contents:write")
        deed(self.world, of, self.world.app.bot, thread[0])
        return {"thread": _thread(of, thread)}

    def _enter(self, of: Repository, needs: str) -> None:
        access.check_may(self.token, needs, of)
        if of.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        self.world.before_change(of)

    def _pull_named(self, node: str) -> tuple[Repository, Issue]:
        """By its global id, where the token sees it."""
        for of in self._seen():
            for issue in of.pulls():
                if node_id("PR", issue.id) == node:
                    return of, issue
        raise Missing(f"no node {node}")

    def _thread_named(self, node: str) -> tuple[Repository, list[Remark]]:
        for of in self._seen():
            for thread in [each for issue in of.pulls() for each in threads_on(issue)]:
                if node_id("PRRT", thread[0].id) == node:
                    return of, thread
        raise Missing(f"no node {node}")

    def _seen(self) -> list[Repository]:
        return [each for each in self.world.repositories.values() if self.token.sees(each)]


def _pull(of: Repository, it: Issue) -> Fields:
    def threads(**page: Any) -> Fields:
        return _connection(list(threads_on(it)), lambda each: _thread(of, each), **page)

    return {
        "id": node_id("PR", it.id),
        "number": it.number,
        "isDraft": pull_of(it).draft,
        "reviewThreads": threads,
    }


def _thread(of: Repository, it: list[Remark]) -> Fields:
    first = it[0]
    resolver = pull_of(first.issue).resolved.get(first.id)
    return {
        "id": node_id("PRRT", first.id),
        "isResolved": resolver is not None,
        # Of an App it names no user.
        "resolvedBy": _actor(resolver) if resolver is not None and resolver.type == "User" else None,
        "isOutdated": _is_outdated(of, first),
        "path": first.said["path"],
        "comments": lambda **page: _connection(it, _comment, **page),
    }


def _comment(it: Remark) -> Fields:
    return {
        "id": node_id("PRRC", it.id),
        "fullDatabaseId": str(it.id),
        "body": it.said["body"],
        "author": _actor(it.review.by),
    }


def _actor(of: Account) -> Fields:
    """Unlike REST, GraphQL names an App's account without what tells that it is one."""
    return {"__typename": of.type, "login": of.login.removesuffix("[bot]")}


def _connection(
    items: Sequence[Any], shape: Callable[[Any], Fields], first: int | None = None, after: str | None = None
) -> Fields:
    """One page, forwards."""
    if first is None or not 0 < first <= MOST_OF_A_PAGE:
        raise Refused(422, "You must provide a `first` value between 1 and 100 to properly paginate.")
    begins = int(after or 0)
    end = begins + first
    info = {"hasNextPage": end < len(items), "endCursor": str(min(end, len(items)))}
    return {
        "nodes": [shape(each) for each in items[begins:end]],
        "pageInfo": info,
        "totalCount": len(items),
    }


def _is_outdated(of: Repository, it: Remark) -> bool:
    """Whether the line that it was said at is no longer there."""
    line, head, path = it.said.get("line"), pull_of(it.issue).head_sha, it.said["path"]
    if line is None or it.said.get("side") == "LEFT" or head == it.review.commit:
        return False
    before = _lines(of, it.review.commit, path)
    return line <= len(before) and before[line - 1] not in _lines(of, head, path)


def _lines(of: Repository, commit: str, path: str) -> list[str]:
    try:
        return of.git.recall("show", f"{commit}:{path}").decode(errors="replace").splitlines()
    except GitFailed:
        return []
