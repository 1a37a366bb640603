"""One integration: its facts folded into what it is now."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, assert_never

from msgspec import structs

from bot.domain import approving
from bot.domain import events as e
from bot.domain.copying import replace
from bot.domain.removal import Removal, removal_after
from bot.domain.setting_up import SetUp
from bot.domain.states import State
from bot.domain.trust import Remark, Tested
from bot.records import Actor, MergeMethod, Repository
from bot.run_records import Way

NOBODY: Final = Actor(id=0, login="ghost")
NOWHERE: Final = Repository(id=0, full_name="", installation_id=0)
NOTHING_OWN: Final = e.Own()
# Tests that pass with remarks are then taken for failed.
REFUSES: Final = "refuse"

Turn = e.TurnTaken | e.ToolsRun
# Where the tests had the last word.
TESTS_SAY: Final = ("tests", "tests_remarked")
# An answer that broke off is no sign that the next one will come whole.
LEAVES_HELD_UP: Final = (e.HeldUp, e.AnswerLost, e.Titled, e.Adjusted)


@dataclass(frozen=True, kw_only=True)
class Integration:
    """What the facts so far make of it; `version` counts them. Amounts in millionths of a US dollar."""

    id: str
    version: int = 0
    state: State = State.DRAFT
    requested_by: Actor = NOBODY
    repository: Repository = NOWHERE
    issue: int = 0
    request: str = ""
    title: str = ""
    titles: int = 0
    own: e.Own = NOTHING_OWN
    asked_base: str | None = None
    turns_allowed: int = 0
    tokens_allowed: int = 0
    micro_usd_allowed: int = 0
    minutes_allowed: int | None = None
    questions: str | None = None
    rounds: int = 0
    exchanges: tuple[tuple[str, str], ...] = ()
    plan_first: bool = False
    plan_wanted_by: tuple[int, ...] = ()
    plan: e.PlanProposed | None = None
    plan_shown: e.PlanShown | None = None
    plan_approved: e.PlanApproved | None = None
    plans_sent_back: tuple[tuple[str, str], ...] = ()
    spec: str = ""
    base: str = ""
    base_commit: str = ""
    tests: tuple[str, ...] = ()
    tests_configured: bool | None = None
    environment: str = ""
    way: Way = "deployment"
    workflow: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    merge_reverts: bool = False
    approvals_needed: int = 1
    path_rules: tuple[e.PathRule, ...] = ()
    approval_days: int = 0
    unread: tuple[str, ...] = ()
    merge_method: MergeMethod = "merge"
    passed_before: int | None = None
    refuses_remarks: bool = False
    test_reruns: int = 0
    not_secret: tuple[str, ...] = ()
    kept_back: str = ""
    branch_template: str = ""
    labels: tuple[str, ...] = ()
    labelled: bool = False
    reviewers: tuple[str, ...] = ()
    reviews_asked: tuple[e.ReviewersAsked, ...] = ()
    asks_others: bool = False
    setup: SetUp = field(default_factory=SetUp)
    sends_back: bool = True
    tester: e.Tester = "sandbox"
    check_minutes: int = 60
    checks_needed: tuple[str, ...] = ()
    reminds: bool = True
    reminders: int = 0
    reminded: e.Reminded | None = None
    outsiders: tuple[str, ...] = ()
    installs_wanted: tuple[str, ...] = ()
    installs_granted: Actor | None = None
    report_paths: tuple[str, ...] = ()
    updates: bool = False
    left_out: tuple[str, ...] = ()
    attempt: int = 1
    first_attempt: int = 1
    turns: int = 0
    tokens: int = 0
    micro_usd: int = 0
    lost: int = 0
    prompted: int = 0
    cached: int = 0
    prompts: tuple[str, ...] = ()
    talk: tuple[tuple[str, str], ...] = ()
    compacted: int = 0
    context_tokens: int = 0
    cuts: int = 0
    pauses: int = 0
    change: str = ""
    files: int = 0
    summary: str = ""
    reports: tuple[str, ...] = ()
    sandbox: e.SandboxNoted | None = None
    passed: int | None = None
    remarks: tuple[str, ...] = ()
    failing: str = ""
    runs_again: bool = False
    commit: str = ""
    branch: str = ""
    head: str = ""
    pull_request: int | None = None
    opened_at: str | None = None
    is_draft: bool = False
    described: str = ""
    on_branch: str = ""
    sent_back_by: Actor | None = None
    sent_back_from: str = ""
    checks: e.ChecksFailed | None = None
    check_rounds: int = 0
    counted: e.ChecksCounted | None = None
    merges: str = ""
    went_back_for_base: bool = False
    conflict_rounds: int = 0
    base_rounds: int = 0
    held: e.MergeHeld | None = None
    was_held: bool = False
    shared: bool = False
    authors: tuple[int, ...] = ()
    check: int | None = None
    check_head: str = ""
    check_open: bool = False
    at_gate: bool = False
    ruled: e.GateRuled | None = None
    approvals: tuple[e.Approved, ...] = ()
    lapses: tuple[e.ApprovalLapsed, ...] = ()
    gates: int = 1
    rejected_by: Actor | None = None
    released: bool = False
    merged: str = ""
    passport_completed: bool = False
    deploy_released_by: Actor | None = None
    deployment: int | None = None
    deployment_needs_person: bool = False
    deployment_outcome: str | None = None
    dispatched: e.WorkflowDispatched | None = None
    run: e.RunSeen | None = None
    cancelled: str | None = None
    rolled_back: e.RollBackRequested | None = None
    removal: Removal | None = None
    held_up: e.HeldUp | None = None
    paused: e.Paused | None = None
    rests: int = 0
    reason: str | None = None
    during: str | None = None
    detail: str = ""
    undone: tuple[e.StepUndone, ...] = ()
    settled: bool = False
    reached_again: bool = False
    life: int = 1
    lives: int = 1
    edition: int = 1
    editions: int = 1
    before: "Integration | None" = None
    newer: "Integration | None" = None
    retried: e.Retried | None = None
    earlier_pull: int | None = None

    @property
    def name(self) -> str:
        """What its workflows, branches and effects are called by in this life."""
        return self.name_in(self.life)

    def name_in(self, life: int) -> str:
        """The same of another life. The engine's own names have dashes: one with a dot is never theirs."""
        return self.id if life == 1 else f"{self.id}.{life}"

    @property
    def gate(self) -> str:
        """What the check run of its gate is called by: one for each time that the gate is shut."""
        return self.id if self.gates == 1 else f"{self.id}:{self.gates}"

    @property
    def stage(self) -> State:
        """What is done for it: the request for a further version is validated where that is to be written."""
        is_new = self.state is State.GENERATING and not self.spec
        return State.VALIDATING if is_new else self.state

    @property
    def versions(self) -> "tuple[Integration, ...]":
        """This version and those before it, the newest first."""
        return (self,) if self.before is None else (self, *self.before.versions)

    @property
    def waiting_for(self) -> str | None:
        """Whom or what it waits for: answer, plan_approval, install_approval, checks, approval, merge,
        deploy_approval, deployment, removal, or what it rests for.

        None where it works.
        """
        is_stopped = self.cancelled is not None or self.rejected_by is not None
        return self.paused.cause if self.paused is not None and not is_stopped else self.awaited

    @property
    def awaited(self) -> str | None:
        """The same, whether it rests or not."""
        if self.cancelled is not None or self.rejected_by is not None:
            return None
        if self.removal_pull is not None:
            return "removal"
        if self.stage is State.VALIDATING and self.questions is not None:
            return "answer"
        if self.stage is State.VALIDATING and self.plan_shown is not None and self.plan_approved is None:
            return "plan_approval"
        if self.state is State.TESTING and self.is_put_up and not self.has_failed:
            return "checks"
        if self.state is State.TESTING and self.installs_wanted and not self.may_install:
            return "install_approval"
        if self.state is State.REVIEWING and self.at_gate and self.is_ruled and not self.approved:
            return "approval"
        if self.state is State.DEPLOYING and not self.merged:
            return "merge" if self.held is not None else None
        return self._waits_to_deploy() if self.state is State.DEPLOYING else None

    @property
    def may_install(self) -> bool:
        """Whether what its changes ask for is installed: a person granted it where outsiders had a word."""
        return not self.outsiders or self.installs_granted is not None

    def _waits_to_deploy(self) -> str | None:
        if self.way == "merge":
            return None
        if not self.may_deploy:
            return "deploy_approval"
        return "deployment" if self.is_asked_out and self.deployment_outcome is None else None

    @property
    def is_asked_out(self) -> bool:
        """Whether GitHub was asked to deploy it, by whichever way."""
        return self.deployment is not None or self.dispatched is not None

    @property
    def run_number(self) -> int | None:
        """The run of the workflow that deploys it, as far as it is known."""
        told = self.dispatched.run if self.dispatched is not None else None
        return self.run.run if self.run is not None else told

    @property
    def removal_pull(self) -> int | None:
        """The pull request that waits to take out what runs."""
        opened = self.removal.waits_for if self.removal is not None else None
        return opened.number if opened is not None and self.state is State.ACTIVE else None

    @property
    def is_put_up(self) -> bool:
        """Whether the repository's own checks have the whole change before them, and people are told so."""
        is_there = self.pull_request is not None and self.commit != ""
        return self.tester == "checks" and is_there and self.described == self.head == self.commit

    @property
    def has_failed(self) -> bool:
        """Whether this very change did not pass its tests."""
        return self.failing != "" and self.failing == self.change

    @property
    def can_be_approved(self) -> bool:
        """Whether its pull request is there, for people to see, and approvals are missing."""
        is_there = self.pull_request is not None and self.head == self.commit
        is_decided = self.approved or self.cancelled or self.rejected_by
        return self.state is State.REVIEWING and is_there and self.is_ruled and not is_decided

    @property
    def is_moving(self) -> bool:
        """Whether its branch is about to show, or shows already, what is not written down yet."""
        is_on_its_way = self.head != self.commit or not self.is_ruled
        return self.state is State.REVIEWING and self.branch != "" and is_on_its_way

    @property
    def is_being_changed(self) -> bool:
        """Whether it was sent back and is not at its gate again."""
        is_on_its_way = self.state in {State.GENERATING, State.TESTING, State.REVIEWING}
        return is_on_its_way and self.pull_request is not None and not self.at_gate

    @property
    def may_be_merged(self) -> bool:
        """Whether its base may hold it: its gate has opened, or it was merged just as it was sent back."""
        return self.released or self.merged != ""

    @property
    def is_merged_too_early(self) -> bool:
        """Whether it was merged just as it was sent back: what would come of that is nowhere to go."""
        return self.merged != "" and self.state in {State.GENERATING, State.TESTING}

    @property
    def is_tested_again(self) -> bool:
        """Whether what was approved, and stays so, is only tested with what has come to its base."""
        return self.at_gate and self.state in {State.GENERATING, State.TESTING}

    @property
    def failing_checks(self) -> e.ChecksFailed | None:
        """What is known to fail of others' checks on the commit that its pull request shows."""
        is_open = self.state in {State.GENERATING, State.TESTING, State.REVIEWING}
        return self.checks if is_open and self.checks and self.checks.head == self.head else None

    @property
    def is_to_be_merged(self) -> bool:
        """Whether its gate has opened, and it is not known to be merged."""
        return self.state is State.DEPLOYING and not self.merged

    @property
    def is_coming_to_its_gate(self) -> bool:
        """Whether its pull request shows all there is, and nobody can decide on it yet."""
        is_there = self.pull_request is not None and self.described == self.head == self.commit
        return self.state is State.REVIEWING and is_there and not self.at_gate

    @property
    def may_be_sent_back(self) -> bool:
        """Whether it waits where people may still have it changed: nobody does that with what is merged."""
        return self.waiting_for in {"approval", "merge"} and not self.merged

    @property
    def is_red(self) -> bool:
        """Whether checks fail that are its judges here: then nobody's approval can release it."""
        return self.tester == "checks" and self.failing_checks is not None

    @property
    def is_unpassed(self) -> bool:
        """Whether people have it at their gate as its judges failed it, which nobody can approve."""
        return self.state is State.REVIEWING and self.has_failed

    @property
    def approved(self) -> bool:
        """Whether as many people approved this very commit as have to, those for its paths among them.

        Nobody can as long as nobody knows what the repository, or its owner, says of that.
        """
        is_met = all(each.missing == 0 for each in self.rules_standing)
        return self.approvals_missing == 0 and self.is_ruled and is_met and not self.unread

    @property
    def is_ruled(self) -> bool:
        """Whether it is known which of the repository's rules for paths hold for this very commit."""
        known = self.ruled
        return not self.path_rules or (known is not None and (known.head, known.change) == self._shown)

    @property
    def _shown(self) -> tuple[str, str]:
        return self.head, self.change

    @property
    def rules_standing(self) -> tuple[approving.Standing, ...]:
        """How far each of these rules is met. Who asked for it, or committed to it, meets none."""
        rules = self.ruled.rules if self.ruled is not None and self.is_ruled else ()
        given = [approval for approval in self.approvals if approval.head == self.head]
        owner, asked_by = self.repository.full_name.partition("/")[0], self.requested_by.login
        return tuple(
            dataclasses.replace(each, is_vain=approving.is_vain(each.rule, asked_by=asked_by, owner=owner))
            for each in approving.standing(rules, given, without={self.requested_by.id, *self.authors})
        )

    @property
    def approvals_missing(self) -> int:
        """How many more people have to approve this very commit."""
        given = {approval.by.id for approval in self.approvals if approval.head == self.head}
        return max(0, self.approvals_needed - len(given))

    @property
    def reviewers_known(self) -> tuple[str, ...]:
        """Whom GitHub was given as a reviewer already, whether it took them or not."""
        return tuple(name for asked in self.reviews_asked for name in (*asked.names, *asked.refused))

    @property
    def needs_reviewers(self) -> bool:
        """Whether people are to be asked for a review of this commit, and were not yet."""
        is_asked = bool(self.reviews_asked) and self.reviews_asked[-1].head == self.head
        return bool(self.reviewers) and (self.asks_others or not is_asked)

    @property
    def is_made(self) -> bool:
        """Whether this version is merged, and only goes out by now."""
        return self.state is State.DEPLOYING and self.merged != ""

    @property
    def cached_share(self) -> float | None:
        """How much of all that the model was given it read from its cache, from 0 to 1."""
        return self.cached / self.prompted if self.prompted else None

    @property
    def plan_demanded(self) -> bool:
        """Whether somebody set that there is to be a plan, who is not the one that asked for this version."""
        return any(each != self.requested_by.id for each in self.plan_wanted_by)

    @property
    def may_deploy(self) -> bool:
        """Whether somebody with integration:deploy let the merged commit go out."""
        return bool(self.deployers)

    @property
    def deployers(self) -> tuple[Actor, ...]:
        """Who let it go out: approvers with integration:deploy, and whoever released it later."""
        approvers = [approval.by for approval in self.approvals if approval.deploys]
        return tuple(
            dict.fromkeys(each for each in (*approvers, self.deploy_released_by) if each is not None)
        )

    @property
    def tested(self) -> Tested:
        """What came of its newest test run, as far as facts tell; the details are in its report."""
        remarks = tuple(Remark(code=code) for code in self.remarks)
        before, is_failed = self.passed_before, self.is_unpassed
        return Tested(passed=self.passed, before=before, remarks=remarks, is_failed=is_failed)

    @property
    def counted_here(self) -> tuple[int, int]:
        """Of the checks on the commit that is there now: how many have ended, of how many."""
        known = self.counted
        return (known.done, known.total) if known is not None and known.head == self.head else (0, 0)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in {State.ACTIVE, State.DEPRECATED} or (self.state is State.FAILED and self.settled)

    def limit_reached(self) -> str | None:
        """Which ceiling of the run is reached: turns, tokens or dollars."""
        spent = (("turns", self.turns, self.turns_allowed), ("tokens", self.tokens, self.tokens_allowed))
        dollars = ("dollars", self.micro_usd, self.micro_usd_allowed)
        return next((name for name, used, allowed in (*spent, dollars) if used >= allowed), None)


