"""What may happen to an integration: one decision function per command, facts out, no I/O."""

from datetime import datetime
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.landing import MergedMeanwhile
from bot.domain.planning import is_agreed
from bot.domain.policy import (
    BeingDeprecated,
    CeilingReached,
    MergedAlready,
    NothingWaits,
    NotSeen,
    OwnCommits,
    Permission,
    Role,
    SelfApproval,
    StaleApproval,
    TestedAgain,
    holds,
)
from bot.domain.states import State, check_move
from bot.domain.trust import Verdict
from bot.records import Actor, StepFailed

WORKING: Final = (State.VALIDATING, State.GENERATING, State.TESTING, State.REVIEWING, State.DEPLOYING)

# What has an undo, last first, and in which state it is done.
TAKEN_BACK: Final = (
    (State.DEPLOYING, "deploy"),
    (State.REVIEWING, "create_pull_request"),
    (State.TESTING, "run_tests"),
    (State.GENERATING, "generate_code"),
)
# Where the repository's own checks judge, the pull request was there before the tests.
TAKEN_BACK_CHECKED: Final = (
    (State.DEPLOYING, "deploy"),
    (State.REVIEWING, "run_tests"),
    (State.TESTING, "create_pull_request"),
    (State.GENERATING, "generate_code"),
)


def start_validation(it: Integration) -> list[e.Event]:
    """The saga takes it up."""
    _check_next(it, State.VALIDATING)
    return [e.ValidationStarted()]


def ask(it: Integration, *, questions: str, most: int, reminders: bool = True) -> list[e.Event]:
    """Ask the requester, but only so many times. Raises StepFailed("unclear")."""
    _check_in(it, State.VALIDATING)
    if it.rounds >= most:
        raise StepFailed("unclear")
    return [e.QuestionsAsked(questions=questions, reminders=reminders)]


def answer(it: Integration, *, by: Actor, text: str) -> list[e.Event]:
    """Answer what the bot asked; refused where nothing was asked."""
    if it.waiting_for != "answer":
        raise NothingWaits("answer")
    return [e.Answered(by=by, text=text)]


def validate(it: Integration, validated: e.RequestValidated) -> list[e.Event]:
    """The request became a spec; where there is a plan, it is the one that was approved and no other.

    Where somebody just came to want a plan, there is none yet, and nothing is agreed.
    """
    _check_in(it, State.VALIDATING)
    if it.plan_first and it.plan is None:
        return []
    if it.plan is not None and not (is_agreed(it) and it.plan.spec == validated.spec):
        raise NothingWaits("validate")
    return [validated]


def generate(it: Integration, *, files: int, summary: str) -> list[e.Event]:
    """The model is finished.

    Raises StepFailed: nothing_to_do where no file differs, tests_disputed or remarks_disputed where the
    model leaves a change as it is that did not pass; the detail is then the digest of what it says to that.
    """
    _check_next(it, State.TESTING)
    if it.stage is State.VALIDATING:
        raise NothingWaits("generate")
    if not files:
        raise StepFailed("nothing_to_do")
    if it.change == it.failing:
        raise StepFailed("remarks_disputed" if it.remarks else "tests_disputed", summary)
    return [e.CodeGenerated(attempt=it.attempt, change=it.change, files=files, summary=summary)]


def note_sandbox(it: Integration, sandbox: e.SandboxNoted) -> list[e.Event]:
    """What the tests are run in, where that is not known already."""
    return [] if it.sandbox == sandbox else [sandbox]


