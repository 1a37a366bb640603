"""What happened to an integration, in the past tense: short facts and digests, never texts."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from bot.records import Actor, Fact, MergeMethod, Recorded
from bot.run_records import Way

Tester = Literal["sandbox", "checks"]
RunOf = Literal["change", "old_tests", "base"]
# Why checks that fail do not send back what is at its gate: the model has found nothing to change for them.
DISPUTED: Final = "disputed"


class Happened(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A fact. As such a structure thousands are read in the time that hundreds of a dataclass take.

    None can be part of a circle, and so the garbage collector passes them by.
    """


class IntegrationRequested(Happened, frozen=True, kw_only=True):
    """Somebody asked; `request` is the digest of their words, the limits are the ceilings of this run.

    `minutes` is None where it was asked for before there was such a ceiling. `plan_first` is whether whoever
    asked wants to see the plan before anything is written.
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
    plan_first: bool = False


class VersionRequested(Happened, frozen=True, kw_only=True):
    """Somebody asked for another version of what runs; `request` is the digest of their words.

    The ceilings are those of all its versions together from then on.
    """

    by: Actor
    request: str
    turns: int
    tokens: int
    micro_usd: int
    minutes: int | None = None
    plan_first: bool = False


class PathRule(Happened, frozen=True, kw_only=True):
    """Where a change touches such a path, so many have to approve it who may: of that role (any that approves
    where none is named), and named in `by` or a member of a team that is (anybody where nobody is named).

    It is no fact by itself, but a part of some.
    """

    path: str
    count: int = 1
    role: str = ""
    by: tuple[str, ...] = ()


class Own(Happened, frozen=True, kw_only=True):
    """What is set for one integration alone, by the keys of the configuration; None is as that has it.

    `reviewers` are names with their sign, or `codeowners`. It is no fact by itself, but a part of one.
    """

    plan_first: bool | None = None
    approvals: int | None = None
    test_remarks: str | None = None
    update: bool | None = None
    reviewers: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    reminders: bool | None = None


class ValidationStarted(Happened, frozen=True, kw_only=True):
    """The saga took it up."""


class QuestionsAsked(Happened, frozen=True, kw_only=True):
    """The request is not clear enough; `questions` is the digest of what the bot wants to know.

    `reminders` is whether people are reminded where nobody answers; so it is with the facts below.
    """

    questions: str
    reminders: bool = True


class Answered(Happened, frozen=True, kw_only=True):
    """A person answered the bot's questions."""

    by: Actor
    text: str


class PlanProposed(Happened, frozen=True, kw_only=True):
    """This spec is to be approved before anything is written; `demanded` is whether the repository says so.

    `survey` is the digest of what the plan was made over, and `passed` how many of the tests passed there:
    where nothing of that has changed by its approval they are not run again.
    """

    spec: str
    demanded: bool
    survey: str
    passed: int | None = None
    reminders: bool = True


class PlanShown(Happened, frozen=True, kw_only=True):
    """The plan stands on the issue, for people to see, since then by GitHub's clock."""

    spec: str
    shown_at: str


class PlanApproved(Happened, frozen=True, kw_only=True):
    """A person approved this very spec: it may be written. That approves nothing of what comes of it."""

    by: Actor
    spec: str


class PlanSentBack(Happened, frozen=True, kw_only=True):
    """A person wants another plan than this spec; `said` is the digest of how it is to differ."""

    by: Actor
    spec: str
    said: str


