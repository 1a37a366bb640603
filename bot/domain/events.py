"""What happened to an integration, in the past tense: short facts and digests, never texts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, get_args

from bot.records import Actor, Fact, MergeMethod, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationRequested:
    """Somebody asked; `request` is the digest of their words, the limits are the ceilings of this run.

    `minutes` is None where it was asked for before there was such a ceiling.
    """

    by: Actor
    repository_id: int
    repository: str
    installation_id: int
    issue: int
    request: str
    base: str | None
    turns: int
    tokens: int
    micro_usd: int
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationStarted:
    """The saga took it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsAsked:
    """The request is not clear enough; `questions` is the digest of what the bot wants to know."""

    questions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A person answered the bot's questions."""

    by: Actor
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestValidated:
    """The request became a spec, over this commit, with this command as the judge, to be merged this way.

    `passed` counts the tests that passed there, None where that cannot be told. `not_secret` are the paths
    that the repository vouches for, `kept_back` is the digest of those that are shown to nobody.
    """

    spec: str
    base: str
    base_commit: str
    tests: tuple[str, ...]
    environment: str
    merge_reverts: bool
    approvals: int = 1
    merge_method: MergeMethod = "merge"
    passed: int | None = None
    refuses_remarks: bool = False
    not_secret: tuple[str, ...] = ()
    kept_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTaken:
    """The model was asked once and paid; `answer` is the digest of what it said.

    `left_out` are the kinds of secrets that were taken out of the question.
    """

    step: str
    attempt: int
    turn: int
    answer: str
    stop_reason: str
    model: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    micro_usd: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLost:
    """An answer broke off, for the reason of this code: nothing came of it, and it was paid all the same."""

    step: str
    attempt: int
    turn: int
    code: str
    model: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    micro_usd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsRun:
    """The tools of a turn were run; `change` is the digest of the change so far."""

    attempt: int
    turn: int
    results: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGenerated:
    """The model says it is finished with this change."""

    attempt: int
    change: str
    files: int
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsPassed:
    """The repository's own tests passed on the change: so many, and with these remarks, as codes."""

    attempt: int
    report: str
    passed: int | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsFailed:
    """The repository's own tests failed on the change, or passed with remarks that are not accepted here."""

    attempt: int
    report: str
    ended: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairStarted:
    """The model gets another try, with the failing report."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitMade:
    """The change is a commit on GitHub, on no branch yet."""

    head: str
    tree: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchCreated:
    """The commit has a branch."""

    branch: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestCreated:
    """The pull request is open, since then by GitHub's clock; None where that was not noted yet."""

    number: int
    head: str
    opened_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOpened:
    """The bot's check run on that commit is in progress."""

    check: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckClosed:
    """The bot's check run was completed."""

    check: int
    conclusion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A person approved this commit; `deploys` if they hold integration:deploy as well."""

    by: Actor
    head: str
    deploys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWithdrawn:
    """Somebody dismissed the review by which a person had approved, or they asked for changes since."""

    by: Actor
    whose: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A person closed the gate for good."""

    by: Actor
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The gate opened for this commit."""

    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Exactly the approved head was merged; `commit` is what the base branch got."""

    head: str
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployReleased:
    """A person who holds integration:deploy let the merged commit be deployed."""

    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentCreated:
    """GitHub was asked to deploy the merged commit."""

    deployment: int
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentReported:
    """Whoever deploys said how it went: success, failure or error."""

    deployment: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated:
    """The integration runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """Nothing new may happen to it any more; `cause` says why."""

    by: Actor
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUp:
    """Somebody outside (claude, github, git) does not answer, and is asked again; `code` says how."""

    by: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOn:
    """What had held it up answers again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationFailed:
    """It came to nothing; `reason` is a stable code, `during` the state it was in."""

    reason: str
    during: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUndone:
    """One step was taken back: undone, nothing (to undo), not_undone, or needs_person."""

    step: str
    outcome: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoFinished:
    """Everything that could be taken back was."""


Event = (
    IntegrationRequested
    | ValidationStarted
    | QuestionsAsked
    | Answered
    | RequestValidated
    | TurnTaken
    | AnswerLost
    | ToolsRun
    | CodeGenerated
    | TestsPassed
    | TestsFailed
    | RepairStarted
    | CommitMade
    | BranchCreated
    | PullRequestCreated
    | CheckOpened
    | CheckClosed
    | Approved
    | ApprovalWithdrawn
    | Rejected
    | Released
    | Merged
    | DeployReleased
    | DeploymentCreated
    | DeploymentReported
    | Activated
    | CancelRequested
    | HeldUp
    | WentOn
    | IntegrationFailed
    | StepUndone
    | UndoFinished
)

TYPES: Final[Mapping[str, type[Event]]] = {kind.__name__: kind for kind in get_args(Event)}

# Fields of these types are in JSON what they are here; most facts have no others.
PLAIN: Final = (bool, int, str, int | None, str | None)
RICH: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(field.name for field in fields(kind) if field.type not in PLAIN)
    for name, kind in TYPES.items()
}


class UnknownEvent(Exception):
    """The log holds a fact that this version does not know: run the version that wrote it, or a newer one."""


def encode(events: Iterable[Event]) -> list[Fact]:
    """Events as the log keeps them."""
    return [Fact(type=type(event).__name__, data=_values(event)) for event in events]


def decode(records: Iterable[Recorded]) -> list[Event]:
    """Recorded facts as events; raises UnknownEvent."""
    return [_event(record.type, record.data) for record in records]


def _values(event: Event) -> dict[str, Any]:
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def _plain(value: Any) -> Any:
    if isinstance(value, Actor):
        return {"id": value.id, "login": value.login}
    return list(value) if isinstance(value, tuple) else value


def _event(name: str, data: Mapping[str, Any]) -> Event:
    kind = TYPES.get(name)
    if kind is None:
        raise UnknownEvent(name)
    if rich := RICH[name]:
        data = {**data, **{key: _rich(data[key]) for key in rich if key in data}}
    try:
        return kind(**data)
    except TypeError:
        newer = sorted(data.keys() - {field.name for field in fields(kind)})
        if not newer:
            raise
        raise UnknownEvent(f"{name} with {', '.join(newer)}") from None


def _rich(value: Any) -> Any:
    if isinstance(value, dict):
        return Actor(**value)
    return tuple(value) if isinstance(value, list) else value
