"""Outside JSON in, small frozen objects out: the only reader of GitHub's payloads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from bot.domain.review_signs import Sign
from bot.records import Actor, Repository


def is_from_the_app(data: Mapping[str, Any]) -> bool:
    """Whether the App sent it: a repository's own webhook, with the same secret, knows no installation."""
    return bool(data.get("installation"))


def actor_of(user: Mapping[str, Any]) -> Actor:
    """A user of a payload."""
    return Actor(id=user["id"], login=user["login"])


def repository_of(data: Mapping[str, Any]) -> Repository:
    """The repository of a payload, as the installation that it came through sees it."""
    return Repository(
        id=data["repository"]["id"],
        full_name=data["repository"]["full_name"],
        installation_id=data["installation"]["id"],
        owner_id=data["repository"]["owner"]["id"],
    )


def repositories_of(data: Mapping[str, Any], *lists: str) -> list[Repository]:
    """Those of a payload that is about an installation, as this one sees them, or saw them."""
    listed = [each for name in lists for each in data.get(name) or ()]
    number = data["installation"]["id"]
    return [Repository(id=it["id"], full_name=it["full_name"], installation_id=number) for it in listed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A new comment on an issue or pull request; `own` says that its sender wrote it and is a person.

    `thread` is the first comment of the thread at a line that it was said in; None where it is in none.
    """

    repository: Repository
    private: bool
    issue: int
    id: int
    body: str
    said_at: datetime
    by: Actor
    own: bool
    issue_title: str
    issue_body: str
    issue_author: Actor | None
    is_pull: bool = False
    thread: int | None = None

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        is_pull = "pull_request" in data["issue"]
        return cls._said(data, data["issue"], is_pull=is_pull, thread=None)

    @classmethod
    def at_a_line(cls, data: Mapping[str, Any]) -> Self:
        """One at a line of a pull request."""
        comment = data["comment"]
        first = comment.get("in_reply_to_id") or comment["id"]
        return cls._said(data, data["pull_request"], is_pull=True, thread=first)

    @classmethod
    def _said(
        cls, data: Mapping[str, Any], issue: Mapping[str, Any], *, is_pull: bool, thread: int | None
    ) -> Self:
        comment, sender = data["comment"], data["sender"]
        author = comment["user"] or {"id": None}  # an account that was deleted
        return cls(
            repository=repository_of(data),
            private=data["repository"]["private"],
            issue=issue["number"],
            id=comment["id"],
            body=comment["body"] or "",
            said_at=datetime.fromisoformat(comment["created_at"]),
            by=actor_of(sender),
            own=sender["id"] == author["id"] and sender["type"] == "User",
            issue_title=issue["title"] or "",
            issue_body=issue["body"] or "",
            issue_author=issue["user"] and actor_of(issue["user"]),  # an account may have been deleted
            is_pull=is_pull,
            thread=thread,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review of a pull request; `own` says that its sender wrote it and is a person.

    `branch` is the pull request's, None where it lies in another repository.
    """

    repository: Repository
    issue: int
    id: int
    branch: str | None
    commit: str
    state: str
    body: str
    by: Actor
    author: Actor | None
    own: bool
    submitted_at: datetime | None = None
    thread: None = None

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        review, sender, head = data["review"], data["sender"], data["pull_request"]["head"]
        is_here = (head["repo"] or {}).get("id") == data["repository"]["id"]  # a fork may have been deleted
        author = review["user"] and actor_of(review["user"])  # an account may have been deleted
        return cls(
            repository=repository_of(data),
            issue=data["pull_request"]["number"],
            id=review["id"],
            branch=head["ref"] if is_here else None,
            commit=review["commit_id"] or "",
            state=review["state"].lower(),
            body=review["body"] or "",
            by=actor_of(sender),
            author=author,
            own=author is not None and sender["id"] == author.id and sender["type"] == "User",
            submitted_at=datetime.fromisoformat(at) if (at := review.get("submitted_at")) else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPullRequest:
    """A pull request that somebody closed or merged."""

    repository: Repository
    number: int
    merged: bool
    by: Actor

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        pull, sender = data["pull_request"], data["sender"]
        return cls(
            repository=repository_of(data),
            number=pull["number"],
            merged=bool(pull["merged"]),
            by=actor_of(sender),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPullRequest:
    """A pull request whose head is another now, or that is open now; the head may be a fork's."""

    repository: Repository
    number: int
    head: str
    base: str
    by: Actor
    author: str | None
    is_draft: bool
    is_from_here: bool

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        pull = data["pull_request"]
        origin = pull["head"]["repo"] or {"id": None}  # a fork may have been deleted
        return cls(
            repository=repository_of(data),
            number=pull["number"],
            author=(pull["user"] or {"login": None})["login"],  # whoever wrote it may be gone
            is_draft=bool(pull.get("draft")),
            is_from_here=origin["id"] == data["repository"]["id"],
            head=pull["head"]["sha"],
            base=pull["base"]["sha"],
            by=actor_of(data["sender"]),
        )


def sign_in(data: Mapping[str, Any]) -> Sign | None:
    """What a person put on a pull request, or whom they asked to look at it; None where a program did."""
    repository, person, team = repository_of(data), data.get("requested_reviewer"), data.get("requested_team")
    owner = repository.full_name.partition("/")[0]
    name = f"{owner}/{team['slug']}" if team else person["login"] if person else ""
    label = data.get("label")
    if data["sender"]["type"] != "User" or not (label or name):
        return None
    return Sign(
        repository=repository,
        private=data["repository"]["private"],
        number=data["pull_request"]["number"],
        kind="label" if label else "reviewer",
        name=label["name"] if label else name,
        by=actor_of(data["sender"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Commits that came to a branch, or went; `branch` is None where it was a tag."""

    repository: Repository
    branch: str | None

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        kind, _, name = data["ref"].removeprefix("refs/").partition("/")
        return cls(repository=repository_of(data), branch=name if kind == "heads" else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCheck:
    """A check run or a suite of them that has ended on this commit; `branch` is None where it is on none."""

    repository: Repository
    head: str
    branch: str | None

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        suite = data["check_suite"] if "check_suite" in data else data["check_run"]["check_suite"]
        return cls(repository=repository_of(data), head=suite["head_sha"], branch=suite["head_branch"])


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAgain:
    """A check run of an App that somebody wants to have run again, or (`name` is None) all of its checks."""

    repository: Repository
    head: str
    app: str | None
    name: str | None
    by: Actor
    by_person: bool

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        check, sender = data.get("check_run") or data["check_suite"], data["sender"]
        return cls(
            repository=repository_of(data),
            head=check["head_sha"],
            app=(check["app"] or {}).get("slug"),
            name=check.get("name"),
            by=actor_of(sender),
            by_person=sender["type"] == "User",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """What somebody said of a commit without a check run."""

    repository: Repository
    head: str
    is_over: bool

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        return cls(repository=repository_of(data), head=data["sha"], is_over=data["state"] != "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStatus:
    """How a deployment goes, as whoever deploys says."""

    repository: Repository
    deployment: int
    state: str
    by: Actor

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            repository=repository_of(data),
            deployment=data["deployment"]["id"],
            state=data["deployment_status"]["state"],
            by=actor_of(data["sender"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRun:
    """A run that has something new to be told of it; what that is, GitHub is asked."""

    repository: Repository
    run: int

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        return cls(repository=repository_of(data), run=data["workflow_run"]["id"])