class RequestValidated(Happened, frozen=True, kw_only=True):
    """The request became a spec, over this commit, with this command as the judge, to be merged this way.

    `passed` counts the tests that passed there, None where that cannot be told. `not_secret` are the paths
    that the repository vouches for, `kept_back` is the digest of those that are shown to nobody.
    `branch` is the template of the branch's name, `labels` are what the pull request is to be given.
    `setup` are the commands, each a line, by which what the tests need is installed, or `detects_setup` says
    that they are told from the files; `setup_files` are what these see beside the manifests.
    `sends_back` is whether failing checks of others send it back by themselves. `tester` says who judges the
    change: the sandbox with that command, or the repository's own `checks`, which have `check_minutes`, and
    of which those that are called as in `checks_needed` must be among them.
    `outsiders` are the names of those who may not write here and whose text the model reads. `reviewers` are
    who is asked for a review: names with their sign, `codeowners` for whom that file of the base names, or
    nobody.
    `updates` is whether the branch is brought up to date with a base that has moved also where GitHub does
    not ask for it.
    `reports` is where the tests leave their reports. `test_reruns` is how often tests that fail are run again
    before anything is repaired; 0 where it was validated before there was such a thing.
    `way` is how it goes out: by a GitHub Deployment to the environment, by the merge alone, or by that
    `workflow`, which is dispatched with these `inputs`.
    `path_rules` are what the repository says of approvals for certain paths. An approval holds for
    `approval_days`; 0 where it was validated before there was an end to that. `unread` are the repositories
    whose files may say more of that, and could not be read.
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
    branch: str = ""
    labels: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    detects_setup: bool = False
    setup_files: tuple[str, ...] = ()
    sends_back: bool = True
    tester: Tester = "sandbox"
    check_minutes: int = 60
    checks_needed: tuple[str, ...] = ()
    reminders: bool = True
    outsiders: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    updates: bool = False
    way: Way = "deployment"
    workflow: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    path_rules: tuple[PathRule, ...] = ()
    approval_days: int = 0
    test_reruns: int = 0
    unread: tuple[str, ...] = ()


class RulesRead(Happened, frozen=True, kw_only=True):
    """What its configuration says of approvals, which could not be read when it was validated, could be."""

    path_rules: tuple[PathRule, ...]
    approval_days: int


class TestsChosen(Happened, frozen=True, kw_only=True):
    """This command runs the repository's tests; whether the configuration says so, or its files told it."""

    tests: tuple[str, ...]
    configured: bool


class TurnTaken(Happened, frozen=True, kw_only=True):
    """The model was asked once and paid; `answer` is the digest of what it said.

    `left_out` are the kinds of secrets that were taken out of the question. `prompts` are the files of words
    for Claude that it was the first to use in this run, each as name:digest.
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
    prompts: tuple[str, ...] = ()


class AnswerLost(Happened, frozen=True, kw_only=True):
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


class InstallsWanted(Happened, frozen=True, kw_only=True):
    """By these files a change asks for something else to be installed, which nobody has granted yet."""

    paths: tuple[str, ...]


class InstallsGranted(Happened, frozen=True, kw_only=True):
    """A person lets the run have installed what its changes ask for, though it read what outsiders wrote."""

    by: Actor


class ToolsRun(Happened, frozen=True, kw_only=True):
    """The tools of a turn were run; `change` is the digest of the change so far.

    `tools` names each call's tool, of ours; none where that was not noted yet.
    """

    attempt: int
    turn: int
    results: str
    change: str
    tools: tuple[str, ...] = ()


class ContextCompacted(Happened, frozen=True, kw_only=True):
    """What tools said in the first `upto` entries of the conversation is not shown to the model any more.

    `tokens` is how long the conversation was before.
    """

    upto: int
    tokens: int


class CodeGenerated(Happened, frozen=True, kw_only=True):
    """The model says it is finished with this change."""

    attempt: int
    change: str
    files: int
    summary: str


class SandboxNoted(Happened, frozen=True, kw_only=True):
    """What its tests are run in from here on: of this kind, within these limits, without any network.

    `setup_hosts` are the only hosts that a set-up before them may reach.
    """

    kind: str
    seconds: int
    memory_mib: int
    processes: int
    files: int
    disk_mib: int
    output_mib: int
    setup_hosts: tuple[str, ...] = ()


class TestsPassed(Happened, frozen=True, kw_only=True):
    """The repository's own tests passed on the change: so many, and with these remarks, as codes."""

    attempt: int
    report: str
    passed: int | None = None
    remarks: tuple[str, ...] = ()


