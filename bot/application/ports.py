"""What the application needs of the world, in its own words; adapters satisfy these by shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.application.check_ports import Checks
from bot.application.conversation_ports import Conversations
from bot.application.installations import Installations, Sandbox
from bot.application.issue_ports import Issues
from bot.application.label_ports import Labels
from bot.application.line_ports import Line
from bot.application.model_ports import Batches, Claude
from bot.application.repository_ports import Files, Repositories
from bot.application.review_ports import Reviews, ReviewThreads
from bot.application.run_ports import Deployments, Workflows
from bot.application.sign_in_ports import SignIns
from bot.application.slack_hearing import Slack
from bot.application.source_ports import Sources
from bot.domain.integration import Integration
from bot.domain.policy import Rules
from bot.landing_records import Mergeability
from bot.records import (
    Commit,
    Delivery,
    Fact,
    FileEdit,
    FollowUp,
    Intent,
    MergeMethod,
    PullRequest,
    Recorded,
    Repository,
    Since,
)
from bot.review_records import LineRemark


class Clock(Protocol):
    """The time of day, in UTC."""

    def now(self) -> datetime: ...


class Inbox(Protocol):
    """Deliveries, each kept once."""

    async def keep(self, delivery: Delivery) -> bool:
        """Keep it durably; False if it, or its meaning, was kept before. Raises Unavailable."""

    async def take(self, key: str) -> Delivery | None:
        """The kept delivery, or None where it is settled or unknown."""

    async def settle(self, key: str, follow_ups: Sequence[FollowUp] = ()) -> None: ...

    async def set_aside(self, key: str, *, why: str) -> None: ...


class EventLog(Protocol):
    """Streams of facts: append-only, optimistic, hash-chained."""

    async def read(self, stream: str, *, until: datetime | None = None) -> list[Recorded]: ...

    async def newest(self, family: str) -> list[Recorded]:
        """The newest fact of each stream of the family, which its name begins with, and a colon."""

    async def append(  # noqa: PLR0913  a fact and all that commits with it
        self,
        stream: str,
        facts: Sequence[Fact],
        *,
        after: int | None,
        key: str,
        meta: Mapping[str, Any],
        row: Mapping[str, Any],
        follow_ups: Sequence[FollowUp],
        among: int | None = None,
    ) -> list[Recorded]:
        """Append after that version, with the read model's row and the follow-ups in one transaction.

        None is behind whatever is there: for facts that no decision on the stream stands behind.

        The same key again appends nothing and returns what it appended then. Raises Conflict, also where the
        row's repository has not so many rows (`among`) any more.
        """


class Kept(Protocol):
    """What the log alone is needed for: no more than an operator's command line has beside a running bot."""

    @property
    def log(self) -> EventLog: ...

    @property
    def clock(self) -> Clock: ...


class Blobs(Protocol):
    """Texts, diffs and transcripts by the SHA-256 of their bytes, encrypted with a key per repository."""

    async def put(self, repository_id: int, content: bytes) -> str: ...

    async def get(self, repository_id: int, digest: str) -> bytes:
        """The bytes. Raises StepFailed("forgotten") where they were destroyed or deleted."""


class Effects(Protocol):
    """What was intended outside and what came of it: a doubtful outcome is looked up, never repeated."""

    async def begin(self, key: str) -> Intent:
        """Note the intent durably, and tell what is known of it."""

    async def finish(self, key: str, *, result: str) -> None: ...


class Notes(Protocol):
    """Small values of which only the newest counts."""

    async def get(self, key: str) -> str | None: ...

    async def all_of(self, keys: Sequence[str]) -> Mapping[str, str]: ...

    async def put(self, key: str, value: str) -> None: ...


class Integrations(Protocol):
    """The read model: one row an integration, as `projections.row_of` made it."""

    async def get(self, integration_id: str) -> Mapping[str, Any] | None: ...

    async def find(self, **columns: str | int) -> list[Mapping[str, Any]]:
        """Rows whose columns all have these values, newest first."""

    async def since(self, moment: datetime, **columns: str | int) -> list[Mapping[str, Any]]:
        """Those of these values with a fact at that moment or later."""


class Comments(Protocol):
    """Comments on issues and pull requests, and reactions to them."""

    async def react(self, repository: Repository, comment_id: int, *, content: str) -> None: ...

    async def find(self, repository: Repository, issue: int, *, marker: str) -> int | None:
        """The comment that carries the marker and that this App itself wrote."""

    async def create(self, repository: Repository, issue: int, *, body: str) -> int: ...

    async def written_at(self, repository: Repository, comment_id: int) -> str:
        """When the comment was made, by GitHub's clock."""

    async def edit(self, repository: Repository, comment_id: int, *, body: str) -> None: ...