def fold(integration_id: str, events: Iterable[e.Event]) -> Integration:
    """The integration after all these facts."""
    return evolved(Integration(id=integration_id), events)


def evolved(it: Integration, events: Iterable[e.Event]) -> Integration:
    """The integration after these further facts."""
    # Turns come by the hundred, all else once or twice: those in a row make one copy, not one each.
    version, turns = it.version, list[Turn]()
    for version, event in enumerate(events, it.version + 1):  # noqa: B007  the last one counts
        if isinstance(event, (e.TurnTaken, e.ToolsRun)):
            turns.append(event)
            continue
        it, turns = evolve(_turned(it, turns) if turns else it, event), []
    return replace(_turned(it, turns) if turns else it, version=version)


def evolve(it: Integration, event: e.Event) -> Integration:
    """The integration after one more fact; never refuses, never looks outside."""
    after = _evolved(it, event)
    if after.reminded is not None and after.waiting_for != after.reminded.of:
        after = replace(after, reminded=None)
    is_over = after.held_up is not None and not isinstance(event, LEAVES_HELD_UP)
    return replace(after, held_up=None) if is_over else after


def _evolved(it: Integration, event: e.Event) -> Integration:
    match event:
        case e.IntegrationRequested():
            return _requested(it, event)
        case e.VersionRequested():
            return _renewed(it, event)
        case e.ValidationStarted():
            return replace(it, state=State.VALIDATING)
        case e.QuestionsAsked(questions=questions, reminders=reminds):
            return with_own(replace(it, questions=questions, rounds=it.rounds + 1, reminds=reminds))
        case e.Answered(text=text):
            return replace(it, questions=None, exchanges=(*it.exchanges, (it.questions or "", text)))
        case e.PlanProposed():
            after = replace(it, plan=event, plan_shown=None, plan_approved=None)
            return with_own(replace(after, reminds=event.reminders))
        case e.PlanShown():
            return replace(it, plan_shown=event)
        case e.PlanApproved():
            return replace(it, plan_approved=event)
        case e.PlanSentBack(spec=spec, said=said):
            sent_back = (*it.plans_sent_back, (spec, said))
            return replace(it, plan=None, plan_shown=None, plans_sent_back=sent_back)
        case e.TestsChosen(tests=tests, configured=configured):
            return replace(it, tests=tests, tests_configured=configured)
        case e.RequestValidated():
            return with_own(_validated(it, event))
        case e.TurnTaken() | e.ToolsRun():
            return _turned(it, [event])
        case e.AnswerLost():
            return _lost(it, event)
        case e.InstallsWanted(paths=paths):
            return replace(it, installs_wanted=paths)
        case e.InstallsGranted(by=by):
            return replace(it, installs_granted=by)
        case e.ContextCompacted(upto=upto):
            return replace(it, compacted=upto, context_tokens=0)
        case e.CodeGenerated(change=change, files=files, summary=summary):
            after = replace(it, state=State.TESTING, change=change, files=files, summary=summary)
            return replace(after, installs_wanted=(), runs_again=False)
        case e.SandboxNoted():
            return replace(it, sandbox=event)
        case e.TestsPassed():
            return _passed(it, event)
        case e.TestsFailed(report=report, remarks=remarks):
            after = replace(it, reports=(*it.reports, report), failing=it.change, remarks=remarks)
            return replace(after, runs_again=False)
        case e.TestsRepeated(of=of):
            return replace(it, runs_again=of == "change")
        case e.RepairStarted(attempt=attempt):
            return _repairing(it, attempt)
        case e.CommitMade(head=head):
            return replace(it, commit=head)
        case e.BranchCreated(branch=branch, head=head):
            return replace(it, branch=branch, head=head, on_branch=it.change)
        case e.PullRequestCreated(number=number, head=head, opened_at=at, draft=draft):
            return replace(it, pull_request=number, opened_at=at, described=head, is_draft=draft)
        case e.ChecksCounted():
            return replace(it, counted=event)
        case e.PullRequestReady():
            return replace(it, is_draft=False)
        case e.PullRequestLabelled():
            return replace(it, labelled=True)
        case e.ReviewersAsked():
            return replace(it, reviews_asked=(*it.reviews_asked, event), asks_others=False)
        case e.CheckOpened(check=check, head=head):
            return replace(it, check=check, check_head=head, check_open=True, at_gate=True)
        case e.CheckClosed():
            return replace(it, check_open=False)
        case e.RulesRead(path_rules=rules, approval_days=days):
            return replace(it, path_rules=rules, approval_days=days, unread=())
        case e.GateRuled():
            return _shut(replace(it, ruled=event))
        case e.Approved():
            return replace(it, approvals=approving.with_one_more(it.approvals, event), base_rounds=0)
        case e.ApprovalWithdrawn(whose=whose):
            return _shut(replace(it, approvals=tuple(given for given in it.approvals if given.by != whose)))
        case e.ApprovalLapsed(whose=whose, head=head):
            left = approving.without(it.approvals, whose, head)
            return _shut(replace(it, approvals=left, lapses=(*it.lapses, event)))
        case e.ChangesRequested():
            return _sent_back(it, event)
        case e.ChecksFailed():
            return replace(it, checks=event)
        case e.SentBackByChecks(attempt=attempt):
            return _sent_back_by_checks(it, attempt)
        case e.ChecksDisputed():
            return _disputed(it, event)
        case e.JudgedAgain(attempt=attempt):
            return replace(_opened_again(it, attempt=attempt), checks=None)
        case e.ChecksPassed():
            return replace(it, checks=None)
        case e.BaseMoved():
            return _base_moved(it, event)
        case e.MergeHeld():
            return replace(it, held=event, was_held=True)
        case e.MergeTriedAgain():
            return replace(it, held=None)
        case e.BranchMoved(head=head):
            return replace(it, head=head, on_branch=it.change, merges="")
        case e.PullRequestDescribed(head=head, shown_at=shown_at):
            return replace(it, described=head, opened_at=shown_at)
        case e.Rejected(by=by):
            return replace(it, rejected_by=by)
        case e.Released():
            return _released(it)
        case e.Merged(commit=commit):
            return replace(it, merged=commit, held=None)
        case e.PassportCompleted():
            return replace(it, passport_completed=True)
        case e.DeployReleased(by=by):
            return replace(it, deploy_released_by=by)
        case e.DeploymentCreated(deployment=deployment):
            return replace(it, deployment=deployment)
        case e.DeploymentSeen(needs_person=needs_person):
            return replace(it, deployment_needs_person=needs_person)
        case e.DeploymentReported(outcome=outcome):
            return replace(it, deployment_outcome=outcome)
        case e.WorkflowDispatched():
            return replace(it, dispatched=event)
        case e.RunSeen():
            return replace(it, run=event)
        case e.RunEnded(outcome=outcome):
            return replace(it, deployment_outcome=outcome)
        case e.Activated():
            return replace(it, state=State.ACTIVE)
        case e.CancelRequested(cause=cause):
            return replace(it, cancelled=cause)
        case e.RollBackRequested():
            return replace(it, rolled_back=event, newer=None)
        case e.DeprecationRequested() | e.RemovalOpened() | e.RemovalClosed() | e.RemovalGivenUp():
            return replace(it, removal=removal_after(it.removal, event), newer=None)
        case e.Deprecated():
            return replace(it, state=State.DEPRECATED)
        case e.Retried():
            return _retried(it, event)
        case e.HeldUp():
            return replace(it, held_up=event)
        case e.WentOn():
            return it
        case e.Paused():
            return replace(it, paused=event, rests=it.rests + 1)
        case e.Resumed():
            return replace(it, paused=None)
        case e.Reminded():
            return replace(it, reminded=event, reminders=it.reminders + 1)
        case e.BudgetRaised():
            return _raised(it, event)
        case e.Titled(title=title):
            return replace(it, title=title, titles=it.titles + 1)
        case e.Adjusted():
            return _adjusted(it, event)
        case e.RepositoryMoved(repository=name, installation_id=number):
            moved = dataclasses.replace(it.repository, full_name=name, installation_id=number)
            return replace(it, repository=moved)
        case e.ReachedAgain():
            return replace(it, settled=False, reached_again=True)
        case e.IntegrationFailed(reason=reason, during=during, detail=detail):
            return replace(
                it,
                state=State.FAILED,
                reason=reason,
                during=during,
                detail=detail,
                questions=None,
                paused=None,
            )
        case e.StepUndone(step=step):
            return replace(it, undone=(*(each for each in it.undone if each.step != step), event))
        case e.UndoFinished():
            return _settled(it)
        case _:
            assert_never(event)