class TestsFailed(Happened, frozen=True, kw_only=True):
    """The repository's own tests failed on the change, or passed with remarks that are not accepted here.

    So many passed and failed, None where that cannot be told; their names are in the report.
    """

    attempt: int
    report: str
    ended: str
    remarks: tuple[str, ...] = ()
    passed: int | None = None
    failed: int | None = None


class TestsRepeated(Happened, frozen=True, kw_only=True):
    """The tests failed, and are run again on the very same files before anything comes of it.

    `of` says which: those of the change, those as they were before it, or what there is before any change.
    So many passed and failed in the run that failed, None where that cannot be told; the names are in its
    report.
    """

    attempt: int
    report: str
    passed: int | None = None
    failed: int | None = None
    of: RunOf = "change"


class RepairStarted(Happened, frozen=True, kw_only=True):
    """The model gets another try, with the failing report."""

    attempt: int


class CommitMade(Happened, frozen=True, kw_only=True):
    """The change is a commit on GitHub, on no branch yet."""

    head: str
    tree: str


class BranchCreated(Happened, frozen=True, kw_only=True):
    """The commit has a branch."""

    branch: str
    head: str


class PullRequestCreated(Happened, frozen=True, kw_only=True):
    """The pull request is open, since then by GitHub's clock; None where that was not noted yet.

    `draft` is whether it is one until the repository's own checks have passed.
    """

    number: int
    head: str
    opened_at: str | None = None
    draft: bool = False


class ChecksCounted(Happened, frozen=True, kw_only=True):
    """Of the checks that judge this commit so many have come to their end, of so many by now."""

    head: str
    done: int
    total: int


class PullRequestReady(Happened, frozen=True, kw_only=True):
    """The pull request is a draft no more."""

    number: int


class PullRequestLabelled(Happened, frozen=True, kw_only=True):
    """The pull request has its labels; or GitHub did not take them."""

    labels: tuple[str, ...]
    taken: bool = True


class ReviewersAsked(Happened, frozen=True, kw_only=True):
    """These were asked for a review of that commit; GitHub did not take the others.

    `left_out` counts those beyond the most that are asked; `trouble` is why some or all were not, as a code.
    """

    head: str
    names: tuple[str, ...]
    refused: tuple[str, ...] = ()
    left_out: int = 0
    trouble: str = ""


class CheckOpened(Happened, frozen=True, kw_only=True):
    """The bot's check run on that commit is in progress."""

    check: int
    head: str


class CheckClosed(Happened, frozen=True, kw_only=True):
    """The bot's check run was completed."""

    check: int
    conclusion: str


class GateRuled(Happened, frozen=True, kw_only=True):
    """Of the repository's rules for paths these hold for this commit, by the paths that it changes.

    `change` is what was known of the change then, over the base as it was.
    """

    head: str
    change: str
    rules: tuple[PathRule, ...] = ()


class Approved(Happened, frozen=True, kw_only=True):
    """A person approved this commit; `deploys` if they hold integration:deploy as well.

    `role` is what they were to the repository, `teams` which of the teams that its rules name they were a
    member of, `unasked` of which of them that could not be known. The approval holds `until` then.
    """

    by: Actor
    head: str
    deploys: bool
    role: str = ""
    teams: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    until: str | None = None


class ApprovalWithdrawn(Happened, frozen=True, kw_only=True):
    """Somebody dismissed the review by which a person had approved, or they asked for changes since."""

    by: Actor
    whose: Actor


class ApprovalLapsed(Happened, frozen=True, kw_only=True):
    """A person's approval of this commit is older than so many days, and holds no more."""

    whose: Actor
    head: str
    days: int


