"""Plain values and failures that cross the ports: what both sides of one may import."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person or machine on GitHub: the numeric id identifies, the login is for reading."""

    id: int
    login: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """As one installation sees it: names change, numbers do not. `owner_id` is known where it was told."""

    id: int
    full_name: str = field(compare=False)
    installation_id: int
    owner_id: int | None = field(default=None, compare=False)

    @property
    def account(self) -> str:
        """Whose it is, for sharing: each account has an installation of its own."""
        return str(self.installation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request at a door, kept before it is answered.

    `key` is the sender's own delivery id. `meaning` names the act itself where the payload has an id for it
    ("issue_comment.created:123:2026-01-01T00:00:00Z"), so that a replay under a fresh id is recognised.
    `kind` is "event.action", or "event" where the family has no action. `installation` and `repository` are
    where it came from, or `workspace`. `digest` names the bytes: nobody else can make one (the signature
    itself).
    """

    key: str
    source: Literal["github", "slack"]
    kind: str
    meaning: str | None
    body: bytes
    digest: bytes
    received_at: datetime
    installation: int | None = field(default=None, compare=False)
    repository: int | None = field(default=None, compare=False)
    repository_name: str | None = field(default=None, compare=False)
    workspace: str | None = field(default=None, compare=False)

    @property
    def share(self) -> str:
        """Whose share of the work it is: one that has to wait delays nobody else's."""
        return self.workspace or str(self.installation or "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A domain event, encoded: what is appended."""

    type: str
    data: Mapping[str, Any]


class Recorded(NamedTuple):
    """A fact as the log keeps it. `seq` is global and gapless, `version` counts from 1 in its stream.

    A tuple that keeps its JSON as it lies there: a replay makes thousands, and looks into few of them.
    """

    seq: int
    stream: str
    version: int
    type: str
    data_json: str
    meta_json: str
    at: datetime
    hash: str

    @property
    def data(self) -> Mapping[str, Any]:
        """What it says."""
        read: Mapping[str, Any] = json.loads(self.data_json)
        return read

    @property
    def meta(self) -> Mapping[str, Any]:
        """Who appended it, through which door, under which key."""
        read: Mapping[str, Any] = json.loads(self.meta_json)
        return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A workflow to be started by the engine, in the transaction of the fact that calls for it."""

    queue: str
    workflow: str
    id: str
    args: tuple[str | int, ...]
    partition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """A message for a waiting workflow, in the transaction of the fact that it should look at."""

    workflow_id: str
    topic: str
    key: str


FollowUp = Start | Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is known of an outside effect: `fresh` if never tried; `result` once it is done; else in doubt."""

    fresh: bool
    result: str | None
    begun_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """One file of a change: its whole new content, or `None` where it is deleted."""

    path: str
    content: bytes | None
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What has come to a branch since a commit: whether only by adding to it, and by whom, if known."""

    only_added: bool
    authors: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """One file of a commit. `mode` as git spells it: 100644, 100755, 120000 (link), 160000 (submodule)."""

    path: str
    mode: str
    sha: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit on GitHub and the tree it holds."""

    sha: str
    tree: str


MergeMethod = Literal["merge", "squash", "rebase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFacts:
    """What GitHub says of a repository now; no merge methods where it does not say which it allows."""

    id: int
    full_name: str
    default_branch: str
    private: bool
    archived: bool
    merge_methods: tuple[MergeMethod, ...] = ()
    owner_id: int | None = None
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request as it stands on GitHub, opened at that time; `merge_sha` only once it is merged."""

    number: int
    head: str
    base: str
    state: Literal["open", "closed"]
    merged: bool
    merge_sha: str | None
    opened_at: str
    draft: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call; `input_tokens` without the cache's. What `is_batched` costs half."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    is_batched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call of the Messages API, whole: blocks, tools and schema in the API's own shapes."""

    model: str
    system: str
    messages: tuple[Mapping[str, Any], ...]
    tools: tuple[Mapping[str, Any], ...] = ()
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 16_000
    may_call: bool = True  # its tools are there to be called; else only to be recognised
    prompts: tuple[str, ...] = ()  # the files of words in it, as name:digest; the API is not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model said. `stop_reason` is `None` where the stream ended early: never run a tool then."""

    content: tuple[Mapping[str, Any], ...]
    stop_reason: str | None
    usage: Usage
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an answer cost that broke off, as far as the API had said it by then."""

    model: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """What one sandboxed run may use: of files and disk, what it writes to its working copy."""

    seconds: int = 900
    memory_mib: int = 2048
    processes: int = 256
    files: int = 100_000
    disk_mib: int = 2048
    output_mib: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a sandboxed command ended, and `during` what. `status` is None where it was stopped.

    `output` is standard output and error together, head and tail kept where it was too long.
    """

    status: int | None
    output: str
    seconds: float
    ended: Literal["exited", "timeout", "memory", "processes", "output", "disk"]
    during: Literal["tests", "setup"] = "tests"


class Refused(Exception):
    """The door says no: an HTTP status, a stable code, and what to do about it; `more` goes with that."""

    def __init__(self, status: int, code: str, detail: str = "", **more: Any) -> None:
        super().__init__(status, code, detail)
        self.status, self.code, self.detail, self.more = status, code, detail, more


class Unavailable(Exception):
    """A dependency cannot answer now; trying later may help. `retry_after` in seconds where it was told."""

    def __init__(self, code: str, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(code, detail)
        self.code, self.detail, self.retry_after = code, detail, retry_after


STOPPED: Final = "stopped"  # the code of work that was taken out of its queue; the log says why


class StepFailed(Exception):
    """A business failure: trying again will not help, the saga undoes. `code` is the public reason."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


class Conflict(Exception):
    """Somebody else appended to the stream since it was read; load again and decide again."""