def _requested(it: Integration, event: e.IntegrationRequested) -> Integration:
    where = Repository(
        id=event.repository_id, full_name=event.repository, installation_id=event.installation_id
    )
    return replace(
        it,
        requested_by=event.by,
        repository=where,
        issue=event.issue,
        request=event.request,
        asked_base=event.base,
        turns_allowed=event.turns,
        tokens_allowed=event.tokens,
        micro_usd_allowed=event.micro_usd,
        minutes_allowed=event.minutes,
        plan_first=event.plan_first,
    )


def _validated(it: Integration, event: e.RequestValidated) -> Integration:
    return replace(
        it,
        state=State.GENERATING,
        spec=event.spec,
        base=event.base,
        base_commit=event.base_commit,
        tests=event.tests,
        environment=event.environment,
        way=event.way,
        workflow=event.workflow,
        inputs=event.inputs,
        merge_reverts=event.merge_reverts,
        approvals_needed=event.approvals,
        path_rules=event.path_rules,
        approval_days=event.approval_days,
        unread=event.unread,
        merge_method=event.merge_method,
        passed_before=event.passed,
        refuses_remarks=event.refuses_remarks,
        test_reruns=event.test_reruns,
        not_secret=event.not_secret,
        kept_back=event.kept_back,
        branch_template=event.branch,
        labels=event.labels,
        setup=SetUp(lines=event.setup, is_detected=event.detects_setup, files=event.setup_files),
        outsiders=event.outsiders,
        sends_back=event.sends_back,
        tester=event.tester,
        check_minutes=event.check_minutes,
        checks_needed=event.checks_needed,
        reminds=event.reminders,
        report_paths=event.reports,
        reviewers=event.reviewers,
        updates=event.updates,
    )