class ChangesRequested(Happened, frozen=True, kw_only=True):
    """A person sent it back from the gate; `said` is the digest of what the model is told of it.

    The work goes on from what stood on the branch then: this commit, which is the base with this change.
    `shared` is whether others have committed there, `authors` who they are, as far as GitHub knows them.
    `base_commit` is where the branch leaves its base, where somebody has merged that into it since.
    """

    by: Actor
    attempt: int
    said: str
    head: str
    change: str
    shared: bool = False
    authors: tuple[int, ...] = ()
    base_commit: str = ""


class ChecksFailed(Happened, frozen=True, kw_only=True):
    """Checks of others failed on the commit at the gate; `said` is the digest of what they say.

    `left` is why it is not sent back by itself for that, as a code; empty where it is.
    """

    head: str
    failing: tuple[int, ...]
    said: str
    left: str = ""


class SentBackByChecks(Happened, frozen=True, kw_only=True):
    """It went back from the gate by itself, for the checks that failed."""

    attempt: int


class ChecksDisputed(Happened, frozen=True, kw_only=True):
    """The model left what had passed before, and failed later, as it is: this very commit goes back to its
    gate, with the remarks on it that it had there, as codes.
    """

    head: str
    remarks: tuple[str, ...] = ()


class JudgedAgain(Happened, frozen=True, kw_only=True):
    """What waits as its judges failed it is judged once more: none of them fails it any longer."""

    attempt: int


class ChecksPassed(Happened, frozen=True, kw_only=True):
    """No check of others fails any more on the commit at the gate."""

    head: str


class BaseMoved(Happened, frozen=True, kw_only=True):
    """The base has moved, and the change is one of its new commit from now on; `head` is what the branch
    shows.

    `conflicts` counts the files in which both differ; `said` is then the digest of what the model is told of
    them. `merges` is whether the branch does not hold the new commit, so that the next commit has to. `keeps`
    is whether what was approved stays so: what would be merged is only tested once more.
    """

    attempt: int
    base_commit: str
    head: str
    change: str
    said: str = ""
    conflicts: int = 0
    merges: bool = True
    keeps: bool = False
    shared: bool = False
    authors: tuple[int, ...] = ()


class MergeHeld(Happened, frozen=True, kw_only=True):
    """It cannot be merged as things are, and waits for whoever can change that; `code` says for what.

    `detail` is GitHub's own word, or a code of ours.
    """

    code: str
    detail: str = ""


class MergeTriedAgain(Happened, frozen=True, kw_only=True):
    """Something happened that it may have waited for: a review, checks, a push."""

    because: str


class BranchMoved(Happened, frozen=True, kw_only=True):
    """The branch was moved on to the new commit."""

    head: str


class PullRequestDescribed(Happened, frozen=True, kw_only=True):
    """The pull request shows this commit, since then by GitHub's clock, and says what is in it."""

    head: str
    shown_at: str


class Rejected(Happened, frozen=True, kw_only=True):
    """A person closed the gate for good."""

    by: Actor
    why: str | None


class Released(Happened, frozen=True, kw_only=True):
    """The gate opened for this commit."""

    head: str


class Merged(Happened, frozen=True, kw_only=True):
    """Exactly the approved head was merged; `commit` is what the base branch got."""

    head: str
    commit: str


class PassportCompleted(Happened, frozen=True, kw_only=True):
    """The pull request says who approved it and what was merged; or GitHub did not let it be said there."""

    taken: bool = True


class DeployReleased(Happened, frozen=True, kw_only=True):
    """A person who holds integration:deploy let the merged commit be deployed."""

    by: Actor


class DeploymentCreated(Happened, frozen=True, kw_only=True):
    """GitHub was asked to deploy the merged commit."""

    deployment: int
    environment: str


class DeploymentReported(Happened, frozen=True, kw_only=True):
    """Whoever deploys said how it went: success, failure or error."""

    deployment: int
    outcome: str


class DeploymentSeen(Happened, frozen=True, kw_only=True):
    """It waits for the people of its environment, or they have let it go on."""

    deployment: int
    needs_person: bool


class WorkflowDispatched(Happened, frozen=True, kw_only=True):
    """GitHub was asked to run this workflow on the base; `run` is what came of it, None where not told."""

    workflow: str
    run: int | None


