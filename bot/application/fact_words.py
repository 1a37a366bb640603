"""One sentence for each fact, for whoever reads a history."""

from collections.abc import Iterable, Mapping
from typing import Final, assert_never

from bot.application import own_words
from bot.application.own_settings import as_written
from bot.application.reasons import NAMES, code, why
from bot.application.tester_words import progress, short_judge
from bot.domain import events as e

# What is a step of the machine's own work; many of them in a row are told as one.
SMALL: Final = (e.TurnTaken, e.ToolsRun)

REPEATED: Final[Mapping[str, str]] = {
    "change": "failed in attempt {attempt}{some}, and are run again on the very same change",
    "old_tests": "as they were before the change failed in attempt {attempt}{some}, and are run again on it",
    "base": "failed before anything was changed{some}, and are run again there",
}


def told(event: e.Event) -> str:  # noqa: C901, PLR0911, PLR0912, PLR0915  a table
    """What happened, in a sentence without a full stop."""
    match event:
        case e.IntegrationRequested(by=by, issue=issue):
            return f"@{by.login} asked for it on #{issue}"
        case e.VersionRequested(by=by):
            return f"@{by.login} asked for another version"
        case e.ValidationStarted():
            return "I began to validate the request"
        case e.QuestionsAsked():
            return "I asked a question"
        case e.Answered(by=by):
            return f"@{by.login} answered"
        case e.PlanProposed():
            return "I made a plan"
        case e.PlanShown():
            return "the plan stands on the issue, to be approved"
        case e.PlanApproved(by=by):
            return f"@{by.login} approved the plan"
        case e.PlanSentBack(by=by):
            return f"@{by.login} wanted another plan"
        case e.TestsChosen(tests=tests, configured=True):
            return f"its tests are run by {code(' '.join(tests))}, as its configuration says"
        case e.TestsChosen(tests=tests):
            return f"its tests are run by {code(' '.join(tests))}, as its files tell"
        case e.RequestValidated(base=base, base_commit=commit, tests=tests, tester=tester):
            judge = short_judge(tester, " ".join(tests))
            return f"the request is clear: on {code(base)} at `{commit[:7]}`, judged by {judge}"
        case e.TurnTaken(model=model, micro_usd=cost):
            return f"I asked {code(model)} (${cost / 1e6:.4f})"
        case e.AnswerLost(model=model, code=reason, micro_usd=cost):
            return f"an answer of {code(model)} broke off ({code(reason)}, ${cost / 1e6:.4f})"
        case e.ToolsRun():
            return "I ran its tools"
        case e.InstallsWanted(paths=paths):
            return f"the change asks for something else to be installed ({_named(paths)})"
        case e.InstallsGranted(by=by):
            return f"@{by.login} granted that what changes ask for is installed"
        case e.ContextCompacted(tokens=tokens):
            length = f" of {tokens:,} tokens" if tokens else ""
            return f"what tools had said earlier was left out of the conversation{length}, to make room"
        case e.CodeGenerated(files=files, attempt=attempt):
            return f"the code is written: {counted(files, 'file')}, attempt {attempt}"
        case e.SandboxNoted(kind=kind):
            return f"the tests are run in {code(kind)}"
        case e.TestsPassed(attempt=attempt, remarks=()):
            return f"the tests passed in attempt {attempt}"
        case e.TestsPassed(attempt=attempt, remarks=remarks):
            return f"the tests passed in attempt {attempt}, with remarks: {_named(remarks)}"
        case e.TestsFailed(attempt=attempt, ended="remarks", remarks=remarks):
            return (
                f"the tests passed in attempt {attempt}, with remarks that count as failed: {_named(remarks)}"
            )
        case e.TestsFailed(attempt=attempt, ended=ended, failed=failed):
            stopped = "" if ended == "exited" else f", stopped by {code(ended)}"
            some = f" ({failed} of them)" if failed else ""
            return f"the tests failed in attempt {attempt}{some}{stopped}"
        case e.TestsRepeated(attempt=attempt, failed=failed, of=of):
            some = f" ({failed} of them)" if failed else ""
            return f"the tests {REPEATED[of].format(attempt=attempt, some=some)}"
        case e.RepairStarted(attempt=attempt):
            return f"I began to repair: attempt {attempt}"
        case e.CommitMade(head=head):
            return f"the commit `{head[:7]}` was made"
        case e.BranchCreated(branch=branch):
            return f"the branch {code(branch)} was created"
        case e.PullRequestCreated(number=number, draft=draft):
            return f"the pull request #{number} was opened{' as a draft' if draft else ''}"
        case e.ChecksCounted(head=head, done=done, total=total):
            return f"of the repository's checks on `{head[:7]}`, {progress(done, total)}"
        case e.PullRequestReady(number=number):
            return f"#{number} is a draft no more"
        case e.PullRequestLabelled(labels=labels, taken=taken):
            given = "was given" if taken else "could not be given"
            return f"the pull request {given} its labels: {_named(labels)}"
        case e.ReviewersAsked():
            return _reviewers(event)
        case e.CheckOpened():
            return "my check run was opened"
        case e.CheckClosed(conclusion=conclusion):
            return f"my check run was closed as {code(conclusion)}"
        case e.RulesRead():
            return "what its configuration says of approvals could be read"
        case e.GateRuled(head=head, rules=rules):
            return (
                f"rules for paths that hold for `{head[:7]}`: {_named(each.path for each in rules) or 'none'}"
            )
        case e.Approved(by=by, head=head):
            return f"@{by.login} approved `{head[:7]}`"
        case e.ApprovalWithdrawn(by=by, whose=whose) if by == whose:
            return f"@{by.login} took their approval back"
        case e.ApprovalWithdrawn(by=by, whose=whose):
            return f"@{by.login} dismissed the approval of @{whose.login}"
        case e.ApprovalLapsed(whose=whose, head=head):
            return f"the approval of `{head[:7]}` by @{whose.login} lapsed"
        case e.ChangesRequested(by=by, attempt=attempt, head=head, shared=shared):
            theirs = ", which others had committed to" if shared else ""
            return f"@{by.login} wanted `{head[:7]}`{theirs} changed: attempt {attempt}"
        case e.ChecksFailed(head=head, failing=failing):
            return f"{counted(len(failing), 'check')} of others failed on `{head[:7]}`"
        case e.SentBackByChecks(attempt=attempt):
            return f"I took it back for that: attempt {attempt}"
        case e.JudgedAgain():
            return "no check of it fails any more, so it is judged again"
        case e.ChecksDisputed(head=head):
            return f"the model found nothing to change: `{head[:7]}` went back to its gate as it was"
        case e.ChecksPassed(head=head):
            return f"no check of others fails on `{head[:7]}` any more"
        case e.BaseMoved(base_commit=commit, attempt=attempt, conflicts=0):
            return f"the base had moved on to `{commit[:7]}`: it is tested with that, attempt {attempt}"
        case e.BaseMoved(base_commit=commit, attempt=attempt, conflicts=many):
            where = counted(many, "file")
            return f"the base had moved on to `{commit[:7]}`, in conflict in {where}: attempt {attempt}"
        case e.MergeHeld(code=reason):
            return f"it could not be merged ({code(reason)}), and waited"
        case e.MergeTriedAgain(because="mergeable"):
            return "what kept it from being merged is over"
        case e.MergeTriedAgain(because=because):
            return f"merging was tried again, for {code(because)}"
        case e.BranchMoved(head=head):
            return f"the branch was moved on to `{head[:7]}`"
        case e.PullRequestDescribed(head=head):
            return f"the pull request shows `{head[:7]}` and says what is in it"
        case e.Rejected(by=by):
            return f"@{by.login} rejected it"
        case e.Released(head=head):
            return f"the gate opened for `{head[:7]}`"
        case e.Merged(commit=commit):
            return f"it was merged as `{commit[:7]}`"
        case e.PassportCompleted(taken=True):
            return "the pull request's passport was completed"
        case e.PassportCompleted():
            return "the pull request's passport could not be completed"
        case e.DeployReleased(by=by):
            return f"@{by.login} let it go out"
        case e.DeploymentCreated(environment=environment):
            return f"GitHub was asked to deploy it to {code(environment)}"
        case e.DeploymentSeen(needs_person=True):
            return "the deployment waits for a person on GitHub"
        case e.DeploymentSeen():
            return "the deployment was let go on"
        case e.DeploymentReported(outcome=outcome):
            return f"the deployment ended: {code(outcome)}"
        case e.WorkflowDispatched(workflow=workflow):
            return f"GitHub was asked to run {code(workflow)} on the base branch"
        case e.RunSeen(run=run, head=head, needs_person=needs_person):
            waits = ", and waits for a person on GitHub" if needs_person else ""
            return f"run {run} came of that, over `{head[:7]}`{waits}"
        case e.RunEnded(run=run, outcome=outcome):
            return f"run {run} ended: {code(outcome)}"
        case e.Activated():
            return "it is active"
        case e.CancelRequested(by=by, cause=cause):
            return f"@{by.login} stopped it. {why(cause)}"
        case e.RollBackRequested(by=by):
            return f"@{by.login} rolled it back"
        case e.DeprecationRequested(by=by, removed_in=None):
            return f"@{by.login} wanted it deprecated"
        case e.DeprecationRequested(by=by, removed_in=number):
            return f"@{by.login} said that #{number} took it out"
        case e.RemovalOpened(number=number, files=files, left_files=left):
            rest = f", and {counted(left, 'file')} left for a person" if left else ""
            return (
                f"the pull request #{number} was opened, which takes it out: {counted(files, 'file')}{rest}"
            )
        case e.RemovalClosed(merged=merged, by=by):
            who = f" by @{by.login}" if by is not None else ""
            return f"the pull request that takes it out was {'merged' if merged else 'closed unmerged'}{who}"
        case e.RemovalGivenUp(code=reason):
            return f"it could not be taken out ({code(reason)}), and stays active"
        case e.Deprecated():
            return "it is deprecated"
        case e.Retried(by=by, state=state):
            return f"@{by.login} had it tried again, from {code(state)}"
        case e.HeldUp(by=by, code=reason):
            return f"{NAMES.get(by, by)} did not answer ({code(reason)}), and was tried again"
        case e.WentOn():
            return "the answers came again, and it went on"
        case e.Paused(cause=cause):
            return f"it rests ({code(cause)})"
        case e.Resumed():
            return "it goes on where it stopped"
        case e.Reminded(of=waits):
            return f"I reminded people that it waits for {waits.replace('_', ' ')}"
        case e.BudgetRaised(by=by, micro_usd=more):
            return f"@{by.login} let it use up ${more / 1e6:.2f} more"
        case e.Titled(by=by, title=title):
            return f"@{by.login} called it {code(title)}"
        case e.Adjusted(by=by, own=own):
            return f"@{by.login} set for this integration alone: {own_words.listed(as_written(own))}"
        case e.RepositoryMoved(repository=name):
            return f"its repository is seen as {code(name)} from then on"
        case e.ReachedAgain():
            return "its repository can be reached again"
        case e.IntegrationFailed(reason=reason):
            return f"it failed ({code(reason)}). {why(reason)}"
        case e.StepUndone(step=step, outcome=outcome):
            return f"{code(step)} was taken back: {outcome.replace('_', ' ')}"
        case e.UndoFinished():
            return "nothing is left to take back"
        case _:
            assert_never(event)


def _reviewers(event: e.ReviewersAsked) -> str:
    """Names without their sign would be called; as code they are not."""
    asked = _named(event.names) or "nobody"
    refused = f", but GitHub did not take {_named(event.refused)}" if event.refused else ""
    more = f", and {counted(event.left_out, 'other')} left out" if event.left_out else ""
    trouble = f" ({code(event.trouble)})" if event.trouble else ""
    return f"asked for a review: {asked}{refused}{more}{trouble}"


def _named(codes: Iterable[str]) -> str:
    return ", ".join(map(code, codes))


def counted(number: int, noun: str) -> str:
    """ "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