def _adjusted(it: Integration, event: e.Adjusted) -> Integration:
    """What its pull request has got already it gets beside; a gate that more have to open is shut again."""
    said = event.own
    own = structs.replace(it.own, **said_in(said))
    wanted_by = (*it.plan_wanted_by, event.by.id) if said.plan_first else it.plan_wanted_by
    after = replace(
        it,
        own=own,
        plan_wanted_by=wanted_by,
        labelled=it.labelled and said.labels is None,
        asks_others=it.asks_others or said.reviewers is not None,
    )
    return _shut(with_own(after))


def said_in(own: e.Own) -> dict[str, Any]:
    """What it says, by its key."""
    return {key: value for key, value in structs.asdict(own).items() if value is not None}


def with_own(it: Integration) -> Integration:
    """What is set for it alone, over what its repository says: what guards it is only made stricter."""
    own = it.own
    if own == NOTHING_OWN:
        return it
    return replace(
        it,
        plan_first=it.plan_first or bool(own.plan_first),
        approvals_needed=max(it.approvals_needed, own.approvals or 1),
        refuses_remarks=it.refuses_remarks or own.test_remarks == REFUSES,
        updates=it.updates or bool(own.update),
        reviewers=it.reviewers if own.reviewers is None else own.reviewers,
        labels=it.labels if own.labels is None else own.labels,
        reminds=it.reminds if own.reminders is None else own.reminders,
    )


