"""What GitHub knows: plain objects that remember."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from standins.github.calls import Attempt
from standins.github.git import Git
from standins.github.runs import Workflow, WorkflowRun
from standins.github.teams import Team

MergeMethod = Literal["merge", "squash", "rebase"]
Role = Literal["admin", "maintain", "write", "triage", "read", "none"]


@dataclass(slots=True, kw_only=True)
class Account:
    """A person, an organisation, or the bot."""

    id: int
    login: str
    type: Literal["User", "Organization", "Bot"] = "User"

    @property
    def email(self) -> str:
        return f"{self.id}+{self.login}@users.noreply.github.com"


@dataclass(slots=True, kw_only=True)
class App:
    """The GitHub App: who it is, what it may do, what it hears of."""

    id: int
    slug: str
    owner: Account
    bot: Account
    public_key: str
    webhook_secret: str
    permissions: Mapping[str, str]
    events: tuple[str, ...]
    created_at: datetime
    client_id: str = "Iv23liStandIn"
    client_secret: str = ""
    callback_urls: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Installation:
    """The App on an account; `repository_ids` is None where it sees all of them."""

    id: int
    account: Account
    permissions: dict[str, str]
    repository_ids: set[int] | None
    created_at: datetime
    updated_at: datetime | None = None
    suspended_at: datetime | None = None

    def sees(self, repository: "Repository") -> bool:
        if repository.owner.id != self.account.id:
            return False
        return self.repository_ids is None or repository.id in self.repository_ids


@dataclass(slots=True, kw_only=True)
class Token:
    """An installation's token, narrowed to some repositories and permissions."""

    value: str
    installation: Installation
    repository_ids: set[int] | None
    permissions: Mapping[str, str]
    expires_at: datetime

    def sees(self, repository: "Repository") -> bool:
        if not self.installation.sees(repository):
            return False
        return self.repository_ids is None or repository.id in self.repository_ids


@dataclass(slots=True, kw_only=True)
class Label:
    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class Reaction:
    id: int
    by: Account
    content: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    issue: int
    by: Account
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Review:
    """A person's word on a pull request; `state` is COMMENTED, APPROVED, CHANGES_REQUESTED or DISMISSED."""

    id: int
    by: Account
    body: str
    state: str
    commit: str
    submitted_at: datetime
    comments: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Pull:
    """What makes an issue a pull request; `head_sha` follows the branch while it is open.

    Its branch lies in the repository numbered `origin`, which may be deleted; `origin_owner` is whose it is.
    """

    head: str
    base: str
    head_sha: str
    base_sha: str
    origin: int
    origin_owner: Account
    maintainer_can_modify: bool = False
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_sha: str | None = None
    reviews: list[Review] = field(default_factory=list)
    reviewers: list[Account] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    # By the numbers of the first comments of its threads, and of any comment at a line.
    resolved: dict[int, Account] = field(default_factory=dict)
    reactions: dict[int, list[Reaction]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Issue:
    """An issue or, with `pull`, a pull request: they share their numbers."""

    id: int
    number: int
    by: Account
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    labels: list[Label] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    pull: Pull | None = None


@dataclass(slots=True, kw_only=True)
class CheckRun:
    """A check run; `app` is None where it is the bot's own."""

    id: int
    suite: int
    name: str
    head_sha: str
    status: str
    started_at: datetime
    conclusion: str | None = None
    completed_at: datetime | None = None
    external_id: str | None = None
    details_url: str | None = None
    app: App | None = None
    output: dict[str, Any] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CommitStatus:
    """What somebody said of a commit without a check run; the newest of each context counts."""

    id: int
    sha: str
    context: str
    state: str
    description: str
    by: Account
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class DeploymentStatus:
    id: int
    state: str
    by: Account
    description: str
    log_url: str
    environment_url: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class Deployment:
    id: int
    sha: str
    ref: str
    task: str
    environment: str
    payload: Any
    description: str | None
    by: Account
    created_at: datetime
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Repository:
    """A repository; `branches` mirrors the refs on disk; `protected` why nothing may be merged or pushed."""

    id: int
    owner: Account
    name: str
    git: Git
    default_branch: str
    created_at: datetime
    private: bool = True
    parent: int | None = None  # what it is a fork of
    archived: bool = False
    has_drafts: bool = True
    next_number: int = 1
    roles: dict[str, Role] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    protected: dict[str, str] = field(default_factory=dict)
    merge_methods: frozenset[MergeMethod] = frozenset(("merge", "squash", "rebase"))
    signed: set[str] = field(default_factory=set)
    labels: dict[str, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    checks: dict[int, CheckRun] = field(default_factory=dict)
    suites: dict[str, int] = field(default_factory=dict)
    # What a suite says that its checks do not.
    suites_say: dict[int, str] = field(default_factory=dict)
    statuses: list[CommitStatus] = field(default_factory=list)
    jobs: dict[int, str] = field(default_factory=dict)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    runs: dict[int, WorkflowRun] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    def role_of(self, account: Account) -> Role:
        """The owner is an administrator; anybody may read what is public."""
        if account.id == self.owner.id:
            return "admin"
        return self.roles.get(account.login, "none" if self.private else "read")

    def pulls(self) -> list[Issue]:
        return [issue for issue in self.issues.values() if issue.pull]


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A webhook: its GUID stays when it is sent again."""

    guid: str
    event: str
    action: str | None
    body: bytes
    installation_id: int
    repository_id: int | None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def payload(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that really changed, whoever caused it: the ground truth of every count."""

    name: str
    repository: str
    by: str
    at: datetime
    facts: Mapping[str, Any]
