"""One fake a port: an object with a memory and no expectations; and a stage on which all of them stand."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.annotations import Annotation, Concluded
from bot.application.installations import Sandbox
from bot.application.ports import Subscriber, World
from bot.application.projections import row_of
from bot.check_records import CheckSuite, OthersCheck
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.merging import METHODS
from bot.domain.policy import Rules
from bot.domain.streams import is_integrations
from bot.issue_records import Issue
from bot.landing_records import Mergeability, Merging
from bot.line_records import Turn
from bot.owner_records import Ownership
from bot.records import (
    Actor,
    Answer,
    Commit,
    Conflict,
    Delivery,
    Fact,
    FileEdit,
    FollowUp,
    Intent,
    MergeMethod,
    Outcome,
    PullRequest,
    Question,
    Recorded,
    Repository,
    RepositoryFacts,
    SandboxLimits,
    Since,
    Spent,
    StepFailed,
    TreeEntry,
    Unavailable,
)
from bot.review_records import LineRemark
from tests.unit.fake_batches import FakeBatches
from tests.unit.fake_conversations import FakeConversations
from tests.unit.fake_reviews import FakeReviews, FakeThreads
from tests.unit.fake_slack import FakeSlack
from tests.unit.fake_workflows import FakeWorkflows
from tests.unit.histories import BASE, BEGAN, COMMIT, ID, MERGED_SHA, OPENED_AT, OWNER, SHOWN_AT, TEXTS, TREE

ROLES: Final = {1: "write", 2: "write", 3: "admin", 4: "read"}
ABOUT: Final = RepositoryFacts(
    id=7,
    full_name="acme/shop",
    default_branch="main",
    private=True,
    archived=False,
    owner_id=OWNER,
    page="https://github.com/acme/shop",
)
PASSED: Final = Outcome(status=0, output="1 passed", seconds=2.0, ended="exited")


class Died(Exception):
    """The process was killed here."""


@dataclass
class FakeClock:
    """Stands still until it is set."""

    time: datetime = BEGAN

    def now(self) -> datetime:
        return self.time


@dataclass
class FakeInbox:
    """Deliveries, each kept once."""

    kept: dict[str, Delivery] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    followed: list[FollowUp] = field(default_factory=list)

    async def keep(self, delivery: Delivery) -> bool:
        return self.kept.setdefault(delivery.key, delivery) is delivery

    async def take(self, key: str) -> Delivery | None:
        return self.kept.get(key)

    async def settle(self, key: str, follow_ups: Sequence[FollowUp] = ()) -> None:
        del self.kept[key]
        self.followed += follow_ups

    async def set_aside(self, key: str, *, why: str) -> None:
        self.aside[key] = why


def dated(past: Sequence[Recorded], row: Mapping[str, Any]) -> dict[str, Any]:
    """As the log dates a row."""
    return {"requested_at": past[0].at.isoformat(), "updated_at": past[-1].at.isoformat(), **row}


@dataclass
class FakeLog:
    """Streams in memory; a fact a second. `meanwhile` is what others do just before the next append,
    `silent` how many of the next reads are not answered.
    """

    streams: dict[str, list[Recorded]] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    follow_ups: list[FollowUp] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    silent: int = 0

    async def read(self, stream: str, *, until: datetime | None = None) -> list[Recorded]:
        if self.silent:
            self.silent -= 1
            raise Unavailable("database")
        return [record for record in self.streams.get(stream, []) if until is None or record.at <= until]

    async def newest(self, family: str) -> list[Recorded]:
        return [past[-1] for stream, past in self.streams.items() if past and stream.startswith(f"{family}:")]

    async def append(  # noqa: PLR0913  the port's own
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
        if self.meanwhile:
            self.meanwhile.pop(0)()
        past = self.streams.setdefault(stream, [])
        if said := [record for record in past if record.meta.get("key") == key]:
            return said
        if after is not None and len(past) != after:
            raise Conflict(stream)
        beside = [each for each in self.rows.values() if each["repository_id"] == row.get("repository_id")]
        if among is not None and among != len(beside):
            raise Conflict(stream)
        new = [self._recorded(stream, fact, len(past) + n, meta) for n, fact in enumerate(facts, start=1)]
        past += new
        if row:
            self.rows[stream] = dated(past, row)
        self.follow_ups += follow_ups
        return new

    def holds(self, history: Iterable[e.Event], *, stream: str = ID, key: str = "before") -> None:
        """These facts too, whoever appended them."""
        facts, past = e.encode(history), self.streams.setdefault(stream, [])
        past += [
            self._recorded(stream, fact, len(past) + n, {"key": key}) for n, fact in enumerate(facts, start=1)
        ]
        row = row_of(fold(stream, e.decode(past)))
        self.rows[stream] = dated(past, row)

    @property
    def integrations(self) -> list[str]:
        """The streams of integrations, without those of conversations."""
        return [stream for stream, past in self.streams.items() if past and is_integrations(stream)]

    def integration(self) -> Integration:
        """What the facts make of it."""
        return fold(ID, self.events())

    def events(self, stream: str = ID) -> list[e.Event]:
        return e.decode(self.streams.get(stream, []))

    def _recorded(self, stream: str, fact: Fact, version: int, meta: Mapping[str, Any]) -> Recorded:
        seq = sum(map(len, self.streams.values())) + 1
        data, about = json.dumps(fact.data), json.dumps(meta)
        at = BEGAN + timedelta(seconds=version - 1)
        return Recorded(
            seq=seq,
            stream=stream,
            version=version,
            type=fact.type,
            data_json=data,
            meta_json=about,
            at=at,
            hash="",
        )


@dataclass
class FakeBlobs:
    """Bytes by their digest."""

    contents: dict[str, bytes] = field(default_factory=lambda: dict(TEXTS))

    async def put(self, repository_id: int, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.contents[digest] = content
        return digest

    async def get(self, repository_id: int, digest: str) -> bytes:
        if digest not in self.contents:
            raise StepFailed("forgotten", digest)
        return self.contents[digest]


@dataclass
class FakeEffects:
    """Intents and results. Dies once before it notes the result of a key that begins with `dies_at`."""

    known: dict[str, str | None] = field(default_factory=dict)
    dies_at: str | None = None
    begun_at: datetime | None = None

    async def begin(self, key: str) -> Intent:
        fresh = key not in self.known
        return Intent(fresh=fresh, result=self.known.setdefault(key, None), begun_at=self.begun_at)

    async def finish(self, key: str, *, result: str) -> None:
        if self.dies_at is not None and key.startswith(self.dies_at):
            self.dies_at = None
            raise Died(key)
        self.known[key] = self.known[key] or result


@dataclass
class FakeNotes:
    """The newest value of each key."""

    known: dict[str, str] = field(default_factory=dict)

    async def get(self, key: str) -> str | None:
        return self.known.get(key)

    async def all_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        return {key: self.known[key] for key in keys if key in self.known}

    async def put(self, key: str, value: str) -> None:
        self.known[key] = value


@dataclass
class FakeSignIns:
    """Who is signed in, by number."""

    signed_in: set[int] = field(default_factory=set)

    async def end_all(self, person_id: int) -> None:
        self.signed_in.discard(person_id)


@dataclass
class FakeIntegrations:
    """The rows that the log wrote."""

    rows: dict[str, dict[str, Any]]

    async def get(self, integration_id: str) -> Mapping[str, Any] | None:
        return self.rows.get(integration_id)

    async def find(self, **columns: str | int) -> list[Mapping[str, Any]]:
        newest_first = reversed(self.rows.values())
        return [row for row in newest_first if all(row[name] == it for name, it in columns.items())]

    async def since(self, moment: datetime, **columns: str | int) -> list[Mapping[str, Any]]:
        return [row for row in await self.find(**columns) if row["updated_at"] >= moment.isoformat()]


@dataclass
class FakeRepositories:
    """One repository, its owner's `.github` beside it, and everybody's role; None where GitHub is silent.

    `unseen` says why it is not seen through an installation, by that one's number.
    """

    roles: dict[int, str] | None = field(default_factory=lambda: dict(ROLES))
    asked: list[int] = field(default_factory=list)
    owners: frozenset[int] = frozenset({3})
    is_blind: bool = False
    teams: dict[str, frozenset[int]] = field(default_factory=dict)
    facts: RepositoryFacts = ABOUT
    settings: RepositoryFacts | None = None
    unseen: dict[int, str] = field(default_factory=dict)

    async def settings_of_owner(self, repository: Repository) -> RepositoryFacts | None:
        return self.settings

    async def named(self, installation_id: int, full_name: str) -> RepositoryFacts | None:
        return self.facts if full_name.lower() == self.facts.full_name else None

    async def found(self, full_name: str) -> tuple[int, RepositoryFacts] | None:
        return (9, self.facts) if full_name.lower() == self.facts.full_name else None

    async def describe(self, repository: Repository) -> RepositoryFacts:
        return self.facts

    async def seen(self, repository: Repository) -> RepositoryFacts:
        if (no := self.unseen.get(repository.installation_id)) is not None:
            raise StepFailed(no)
        return self.facts

    async def app_owner(self) -> int:
        return OWNER

    async def app_login(self) -> str:
        return "claude-code-bot[bot]"

    async def role_name(self, repository: Repository, actor: Actor) -> str:
        self.asked.append(actor.id)
        if self.roles is None:
            raise Unavailable("github_unavailable")
        return self.roles.get(actor.id, "none")

    async def is_in_team(self, repository: Repository, actor: Actor, team: str) -> bool | None:
        return None if self.is_blind else actor.id in self.teams.get(team, frozenset())

    async def ownership(self, repository: Repository, actor: Actor) -> Ownership:
        return Ownership(
            id=OWNER,
            name="acme",
            is_owner=not self.is_blind and actor.id in self.owners,
            is_blind=self.is_blind,
        )


@dataclass
class FakeIssues:
    """Issues by number: those that were there, and those that were opened. `refuses` is what GitHub says."""

    there: dict[int, Issue] = field(default_factory=dict)
    opened: list[int] = field(default_factory=list)
    refuses: str | None = None

    async def get(self, repository: Repository, number: int) -> Issue:
        if number not in self.there:
            raise StepFailed("issue_gone")
        return self.there[number]

    async def find(self, repository: Repository, *, marker: str) -> int | None:
        return next((number for number in self.opened if marker in self.there[number].body), None)

    async def open(self, repository: Repository, *, title: str, body: str) -> int:
        if self.refuses is not None:
            raise StepFailed(self.refuses)
        self.opened.append(501 + len(self.opened))
        self.there[self.opened[-1]] = Issue(title=title, body=body, author=Actor(id=99, login="bot[bot]"))
        return self.opened[-1]


@dataclass
class FakeComments:
    """Comments by number, each with where it is; reactions; whether GitHub is away, and what it refuses."""

    bodies: dict[int, tuple[int, str]] = field(default_factory=dict)
    reactions: list[tuple[int, str]] = field(default_factory=list)
    away: bool = False
    refuses: str | None = None
    made: int = 0

    async def react(self, repository: Repository, comment_id: int, *, content: str) -> None:
        self._check_is_there()
        self.reactions.append((comment_id, content))

    async def find(self, repository: Repository, issue: int, *, marker: str) -> int | None:
        found = (number for number, (on, body) in self.bodies.items() if on == issue and marker in body)
        return next(found, None)

    async def create(self, repository: Repository, issue: int, *, body: str) -> int:
        self._check_is_there()
        if self.refuses is not None:
            raise StepFailed(self.refuses)
        self.made += 1
        self.bodies[99 + self.made] = (issue, body)
        return 99 + self.made

    async def written_at(self, repository: Repository, comment_id: int) -> str:
        if comment_id not in self.bodies:
            raise StepFailed("comment_gone")
        return SHOWN_AT

    async def edit(self, repository: Repository, comment_id: int, *, body: str) -> None:
        if comment_id not in self.bodies:
            raise StepFailed("comment_gone")
        self.bodies[comment_id] = (self.bodies[comment_id][0], body)

    def _check_is_there(self) -> None:
        if self.away:
            raise Unavailable("github_unavailable")

    def on(self, issue: int) -> list[str]:
        return [body for where, body in self.bodies.values() if where == issue]


@dataclass
class FakeBranches:
    """Branches by name, and every commit that was made, with its message."""

    heads: dict[str, Commit] = field(default_factory=lambda: {"main": Commit(sha=BASE, tree="7ee0" * 10)})
    made: list[tuple[str, Sequence[FileEdit], str]] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    come: Since = field(default_factory=lambda: Since(only_added=True, authors=(3,)))
    forked_at: str | None = None
    holding: dict[str, str] = field(default_factory=dict)
    merging: list[str] = field(default_factory=list)

    async def head(self, repository: Repository, branch: str) -> Commit | None:
        return self.heads.get(branch)

    async def commit(
        self,
        repository: Repository,
        *,
        parent: str,
        edits: Sequence[FileEdit],
        message: str,
        merging: str = "",
    ) -> Commit:
        self.made.append((parent, edits, message))
        self.merging.append(merging)
        return Commit(sha=COMMIT if len(self.made) == 1 else f"{len(self.made):040}", tree=TREE)

    async def create(self, repository: Repository, branch: str, *, sha: str) -> None:
        if branch in self.heads:
            if self.heads[branch].sha != sha:
                raise StepFailed("branch_taken", branch)
            return
        self.created.append(branch)
        self.heads[branch] = Commit(sha=sha, tree=TREE)

    async def move(self, repository: Repository, branch: str, *, sha: str) -> None:
        if branch not in self.heads or branch in self.stuck:
            raise StepFailed("branch_moved", branch)
        self.moved.append((branch, sha))
        self.heads[branch] = Commit(sha=sha, tree=TREE)

    async def since(self, repository: Repository, old: str, new: str) -> Since:
        return self.come

    async def began(self, repository: Repository, base: str, head: str) -> str | None:
        return self.holding.get(head, self.forked_at)

    async def delete(self, repository: Repository, branch: str) -> None:
        self.deleted.append(branch)
        self.heads.pop(branch, None)


@dataclass
class FakePullRequests:
    """Pull requests by number, each with its branch; what was opened, closed, tried to be merged, merged."""

    there: dict[int, tuple[str, PullRequest]] = field(default_factory=dict)
    opened: list[tuple[str, str]] = field(default_factory=list)
    described: list[tuple[int, str, str]] = field(default_factory=list)
    retitled: list[tuple[int, str]] = field(default_factory=list)
    remarks: dict[int, list[LineRemark]] = field(default_factory=dict)
    review_states: dict[int, str | None] = field(default_factory=dict)
    asked_reviews: list[int] = field(default_factory=list)
    labelled: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    takes_labels: bool = True
    bodies: dict[int, str] = field(default_factory=dict)
    mute: Exception | None = None
    rewritten: int = 0
    reviewing: list[str] = field(default_factory=list)
    review_calls: list[tuple[str, ...]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    closed: list[int] = field(default_factory=list)
    merged: list[tuple[int, str]] = field(default_factory=list)
    tried: list[MergeMethod] = field(default_factory=list)
    takes: tuple[MergeMethod, ...] = METHODS
    refuses: str | None = None
    has_drafts: bool = True
    made_ready: list[int] = field(default_factory=list)
    why: str = ""
    mergeable: bool | None = True
    merge_state: str = "clean"
    read: int = 0
    looked_at: list[int] = field(default_factory=list)
    looking: int = 0
    most_looking: int = 0
    hidden: dict[int, Exception] = field(default_factory=dict)

    def has(self, number: int, branch: str, head: str, **facts: Any) -> None:
        plain = {"base": "main", "state": "open", "merged": False, "merge_sha": None, "opened_at": OPENED_AT}
        self.there[number] = (branch, PullRequest(number=number, head=head, **{**plain, **facts}))

    async def find(self, repository: Repository, *, branch: str) -> PullRequest | None:
        return next((pull for name, pull in self.there.values() if name == branch), None)

    async def get(self, repository: Repository, number: int) -> PullRequest:
        self.read += 1
        if number not in self.there:
            raise StepFailed("pull_request_gone", f"#{number}")
        return self.there[number][1]

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
        if draft and not self.has_drafts:
            raise StepFailed("drafts_unsupported")
        self.opened.append((title, body))
        number = 11 + len(self.opened) + len(self.there)
        self.has(number, branch, COMMIT, base=base, draft=draft, title=title)
        return [pull for _, pull in self.there.values()][-1]

    async def make_ready(self, repository: Repository, number: int) -> None:
        self.made_ready.append(number)
        branch, pull = self.there[number]
        self.there[number] = (branch, replace(pull, draft=False))

    async def describe(self, repository: Repository, number: int, *, title: str, body: str) -> str:
        self.described.append((number, title, body))
        self.bodies[number] = body
        if number in self.there:
            branch, pull = self.there[number]
            self.there[number] = (branch, replace(pull, title=title))
        return SHOWN_AT

    async def body(self, repository: Repository, number: int) -> str:
        if self.mute is not None:
            raise self.mute
        return self.bodies.get(number, "")

    async def rewrite(self, repository: Repository, number: int, *, body: str) -> None:
        self.bodies[number] = body
        self.rewritten += 1

    async def retitle(self, repository: Repository, number: int, *, title: str) -> None:
        self.retitled.append((number, title))
        branch, pull = self.there[number]
        self.there[number] = (branch, replace(pull, title=title))

    async def label(self, repository: Repository, number: int, *, labels: Sequence[str]) -> bool:
        self.labelled.append((number, tuple(labels)))
        return self.takes_labels

    async def reviewers(self, repository: Repository, number: int) -> list[str]:
        return list(self.reviewing)

    async def ask_reviewers(
        self, repository: Repository, number: int, *, users: Sequence[str], teams: Sequence[str]
    ) -> bool:
        names = (*(f"@{user}" for user in users), *(f"@acme/{team}" for team in teams))
        self.review_calls.append(names)
        if self.mute is not None:
            raise self.mute
        if self.unknown & {*names}:
            return False
        self.reviewing += names
        return True

    async def review_state(self, repository: Repository, number: int, review: int) -> str | None:
        self.asked_reviews.append(review)
        return self.review_states.get(review, "approved")

    async def line_remarks(self, repository: Repository, number: int, review: int) -> list[LineRemark]:
        return self.remarks.get(review, [])

    async def close(self, repository: Repository, number: int) -> None:
        self.closed.append(number)
        branch, pull = self.there[number]
        self.has(number, branch, pull.head, state="closed")

    async def mergeability(self, repository: Repository, number: int) -> Mergeability:
        self.looking += 1
        self.most_looking = max(self.most_looking, self.looking)
        await asyncio.sleep(0)
        self.looking -= 1
        self.looked_at.append(number)
        if number in self.hidden:
            raise self.hidden[number]
        head = self.there[number][1].head
        return Mergeability(head=head, is_mergeable=self.mergeable, state=self.merge_state)

    async def merge(
        self, repository: Repository, number: int, *, head: str, method: MergeMethod, message: str
    ) -> str | None:
        self.tried.append(method)
        if method not in self.takes:
            return None
        if self.refuses is not None:
            raise StepFailed(self.refuses, self.why)
        self.merged.append((number, head))
        self.has(number, self.there[number][0], head, state="closed", merged=True, merge_sha=MERGED_SHA)
        return MERGED_SHA


@dataclass
class FakeChecks:
    """Check runs by number: the head, the external id and the conclusion of each; the last title given.

    `said` is what those were made with that were over at once.
    `others` are those of others by commit, with what they say of lines and the logs of their jobs; `suites`
    and `states` are their suites, and commit statuses.
    """

    runs: dict[int, tuple[str, str, str | None]] = field(default_factory=dict)
    said: list[Concluded] = field(default_factory=list)
    titled: str = ""
    reworded: list[tuple[int, str]] = field(default_factory=list)
    summed_up: str = ""
    others: dict[str, list[OthersCheck]] = field(default_factory=dict)
    suites: dict[str, list[CheckSuite]] = field(default_factory=dict)
    states: dict[str, list[OthersCheck]] = field(default_factory=dict)
    lines: dict[int, list[Annotation] | Exception] = field(default_factory=dict)
    logs: dict[int, str | Exception] = field(default_factory=dict)
    asked: int = 0

    async def find(self, repository: Repository, *, head: str, external_id: str) -> int | None:
        return next((n for n, run in self.runs.items() if run[:2] == (head, external_id)), None)

    async def create(
        self, repository: Repository, *, head: str, external_id: str, title: str, summary: str
    ) -> int:
        self.runs[31 + len(self.runs)] = (head, external_id, None)
        return 30 + len(self.runs)

    async def conclude(self, repository: Repository, *, head: str, external_id: str, said: Concluded) -> int:
        self.runs[31 + len(self.runs)] = (head, external_id, said.conclusion)
        self.said.append(said)
        return 30 + len(self.runs)

    async def complete(
        self, repository: Repository, check: int, *, conclusion: str, title: str, summary: str
    ) -> None:
        head, external_id, _ = self.runs.get(check, ("", "", None))
        self.runs[check] = (head, external_id, conclusion)
        self.titled = title

    async def say(self, repository: Repository, check: int, *, title: str, summary: str) -> None:
        self.reworded.append((check, title))
        self.summed_up = summary

    async def of_others(self, repository: Repository, head: str) -> list[OthersCheck]:
        self.asked += 1
        return self.others.get(head, [])

    async def suites_of_others(self, repository: Repository, head: str) -> list[CheckSuite]:
        return self.suites.get(head, [])

    async def statuses(self, repository: Repository, head: str) -> list[OthersCheck]:
        return self.states.get(head, [])

    async def annotations(self, repository: Repository, check: int) -> list[Annotation]:
        found = self.lines.get(check, [])
        if isinstance(found, Exception):
            raise found
        return found

    async def log_tail(self, repository: Repository, job: int) -> str:
        log = self.logs.get(job, StepFailed("github_not_found"))
        if isinstance(log, Exception):
            raise log
        return log


@dataclass
class FakeLabels:
    """Those of the repository, with what they are for."""

    there: dict[str, str] = field(default_factory=dict)

    async def all(self, repository: Repository) -> Mapping[str, str]:
        return self.there


@dataclass
class FakeFiles:
    """The files of each commit; `refuses` is what GitHub says in place of a content."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refuses: str | None = None

    async def find(self, repository: Repository, commit: str, path: str) -> TreeEntry | None:
        self.asked.append(commit)
        content = self.files.get(commit, {}).get(path)
        if content is None:
            return None
        sha = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        return TreeEntry(path=path, mode="100644", sha=sha, size=len(content))

    async def read(self, repository: Repository, entry: TreeEntry) -> bytes:
        if self.refuses is not None:
            raise StepFailed(self.refuses)
        there = (content for files in self.files.values() for content in files.values())
        return next(
            each for each in there if hashlib.sha1(each, usedforsecurity=False).hexdigest() == entry.sha
        )