def _passed(it: Integration, event: e.TestsPassed) -> Integration:
    reports = (*it.reports, event.report)
    after = replace(it, state=State.REVIEWING, reports=reports, passed=event.passed, remarks=event.remarks)
    after = replace(after, runs_again=False)
    # A draft said that its tests were under way: only what is said from now on can be approved.
    return replace(after, described="") if it.tester == "checks" else after


def _released(it: Integration) -> Integration:
    """The passport says who approved it: after what was tested and approved anew, it is to say that."""
    return replace(
        it, state=State.DEPLOYING, released=True, passport_completed=False, held=None, was_held=False
    )


def _raised(it: Integration, event: e.BudgetRaised) -> Integration:
    minutes = it.minutes_allowed
    return replace(
        it,
        turns_allowed=it.turns_allowed + event.turns,
        tokens_allowed=it.tokens_allowed + event.tokens,
        micro_usd_allowed=it.micro_usd_allowed + event.micro_usd,
        minutes_allowed=None if minutes is None else minutes + event.minutes,
    )


def _sent_back(it: Integration, event: e.ChangesRequested) -> Integration:
    """A person wants it changed: what is known of checks, and how often they sent it back, begins anew."""
    return replace(
        _opened_again(it, attempt=event.attempt),
        sent_back_by=event.by,
        sent_back_from=event.head,
        head=event.head,
        change=event.change,
        on_branch=event.change,
        shared=it.shared or event.shared,
        authors=tuple(sorted({*it.authors, *event.authors})),
        talk=(*it.talk, ("changes", event.said)),
        checks=None,
        check_rounds=0,
        base_commit=event.base_commit or it.base_commit,
        merges="" if event.base_commit else it.merges,
        went_back_for_base=False,
        conflict_rounds=0,
        base_rounds=0,
    )