def judge(it: Integration, verdict: Verdict, *, repairs: int) -> list[e.Event]:
    """What the tests say: on to the pull request, or back for a repair while repairs are left.

    Tests that passed with remarks count as failed where the repository says so.
    """
    _check_in(it, State.TESTING)
    report, remarks = verdict.report, verdict.remarks
    if verdict.is_green and not (remarks and it.refuses_remarks):
        return [e.TestsPassed(attempt=it.attempt, report=report, passed=verdict.passed, remarks=remarks)]
    ended = "remarks" if verdict.is_green else verdict.ended
    failed = e.TestsFailed(
        attempt=it.attempt,
        report=report,
        ended=ended,
        remarks=remarks,
        passed=verdict.passed,
        failed=verdict.failed,
    )
    none_is_left = it.attempt - it.first_attempt >= repairs
    return [failed] if none_is_left else [failed, e.RepairStarted(attempt=it.attempt + 1)]


def approve(
    it: Integration, *, by: Actor, head: str, deploys: bool, alone: bool, said_at: datetime | None = None
) -> list[e.Event]:
    """Approve the open pull request at this commit; saying it twice changes nothing.

    `deploys` says whether the approver may deploy, `alone` whether the operator lets a requester approve.
    What was said before the pull request was there approves nothing, however late it is heard.
    """
    if any(given.by == by and given.head == head for given in it.approvals):
        return release_deploy(it, by=by) if deploys and it.waiting_for == "deploy_approval" else []
    _check_seen(it, said_at)
    if it.waiting_for == "deploy_approval" and deploys:
        return release_deploy(it, by=by)
    if not it.can_be_approved:
        raise _nothing_waits(it, "approve")
    if by == it.requested_by and not alone:
        raise SelfApproval(by)
    if by.id in it.authors and not alone:
        raise OwnCommits(by)
    if head != it.head:
        raise StaleApproval(head, it.head)
    return [e.Approved(by=by, head=head, deploys=deploys)]


def _check_seen(it: Integration, said_at: datetime | None) -> None:
    """Nobody has seen what was not there yet. Both moments are by GitHub's clock, to the second."""
    if said_at is None or it.pull_request is None or it.opened_at is None:
        return
    if it.described != it.head or said_at < datetime.fromisoformat(it.opened_at):
        raise NotSeen(it.pull_request)


def withdraw(it: Integration, *, by: Actor, whose: Actor) -> list[e.Event]:
    """Somebody's approval no longer counts, also of what is to be merged; once it is nothing changes."""
    is_open = it.state is State.REVIEWING or it.is_tested_again or it.is_to_be_merged
    if not is_open or all(given.by != whose for given in it.approvals):
        return []
    return [e.ApprovalWithdrawn(by=by, whose=whose)]


def check_may_be_sent_back(it: Integration, *, said_at: datetime | None, is_over_time: bool) -> None:
    """Raise Denied where it does not wait at the gate, was not seen, or has used up what it may."""
    if not it.may_be_sent_back:
        raise _nothing_waits(it, "changes")
    _check_seen(it, said_at)
    if spent := it.limit_reached() or ("minutes" if is_over_time else None):
        raise CeilingReached(spent)


def request_changes(it: Integration, asked: e.ChangesRequested) -> list[e.Event]:
    """Send it back from where it waits to be approved or merged, unless somebody else just did."""
    if not it.may_be_sent_back or asked.attempt != it.attempt + 1:
        raise _nothing_waits(it, "changes")
    return [asked]


def reject(it: Integration, *, by: Actor, why: str | None) -> list[e.Event]:
    """Close the gate for good, frozen or not; saying it twice changes nothing."""
    if it.rejected_by is not None:
        return []
    if it.awaited not in {"approval", "plan_approval", "install_approval"}:
        raise _nothing_waits(it, "reject")
    return [e.Rejected(by=by, why=why)]


def release(it: Integration) -> list[e.Event]:
    """Open the gate where as many as have to approved this very commit; what was sent back stays so."""
    if it.state is State.GENERATING and it.sent_back_from:
        return []
    _check_next(it, State.DEPLOYING)
    return [e.Released(head=it.head)] if it.approved else []


def release_deploy(it: Integration, *, by: Actor) -> list[e.Event]:
    """Let the merged commit go out."""
    if it.waiting_for != "deploy_approval":
        raise NothingWaits("deploy")
    return [e.DeployReleased(by=by)]