class Branches(Protocol):
    """Branches and commits, through the Git Data API."""

    async def head(self, repository: Repository, branch: str) -> Commit | None: ...

    async def commit(
        self,
        repository: Repository,
        *,
        parent: str,
        edits: Sequence[FileEdit],
        message: str,
        merging: str = "",
    ) -> Commit:
        """A commit on top of `parent`, as the App, on no branch yet; the edits are of what it merges."""

    async def create(self, repository: Repository, branch: str, *, sha: str) -> None: ...
    async def move(self, repository: Repository, branch: str, *, sha: str) -> None:
        """To a commit that follows what stands there. Raises StepFailed: branch_moved, branch_gone,
        branch_protected.
        """

    async def since(self, repository: Repository, old: str, new: str) -> Since: ...

    async def began(self, repository: Repository, base: str, head: str) -> str | None:
        """The commit from which `head` left `base`, None where they have nothing in common."""

    async def delete(self, repository: Repository, branch: str) -> None:
        """Delete it; one that is gone already is no error."""


class PullRequests(Protocol):
    """The pull requests that the bot itself opened."""

    async def find(self, repository: Repository, *, branch: str) -> PullRequest | None: ...

    async def get(self, repository: Repository, number: int) -> PullRequest: ...

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
        """Open it. Raises StepFailed, "drafts_unsupported" where it was to be a draft and there are none."""

    async def make_ready(self, repository: Repository, number: int) -> None:
        """What was a draft is one no more."""

    async def describe(self, repository: Repository, number: int, *, title: str, body: str) -> str: ...

    async def body(self, repository: Repository, number: int) -> str:
        """What it says of itself now, whoever wrote it. Raises StepFailed."""

    async def rewrite(self, repository: Repository, number: int, *, body: str) -> None:
        """Give it another body. Raises StepFailed."""

    async def retitle(self, repository: Repository, number: int, *, title: str) -> None:
        """Give it another title. Raises StepFailed."""

    async def label(self, repository: Repository, number: int, *, labels: Sequence[str]) -> bool:
        """Give it these labels beside those that it has; whether GitHub took them."""

    async def reviewers(self, repository: Repository, number: int) -> list[str]:
        """Who is asked for a review and has not given it, each with the sign: @user, @org/team."""

    async def ask_reviewers(
        self, repository: Repository, number: int, *, users: Sequence[str], teams: Sequence[str]
    ) -> bool:
        """Ask them beside those who are; whether GitHub took them, all or none. Raises StepFailed."""

    async def review_state(self, repository: Repository, number: int, review: int) -> str | None:
        """What that review says by now ("approved", "dismissed", ...); None where it is not shown."""

    async def line_remarks(self, repository: Repository, number: int, review: int) -> list[LineRemark]:
        """What that review says of single lines, in its order."""

    async def close(self, repository: Repository, number: int) -> None: ...

    async def merge(
        self, repository: Repository, number: int, *, head: str, method: MergeMethod, message: str
    ) -> str | None:
        """Merge exactly this head; the commit on the base, None where this method is not allowed there.

        The message is for a method that makes a commit of all. Raises StepFailed: head_moved, or what
        `landing.MENDABLE` names.
        """

    async def mergeability(self, repository: Repository, number: int) -> Mergeability:
        """Whether it could be merged, as far as GitHub finds out in a moment."""


Subscriber = Callable[[Integration, Integration], FollowUp | None]
"""Told of every fact, with the integration before and after it; what it answers commits with the fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All ports, as a step is given them."""

    clock: Clock
    log: EventLog
    blobs: Blobs
    effects: Effects
    notes: Notes
    line: Line
    sign_ins: SignIns
    integrations: Integrations
    repositories: Repositories
    issues: Issues
    comments: Comments
    conversations: Conversations
    branches: Branches
    pulls: PullRequests
    labels: Labels
    checks: Checks
    reviews: Reviews
    review_threads: ReviewThreads
    review_checks: Checks
    files: Files
    deployments: Deployments
    workflows: Workflows
    sources: Sources
    sandbox: Sandbox
    installations: Installations
    claude: Claude
    batches: Batches
    rules: Rules
    subscribers: tuple[Subscriber, ...]
    slack: Slack | None = None
    saga: str = "integration_saga_v1"  # carries what is asked for from now on; what runs keeps its own
    reads_here: bool = True  # this process works the queue `ai`: what is fetched ahead is at hand there