def _sent_back_by_checks(it: Integration, attempt: int) -> Integration:
    said = it.checks.said if it.checks else ""
    return replace(
        _opened_again(it, attempt=attempt),
        sent_back_by=None,
        sent_back_from=it.head,
        change=it.on_branch,
        talk=(*it.talk, ("checks", said)),
        check_rounds=it.check_rounds + 1,
        went_back_for_base=False,
    )


def _disputed(it: Integration, event: e.ChecksDisputed) -> Integration:
    """Left as it was at its gate, or as it failed: people decide, and these checks send it back no more."""
    known = it.checks and structs.replace(it.checks, left=e.DISPUTED)
    return replace(it, state=State.REVIEWING, remarks=event.remarks, checks=known)


def _base_moved(it: Integration, event: e.BaseMoved) -> Integration:
    """It goes on over the new commit. Where only what would be merged is tested, the gate stays open."""
    before = it if event.keeps else _opened_again(it, attempt=event.attempt)
    told = (("conflict", event.said),) if event.said else ()
    return replace(
        before,
        state=State.GENERATING,
        attempt=event.attempt,
        first_attempt=event.attempt,
        base_commit=event.base_commit,
        merges=event.base_commit if event.merges else "",
        head=event.head,
        change=event.change,
        on_branch=event.change,
        shared=it.shared or event.shared,
        authors=tuple(sorted({*it.authors, *event.authors})),
        talk=(*it.talk, *told),
        passed_before=None,
        held=None,
        failing="",
        sent_back_by=None,
        sent_back_from=it.head,
        went_back_for_base=True,
        conflict_rounds=it.conflict_rounds + bool(event.conflicts),
        base_rounds=it.base_rounds + (not event.conflicts),
    )