class RunSeen(Happened, frozen=True, kw_only=True):
    """The run that came of the dispatch is there, over this commit, which holds the merged one."""

    run: int
    url: str
    head: str
    needs_person: bool = False


class RunEnded(Happened, frozen=True, kw_only=True):
    """GitHub was asked how the run ended: its conclusion, or `unknown`."""

    run: int
    outcome: str


class Activated(Happened, frozen=True, kw_only=True):
    """The integration runs."""


class CancelRequested(Happened, frozen=True, kw_only=True):
    """Nothing new may happen to it any more; `cause` says why."""

    by: Actor
    cause: str


class RollBackRequested(Happened, frozen=True, kw_only=True):
    """A person took back what runs, or was going live; `why` is the digest of what they said."""

    by: Actor
    why: str | None


class DeprecationRequested(Happened, frozen=True, kw_only=True):
    """A person wants what runs taken out for good; `why` is the digest of what they said.

    `removed_in` is the pull request by which a person has taken it out already.
    """

    by: Actor
    why: str | None
    removed_in: int | None = None


class RemovalOpened(Happened, frozen=True, kw_only=True):
    """The pull request that takes it out is open: so many files.

    `left` is the digest of the paths, so many, that a person has to see to. `is_exact` is whether all else is
    as it was merged.
    """

    number: int
    head: str
    files: int
    left: str = ""
    left_files: int = 0
    is_exact: bool = True


class RemovalClosed(Happened, frozen=True, kw_only=True):
    """The pull request that takes it out was merged, or closed without that; by whom, where that is known."""

    merged: bool
    by: Actor | None = None


class RemovalGivenUp(Happened, frozen=True, kw_only=True):
    """It could not be taken out, for the reason of this code, and goes on running.

    `left` is the digest of the paths, so many, that a person has to see to.
    """

    code: str
    left: str = ""
    left_files: int = 0


class Deprecated(Happened, frozen=True, kw_only=True):
    """It is taken out, for good."""


class Retried(Happened, frozen=True, kw_only=True):
    """A person has what failed tried again, from this state on, in a new life.

    `said` is the digest of what the model is told of why, "" where it is told nothing new. `anew` is whether
    it begins its conversation and its change from nothing.
    """

    by: Actor
    state: str
    attempt: int
    said: str = ""
    anew: bool = False


class HeldUp(Happened, frozen=True, kw_only=True):
    """Somebody outside (claude, github, git) does not answer, and is asked again; `code` says how."""

    by: str
    code: str


class WentOn(Happened, frozen=True, kw_only=True):
    """What had held it up answers again."""


class Paused(Happened, frozen=True, kw_only=True):
    """It rests, and loses nothing by that; `cause` says until what is over, `detail` which ceiling."""

    cause: str
    detail: str


class Resumed(Happened, frozen=True, kw_only=True):
    """What it rested for is over, and it goes on where it stopped."""


class Reminded(Happened, frozen=True, kw_only=True):
    """People are reminded of what it waits for."""

    of: str


class BudgetRaised(Happened, frozen=True, kw_only=True):
    """A person let this run use up more, by so much of each ceiling."""

    by: Actor
    micro_usd: int
    turns: int
    tokens: int
    minutes: int


class Titled(Happened, frozen=True, kw_only=True):
    """A person gave it a title: a name like a branch's, and so no digest."""

    by: Actor
    title: str


class Adjusted(Happened, frozen=True, kw_only=True):
    """A person set for this one what else its repository's configuration says; what is None stays."""

    by: Actor
    own: Own


class RepositoryMoved(Happened, frozen=True, kw_only=True):
    """Its repository, which keeps its number, has another name now, or another installation sees it."""

    repository: str
    installation_id: int


class ReachedAgain(Happened, frozen=True, kw_only=True):
    """What had been out of reach when it failed is not any more: what was left is taken back, and told."""


