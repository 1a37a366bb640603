"""What people are shown of an integration, decided before it is put into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.application.decisions import Decision, decisions_in
from bot.application.lives import ending_of
from bot.application.own_settings import as_written
from bot.application.passes import Pass, passes_of
from bot.application.spec import Spec
from bot.domain import events as e
from bot.domain import planning
from bot.domain.approving import Standing
from bot.domain.freezing import Freeze
from bot.domain.integration import Integration
from bot.domain.removal import ShownRemoval
from bot.domain.reports import Told
from bot.domain.states import State
from bot.domain.trust import Tested
from bot.records import Recorded

STEPS: Final[Mapping[State, str]] = {
    State.VALIDATING: "validate_request",
    State.GENERATING: "generate_code",
    State.TESTING: "run_tests",
    State.REVIEWING: "create_pull_request",
    State.DEPLOYING: "deploy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One pass through a step; `mark` is what came of it.

    It is todo, running, waiting, done, remarked, repaired, sent_back or failed.
    """

    name: str
    mark: str
    began: datetime | None = None
    ended: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, where it has ended."""
        return (self.ended - self.began).total_seconds() if self.began and self.ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingChecks:
    """Checks of others that fail on this commit; `left` is why it is not sent back for them, as a code."""

    head: str
    names: tuple[str, ...]
    count: int
    left: str


@dataclass(frozen=True, slots=True)
class TurnView:
    """Its place in the line of its repository, counted from one, and the issues before it and at work."""

    place: int
    before: tuple[int, ...]
    at_work: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """Everything the status comment says; `during` is the step it failed in. Money in US dollars.

    `held_up` is what does not answer, and the code of how; `held` is why it cannot be merged, and the detail
    of that. `ending` is what its last word is known by, `retried` who had it tried again last, and from which
    state. `at_work` is what the model does and to what, `counted` are the checks that have ended, and all of
    them.
    """

    id: str
    title: str
    own: Mapping[str, Any]
    state: str
    requested_by: str
    steps: tuple[StepView, ...]
    waiting_for: str | None
    held_up: tuple[str, str] | None
    head: str
    checks: FailingChecks | None
    held: tuple[str, str] | None
    went_back_for_base: bool
    base: str
    pull_request: int | None
    branch: str
    environment: str
    way: str
    workflow: str
    run: e.RunSeen | None
    deployment_needs_person: bool
    merged: str
    approvers: tuple[str, ...]
    approvals_needed: int
    rules: tuple[Standing, ...]
    unread: tuple[str, ...]
    reason: str | None
    during: str | None
    cause: str | None
    detail: str
    rolled_back_by: str | None
    removal: ShownRemoval | None
    edition: int
    in_use: tuple[int, int] | None
    life: int
    retried: tuple[str, str] | None
    undone: tuple[tuple[str, str, str], ...]
    settled: bool
    ending: str
    turns: int
    lost: int
    cached_share: float | None
    turns_allowed: int
    tokens_allowed: int
    dollars: float
    dollars_allowed: float
    minutes_allowed: int | None
    tests: str
    tester: str
    check_minutes: int
    counted: tuple[int, int]
    tests_configured: bool | None
    tested: Tested
    told: Told | None
    runs_again: bool
    files: int
    own_counts: bool
    self_approved: bool
    kept_back: tuple[str, ...]
    left_out: tuple[str, ...]
    outsiders: tuple[str, ...]
    installs_wanted: tuple[str, ...]
    may_install: bool
    at_work: tuple[str, str] | None
    turn: TurnView | None
    plan: Spec | None
    own_plan: bool
    freezes: tuple[Freeze, ...]
    decided: tuple[Decision, ...]

    @property
    def is_open(self) -> bool:
        """Whether anything of it could still stand still."""
        return self.reason is None and self.state not in {State.ACTIVE, State.DEPRECATED}


def view_of(  # noqa: PLR0913  what its facts hold only digests of
    it: Integration,
    records: Sequence[Recorded],
    *,
    detail: str = "",
    tested: Tested | None = None,
    told: Told | None = None,
    kept_back: tuple[str, ...] = (),
    failing: tuple[str, ...] = (),
    plan: Spec | None = None,
    removal: ShownRemoval | None = None,
    own_counts: bool = False,
    at_work: tuple[str, str] | None = None,
    turn: TurnView | None = None,
    freezes: tuple[Freeze, ...] = (),
) -> StatusView:
    """The integration as people see it; what is given beside, its facts hold only digests of.

    `own_counts` says whether the operator lets the one who asked approve.
    """
    of = it.newer or it
    return StatusView(
        id=of.id,
        title=it.title,
        own=as_written(it.own),
        state=it.state,
        requested_by=of.requested_by.login,
        steps=tuple(steps_of(of, records)),
        waiting_for=it.waiting_for,
        held_up=(of.held_up.by, of.held_up.code) if of.held_up else None,
        head=of.head,
        checks=_failing(of, failing),
        held=(of.held.code, of.held.detail) if of.held else None,
        went_back_for_base=of.went_back_for_base,
        base=of.base,
        pull_request=of.pull_request,
        branch=of.branch,
        environment=of.environment,
        way=of.way,
        workflow=of.workflow,
        run=of.run,
        deployment_needs_person=of.deployment_needs_person,
        merged=of.merged,
        approvers=tuple(dict.fromkeys(given.by.login for given in of.approvals)),
        approvals_needed=of.approvals_needed,
        rules=of.rules_standing,
        unread=of.unread,
        reason=of.reason,
        during=STEPS.get(State(of.during)) if of.during else None,
        cause=of.cancelled,
        detail=detail or of.detail,
        rolled_back_by=of.rolled_back.by.login if of.rolled_back else None,
        removal=removal,
        edition=of.edition,
        in_use=_in_use(it),
        life=of.life,
        retried=(of.retried.by.login, of.retried.state) if of.retried else None,
        undone=tuple((undone.step, undone.outcome, undone.what) for undone in of.undone),
        settled=of.settled,
        ending=ending_of(it),
        turns=of.turns,
        lost=of.lost,
        cached_share=of.cached_share,
        turns_allowed=of.turns_allowed,
        tokens_allowed=of.tokens_allowed,
        dollars=of.micro_usd / 1e6,
        dollars_allowed=of.micro_usd_allowed / 1e6,
        minutes_allowed=of.minutes_allowed,
        tests=" ".join(of.tests),
        tester=of.tester,
        check_minutes=of.check_minutes,
        counted=of.counted_here,
        tests_configured=of.tests_configured,
        tested=tested or of.tested,
        told=told,
        runs_again=of.runs_again and it.state is State.TESTING,
        files=of.files,
        own_counts=own_counts,
        self_approved=any(given.by == of.requested_by for given in of.approvals),
        kept_back=kept_back,
        left_out=of.left_out,
        outsiders=of.outsiders,
        installs_wanted=of.installs_wanted,
        may_install=of.may_install,
        at_work=at_work,
        turn=turn,
        plan=plan,
        own_plan=planning.own_counts(of, alone=own_counts),
        freezes=freezes,
        decided=tuple(decisions_in(records)),
    )


def _in_use(it: Integration) -> tuple[int, int] | None:
    """The version that runs where another is shown, and its pull request."""
    runs = it if it.newer is not None else it.before
    is_shown = it.newer is None and it.state in {State.ACTIVE, State.DEPRECATED}
    return None if runs is None or is_shown else (runs.edition, runs.pull_request or 0)


def _failing(it: Integration, names: tuple[str, ...]) -> FailingChecks | None:
    known = it.failing_checks
    if known is None:
        return None
    return FailingChecks(head=known.head, names=names, count=len(known.failing), left=known.left)


def steps_of(it: Integration, records: Sequence[Recorded]) -> list[StepView]:
    """Each pass through a step with its times, then the steps still to come."""
    passes = [each for each in passes_of(it.id, records) if each[3] == it.edition]
    shown = [
        StepView(name=STEPS[state], mark=_mark(passes, index, it), began=began, ended=ended)
        for index, (state, began, ended, _) in enumerate(passes)
        if state in STEPS
    ]
    if it.state in {State.FAILED, State.ACTIVE, State.DEPRECATED}:
        return shown
    reached = passes[-1][0] if passes else State.DRAFT
    order = list(STEPS)
    rest = order[order.index(reached) + 1 :] if reached in order else order
    return [*shown, *(StepView(name=STEPS[state], mark="todo") for state in rest)]


def _mark(passes: Sequence[Pass], index: int, it: Integration) -> str:
    if index == len(passes) - 1:
        return "waiting" if it.waiting_for else "running"
    state, following = passes[index][0], passes[index + 1][0]
    if following is State.FAILED:
        return "failed"
    if (state, following) == (State.TESTING, State.GENERATING):
        return "repaired"
    if following is State.GENERATING and state in {State.REVIEWING, State.DEPLOYING}:
        return "sent_back"
    return "remarked" if (state, following) == (State.TESTING, State.REVIEWING) and it.remarks else "done"