def _repairing(it: Integration, attempt: int) -> Integration:
    """What was approved, and then failed with what has come to the base, is approved no more."""
    before = _opened_again(it, attempt=it.first_attempt) if it.at_gate else it
    again = replace(
        before,
        state=State.GENERATING,
        attempt=attempt,
        talk=(*it.talk, ("report", it.reports[-1])),
        failing=it.failing,
        remarks=it.remarks,
    )
    # What the repository's own checks judged is on the branch: another commit follows it.
    return replace(again, commit="", described="") if it.tester == "checks" else again


def _opened_again(it: Integration, *, attempt: int) -> Integration:
    """What was approved and tested is not what will be there."""
    return replace(
        it,
        state=State.GENERATING,
        attempt=attempt,
        first_attempt=attempt,
        approvals=(),
        commit="",
        described="",
        released=False,
        passport_completed=False,
        at_gate=False,
        held=None,
        was_held=False,
        failing="",
        remarks=(),
        cuts=0,
        pauses=0,
    )


def _shut(it: Integration) -> Integration:
    """A gate that stood open is shut where approvals are missing after all: it has a check run of its own."""
    stood_open = it.state is State.DEPLOYING or not it.check_open
    if it.approved or it.merged or not it.at_gate or not stood_open:
        return it
    state = State.REVIEWING if it.state is State.DEPLOYING else it.state
    shut = replace(it, state=state, released=False, held=None, was_held=False, passport_completed=False)
    return shut if it.check_open else replace(shut, at_gate=False, gates=it.gates + 1)


def _retried(it: Integration, event: e.Retried) -> Integration:
    """What was asked, answered and spent stays; what was made on GitHub belongs to the life before."""
    state = State(event.state)
    after = Integration(
        id=it.id,
        version=it.version,
        state=state,
        requested_by=it.requested_by,
        repository=it.repository,
        issue=it.issue,
        request=it.request,
        asked_base=it.asked_base,
        turns_allowed=it.turns_allowed,
        tokens_allowed=it.tokens_allowed,
        micro_usd_allowed=it.micro_usd_allowed,
        minutes_allowed=it.minutes_allowed,
        exchanges=it.exchanges,
        plan_first=it.plan_first,
        plans_sent_back=it.plans_sent_back,
        attempt=event.attempt,
        first_attempt=event.attempt,
        left_out=it.left_out,
        life=it.lives + 1,
        lives=it.lives + 1,
        edition=it.edition,
        editions=it.editions,
        before=it.before,
        retried=event,
        earlier_pull=it.pull_request or it.earlier_pull,
    )
    after = _still_counted(after, it)
    return after if state is State.VALIDATING else _gone_on(after, it, event)


def _renewed(it: Integration, event: e.VersionRequested) -> Integration:
    """Another version is begun: what runs stays what it is until that runs, and again if nothing comes of it.

    Nothing that was answered, agreed or approved is carried over.
    """
    after = Integration(
        id=it.id,
        version=it.version,
        state=State.GENERATING,
        requested_by=event.by,
        repository=it.repository,
        issue=it.issue,
        request=event.request,
        asked_base=it.base,
        turns_allowed=event.turns,
        tokens_allowed=event.tokens,
        micro_usd_allowed=event.micro_usd,
        minutes_allowed=event.minutes,
        plan_first=event.plan_first,
        attempt=it.attempt + 1,
        first_attempt=it.attempt + 1,
        life=it.lives + 1,
        lives=it.lives + 1,
        edition=it.editions + 1,
        editions=it.editions + 1,
        before=replace(it, newer=None, version=0),  # of one beside another no facts are counted
        earlier_pull=it.pull_request,
    )
    return _still_counted(after, it)


def _settled(it: Integration) -> Integration:
    """All is taken back; where that was a further version, the one before it is what runs.

    What was spent and counted goes on, and the version of which nothing came is remembered.
    """
    after = replace(it, settled=True)
    if it.before is None:
        return after
    before = replace(
        it.before,
        version=it.version,
        repository=it.repository,
        turns_allowed=it.turns_allowed,
        tokens_allowed=it.tokens_allowed,
        micro_usd_allowed=it.micro_usd_allowed,
        minutes_allowed=it.minutes_allowed,
        attempt=it.attempt,
        lives=it.lives,
        editions=it.editions,
        newer=replace(after, before=None, version=0),
    )
    return _still_counted(before, it)