@dataclass
class FakeDeployments:
    """Deployments by number, and the newest state of each."""

    asked: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)

    async def find(self, repository: Repository, *, sha: str, environment: str, key: str) -> int | None:
        return next((n for n, asked in self.asked.items() if asked == (sha, environment, key)), None)

    async def create(self, repository: Repository, *, sha: str, environment: str, key: str) -> int:
        self.asked[51 + len(self.asked)] = (sha, environment, key)
        return 50 + len(self.asked)

    async def state(self, repository: Repository, deployment: int) -> str | None:
        return self.states.get(deployment)

    async def set_state(self, repository: Repository, deployment: int, *, state: str, why: str) -> None:
        self.states[deployment] = state


@dataclass
class FakeSources:
    """The files of each commit; a working copy is a name."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    executable: tuple[str, ...] = ()
    modes: dict[str, str] = field(default_factory=dict)
    reports: dict[str, bytes] = field(default_factory=dict)
    merging: Merging | StepFailed = field(default_factory=lambda: Merging(edits=()))
    put_together: list[tuple[str, str, str]] = field(default_factory=list)
    differences: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def listing(self, repository: Repository, commit: str) -> Mapping[str, TreeEntry]:
        return {
            path: TreeEntry(
                path=path,
                mode=self.modes.get(path, "100755" if path in self.executable else "100644"),
                sha=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
                size=len(content),
            )
            for path, content in self.files.get(commit, {}).items()
        }

    async def read(self, repository: Repository, commit: str, path: str) -> bytes | None:
        return self.files.get(commit, {}).get(path)

    async def scan(
        self, repository: Repository, commit: str, paths: Sequence[str], look: Callable[[str, bytes], bool]
    ) -> None:
        there = self.files[commit]
        for path in (each for each in paths if each in there):
            if not look(path, there[path]):
                return

    @asynccontextmanager
    async def working_copy(
        self, repository: Repository, commit: str, edits: Sequence[FileEdit]
    ) -> AsyncIterator[Path]:
        yield Path("working-copy")

    async def changes(self, repository: Repository, commit: str, directory: Path) -> list[FileEdit]:
        return []

    async def written(
        self, directory: Path, chosen: Callable[[Sequence[str]], Sequence[str]], *, limit: int
    ) -> list[bytes]:
        return [self.reports[path] for path in chosen(list(self.reports))]

    async def difference(self, repository: Repository, old: str, new: str) -> bytes:
        if (old, new) not in self.differences:
            raise StepFailed("diff_too_large")
        return self.differences[old, new]

    async def merge(self, repository: Repository, *, base: str, ours: str, theirs: str) -> Merging:
        self.put_together.append((base, ours, theirs))
        if isinstance(self.merging, StepFailed):
            raise self.merging
        return self.merging


@dataclass
class FakeSandbox:
    """Ends as it is told; `meanwhile` is what happens while it runs."""

    outcome: Outcome = PASSED
    ran: list[Sequence[str]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    kind: str = "bubblewrap, control groups"

    async def run(
        self, argv: Sequence[str], *, directory: Path, limits: SandboxLimits, tenant: str
    ) -> Outcome:
        self.ran.append(argv)
        self.meanwhile()
        return self.outcome


@dataclass(frozen=True)
class FakeRoom:
    """A sandbox as a set-up left it, and how that failed or was refused."""

    sandbox: Sandbox
    failed: Outcome | None = None
    refused: tuple[str, ...] = ()


@dataclass
class FakeInstallations:
    """Remembers what was to be installed; each set-up with such a command ends as it is told."""

    sandbox: Sandbox
    failing: dict[tuple[str, ...], Outcome] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    asked: list[tuple[Sequence[Sequence[str]], dict[str, bytes]]] = field(default_factory=list)

    @asynccontextmanager
    async def furnished(
        self,
        commands: Sequence[Sequence[str]],
        files: Sequence[FileEdit],
        *,
        owner: str,
        limits: SandboxLimits,
        tenant: str,
    ) -> AsyncIterator[FakeRoom]:
        if commands:
            self.asked.append((commands, {each.path: each.content or b"" for each in files}))
        failed = next((self.failing[each] for each in map(tuple, commands) if each in self.failing), None)
        yield FakeRoom(self.sandbox, failed, self.refused)


@dataclass
class FakeClaude:
    """First the answers that break off, then the others, in order; the same key gives the same again."""

    answers: list[Answer] = field(default_factory=list)
    broken: list[tuple[Spent | None, Exception]] = field(default_factory=list)
    given: dict[str, Answer] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    async def ask(
        self, question: Question, *, key: str, repository_id: int, lost: Callable[[Spent], None]
    ) -> Answer:
        if self.broken:
            spent, failure = self.broken.pop(0)
            if spent is not None:
                lost(spent)
            raise failure
        if key not in self.given:
            self.asked.append(question)
            self.given[key] = self.answers.pop(0)
        return self.given[key]

    async def paid(self, *, key: str, repository_id: int) -> Answer | None:
        return self.given.get(key)


@dataclass
class FakeLine:
    """The turn of each integration that waits for one."""

    turns: dict[str, Turn] = field(default_factory=dict)

    async def turn(self, repository_id: int, integration_id: str) -> Turn | None:
        return self.turns.get(integration_id)


@dataclass
class Stage:
    """Every fake, at hand; `world` is what a step is given of it."""

    clock: FakeClock = field(default_factory=FakeClock)
    log: FakeLog = field(default_factory=FakeLog)
    blobs: FakeBlobs = field(default_factory=FakeBlobs)
    effects: FakeEffects = field(default_factory=FakeEffects)
    notes: FakeNotes = field(default_factory=FakeNotes)
    line: FakeLine = field(default_factory=FakeLine)
    sign_ins: FakeSignIns = field(default_factory=FakeSignIns)
    repositories: FakeRepositories = field(default_factory=FakeRepositories)
    issues: FakeIssues = field(default_factory=FakeIssues)
    comments: FakeComments = field(default_factory=FakeComments)
    conversations: FakeConversations = field(default_factory=FakeConversations)
    branches: FakeBranches = field(default_factory=FakeBranches)
    pulls: FakePullRequests = field(default_factory=FakePullRequests)
    labels: FakeLabels = field(default_factory=FakeLabels)
    checks: FakeChecks = field(default_factory=FakeChecks)
    reviews: FakeReviews = field(default_factory=FakeReviews)
    review_threads: FakeThreads = field(default_factory=FakeThreads)
    review_checks: FakeChecks = field(default_factory=FakeChecks)
    files: FakeFiles = field(default_factory=FakeFiles)
    deployments: FakeDeployments = field(default_factory=FakeDeployments)
    workflows: FakeWorkflows = field(default_factory=FakeWorkflows)
    sources: FakeSources = field(default_factory=FakeSources)
    sandbox: FakeSandbox = field(default_factory=FakeSandbox)
    installations: FakeInstallations | None = None
    claude: FakeClaude = field(default_factory=FakeClaude)
    batches: FakeBatches = field(default_factory=FakeBatches)
    rules: Rules = field(default_factory=Rules)
    subscribers: tuple[Subscriber, ...] = ()
    slack: FakeSlack | None = None

    @property
    def world(self) -> World:
        return World(
            clock=self.clock,
            log=self.log,
            blobs=self.blobs,
            effects=self.effects,
            notes=self.notes,
            line=self.line,
            sign_ins=self.sign_ins,
            integrations=FakeIntegrations(self.log.rows),
            repositories=self.repositories,
            issues=self.issues,
            comments=self.comments,
            conversations=self.conversations,
            branches=self.branches,
            pulls=self.pulls,
            labels=self.labels,
            checks=self.checks,
            reviews=self.reviews,
            review_threads=self.review_threads,
            review_checks=self.review_checks,
            files=self.files,
            deployments=self.deployments,
            workflows=self.workflows,
            sources=self.sources,
            sandbox=self.sandbox,
            installations=self.installations or FakeInstallations(self.sandbox),
            claude=self.claude,
            batches=self.batches,
            rules=self.rules,
            subscribers=self.subscribers,
            slack=None if self.slack is None else self.slack.port(),
        )


def world(**overrides: Any) -> World:
    """A world of fakes, some of them one's own."""
    return Stage(**overrides).world