def activate(it: Integration) -> list[e.Event]:
    """It runs. Raises StepFailed with the cause where somebody stopped it a moment ago."""
    _check_next(it, State.ACTIVE)
    if it.cancelled is not None:
        raise StepFailed(it.cancelled)
    return [e.Activated()]


def cancel(it: Integration, *, by: Actor, cause: str, role: Role | None) -> list[e.Event]:
    """Stop it wherever it stands; saying it twice changes nothing, and what has ended cannot be stopped.

    What is merged is rolled back by that: whoever stops it then has to hold the right to deploy.
    """
    if it.cancelled is not None:
        return []
    if it.state not in {State.DRAFT, *WORKING}:
        raise NothingWaits("cancel")
    if it.merged and not holds(role, Permission.DEPLOY):
        raise MergedAlready(role)
    return [e.CancelRequested(by=by, cause=cause)]


def fail(it: Integration, *, reason: str, detail: str) -> list[e.Event]:
    """It came to nothing; what has failed already does not fail again, nor the version that runs instead."""
    if it.state is State.FAILED or it.newer is not None:
        return []
    check_move(it.state, State.FAILED)
    return [e.IntegrationFailed(reason=reason, during=it.stage.value, detail=detail)]


def undo(it: Integration, *, step: str, outcome: str, what: str) -> list[e.Event]:
    """What came of taking one step back; what was taken back once stays so, whatever is said of it later."""
    if it.newer is not None:
        return []
    _check_in(it, State.FAILED)
    said = next((each for each in it.undone if each.step == step), None)
    if said is not None and (said.outcome != "needs_person" or outcome == "needs_person"):
        return []
    return [e.StepUndone(step=step, outcome=outcome, what=what)]


def finish_undo(it: Integration) -> list[e.Event]:
    """Everything that could be taken back was; said once."""
    if it.newer is not None:
        return []
    _check_in(it, State.FAILED)
    return [] if it.settled else [e.UndoFinished()]


def renew(it: Integration, asked: e.VersionRequested) -> list[e.Event]:
    """Begin another version of what runs, unless it is being taken out."""
    if it.state is not State.ACTIVE:
        raise NothingWaits("integrate")
    if it.removal is not None and it.removal.is_under_way:
        raise BeingDeprecated(it.removal_pull)
    return [asked]


def break_off(it: Integration) -> list[e.Event]:
    """The bot cannot go on with it; what has ended stays as it is."""
    return [] if it.ended else fail(it, reason="internal", detail="")


def give_up_undo(it: Integration) -> list[e.Event]:
    """Nothing more is taken back by itself: what it came to, and nothing is said of, needs a person."""
    if it.ended:
        return []
    said, states = {each.step for each in it.undone}, list(State)
    came = states.index(State(it.during or State.DEPLOYING))
    if it.pull_request is not None:  # it was sent back, and had been further
        came = max(came, states.index(State.REVIEWING))
    order = TAKEN_BACK_CHECKED if it.tester == "checks" else TAKEN_BACK
    left = [step for state, step in order if step not in said and states.index(state) <= came]
    return [
        *(e.StepUndone(step=step, outcome="needs_person", what="internal") for step in left),
        *finish_undo(it),
    ]


def _nothing_waits(it: Integration, what: str) -> NothingWaits:
    if it.is_tested_again:
        return TestedAgain(what)
    is_too_late = what == "changes" and it.merged and not it.ended
    return MergedMeanwhile(what) if is_too_late else NothingWaits(what)


def _check_next(it: Integration, wanted: State) -> None:
    """A run goes forward by the table; what came to nothing or to its end does not go on by itself."""
    check_move(it.state, wanted)
    if it.state not in {State.DRAFT, *WORKING}:
        raise NothingWaits(wanted)


def _check_in(it: Integration, state: State) -> None:
    if state not in {it.state, it.stage}:
        check_move(it.state, state)
        raise NothingWaits(state)