def _still_counted(after: Integration, it: Integration) -> Integration:
    """What it is called, cost and has set for it, how often it rested and called people: that goes on in what
    begins anew.

    By these counts what is said of it is told apart: one that began anew would say nothing.
    """
    counted = replace(
        after,
        title=it.title,
        titles=it.titles,
        own=it.own,
        plan_wanted_by=it.plan_wanted_by,
        turns=it.turns,
        tokens=it.tokens,
        micro_usd=it.micro_usd,
        lost=it.lost,
        prompted=it.prompted,
        cached=it.cached,
        prompts=it.prompts,
        rests=it.rests,
        reminders=it.reminders,
    )
    return with_own(counted)


def _gone_on(after: Integration, it: Integration, event: e.Retried) -> Integration:
    """The same, with what was agreed, and with what was written so far unless that begins anew."""
    after = replace(
        after,
        plan=it.plan,
        plan_shown=it.plan_shown,
        plan_approved=it.plan_approved,
        spec=it.spec,
        base=it.base,
        base_commit=it.base_commit,
        tests=it.tests,
        tests_configured=it.tests_configured,
        environment=it.environment,
        way=it.way,
        workflow=it.workflow,
        inputs=it.inputs,
        merge_reverts=it.merge_reverts,
        approvals_needed=it.approvals_needed,
        path_rules=it.path_rules,
        approval_days=it.approval_days,
        unread=it.unread,
        merge_method=it.merge_method,
        passed_before=it.passed_before,
        refuses_remarks=it.refuses_remarks,
        test_reruns=it.test_reruns,
        not_secret=it.not_secret,
        kept_back=it.kept_back,
        branch_template=it.branch_template,
        labels=it.labels,
        setup=it.setup,
        sends_back=it.sends_back,
        tester=it.tester,
        check_minutes=it.check_minutes,
        checks_needed=it.checks_needed,
        reminds=it.reminds,
        outsiders=it.outsiders,
        installs_granted=it.installs_granted,
        report_paths=it.report_paths,
        reviewers=it.reviewers,
        updates=it.updates,
    )
    if event.anew:
        return after
    told = (("again", event.said),) if event.said else ()
    talk = it.talk if after.state is State.TESTING else (*_asked_last(it), *told)
    return replace(
        after,
        talk=talk,
        compacted=it.compacted,
        context_tokens=it.context_tokens,
        change=it.change,
        files=it.files,
        summary=it.summary,
        reports=it.reports,
        authors=it.authors,
    )


def _asked_last(it: Integration) -> tuple[tuple[str, str], ...]:
    """The conversation, up to where the model is to answer: what it said last before it failed is dropped.

    Where its code was finished, that stays, and what the tests said of it follows.
    """
    talk = it.talk
    if it.during == State.GENERATING:
        while talk and talk[-1][0] == "answer":
            talk = talk[:-1]
    return (*talk, *(("report", said) for said in it.reports[-1:])) if it.reason in TESTS_SAY else talk


def _turned(it: Integration, turns: Iterable[Turn]) -> Integration:
    spent, tokens, micro_usd = it.turns, it.tokens, it.micro_usd
    prompted, cached, prompts = it.prompted, it.cached, it.prompts
    talk, change, cuts, pauses = list(it.talk), it.change, it.cuts, it.pauses
    left_out, context = set(it.left_out), it.context_tokens
    for event in turns:
        if isinstance(event, e.ToolsRun):
            change = event.change
            talk.append(("results", event.results))
            continue
        spent += 1
        used = _tokens(event)
        tokens += used
        prompted += used - event.output_tokens
        cached += event.cache_read_tokens
        prompts += event.prompts
        micro_usd += event.micro_usd
        left_out |= {*event.left_out}
        cuts = cuts + 1 if event.stop_reason == "max_tokens" else 0
        pauses = pauses + 1 if event.stop_reason == "pause_turn" else 0
        if event.step == "generate_code" and not cuts:
            talk.append(("answer", event.answer))
            context = used
    return replace(
        it,
        turns=spent,
        tokens=tokens,
        micro_usd=micro_usd,
        prompted=prompted,
        cached=cached,
        prompts=prompts,
        talk=tuple(talk),
        context_tokens=context,
        change=change,
        cuts=cuts,
        pauses=pauses,
        held_up=None,
        left_out=tuple(sorted(left_out)),
    )


def _lost(it: Integration, event: e.AnswerLost) -> Integration:
    used = _tokens(event)
    return replace(
        it,
        tokens=it.tokens + used,
        micro_usd=it.micro_usd + event.micro_usd,
        prompted=it.prompted + used - event.output_tokens,
        cached=it.cached + event.cache_read_tokens,
        lost=it.lost + 1,
    )


def _tokens(event: e.TurnTaken | e.AnswerLost) -> int:
    return event.input_tokens + event.output_tokens + event.cache_read_tokens + event.cache_write_tokens