class IntegrationFailed(Happened, frozen=True, kw_only=True):
    """It came to nothing; `reason` is a stable code, `during` the state it was in."""

    reason: str
    during: str
    detail: str


class StepUndone(Happened, frozen=True, kw_only=True):
    """One step was taken back: undone, nothing (to undo), not_undone, or needs_person."""

    step: str
    outcome: str
    what: str


class UndoFinished(Happened, frozen=True, kw_only=True):
    """Everything that could be taken back was."""


Event = (
    IntegrationRequested
    | VersionRequested
    | ValidationStarted
    | QuestionsAsked
    | Answered
    | PlanProposed
    | PlanShown
    | PlanApproved
    | PlanSentBack
    | TestsChosen
    | RequestValidated
    | TurnTaken
    | AnswerLost
    | ToolsRun
    | ContextCompacted
    | InstallsWanted
    | InstallsGranted
    | CodeGenerated
    | SandboxNoted
    | TestsPassed
    | TestsFailed
    | TestsRepeated
    | RepairStarted
    | CommitMade
    | BranchCreated
    | PullRequestCreated
    | ChecksCounted
    | PullRequestReady
    | PullRequestLabelled
    | ReviewersAsked
    | CheckOpened
    | CheckClosed
    | RulesRead
    | GateRuled
    | Approved
    | ApprovalWithdrawn
    | ApprovalLapsed
    | ChangesRequested
    | ChecksFailed
    | SentBackByChecks
    | ChecksDisputed
    | JudgedAgain
    | ChecksPassed
    | BaseMoved
    | MergeHeld
    | MergeTriedAgain
    | BranchMoved
    | PullRequestDescribed
    | Rejected
    | Released
    | Merged
    | PassportCompleted
    | DeployReleased
    | DeploymentCreated
    | DeploymentReported
    | DeploymentSeen
    | WorkflowDispatched
    | RunSeen
    | RunEnded
    | Activated
    | CancelRequested
    | RollBackRequested
    | DeprecationRequested
    | RemovalOpened
    | RemovalClosed
    | RemovalGivenUp
    | Deprecated
    | Retried
    | HeldUp
    | WentOn
    | Paused
    | Resumed
    | Reminded
    | BudgetRaised
    | Titled
    | Adjusted
    | RepositoryMoved
    | ReachedAgain
    | IntegrationFailed
    | StepUndone
    | UndoFinished
)

TYPES: Final[Mapping[str, type[Event]]] = {kind.__name__: kind for kind in get_args(Event)}

READERS: Final[Mapping[str, msgspec.json.Decoder[Event]]] = {
    name: msgspec.json.Decoder(kind) for name, kind in TYPES.items()
}


class UnknownEvent(Exception):
    """The log holds a fact that this version does not know: run the version that wrote it, or a newer one."""


def encode(events: Iterable[Event]) -> list[Fact]:
    """Events as the log keeps them."""
    return [Fact(type=type(event).__name__, data=_values(event)) for event in events]


def decode(records: Iterable[Recorded]) -> list[Event]:
    """Recorded facts as events; raises UnknownEvent."""
    return [_event(record) for record in records]


def _values(event: Event | PathRule | Own) -> dict[str, Any]:
    return {name: _plain(getattr(event, name)) for name in event.__struct_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, Actor):
        return {"id": value.id, "login": value.login}
    if isinstance(value, (PathRule, Own)):
        return _values(value)
    return list(map(_plain, value)) if isinstance(value, tuple) else value


def _event(record: Recorded) -> Event:
    reader = READERS.get(record.type)
    if reader is None:
        raise UnknownEvent(record.type)
    try:
        return reader.decode(record.data_json)
    except msgspec.DecodeError:  # also where there is half a surrogate, which the quick reader does not know
        return _event_of(record)


def _event_of(record: Recorded) -> Event:
    try:
        return msgspec.convert(record.data, TYPES[record.type])
    except msgspec.ValidationError as other:
        raise UnknownEvent(f"{record.type}: {other}") from None
