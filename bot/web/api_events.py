"""What v1 tells of each event: the one place that knows its names there, whatever they are inside."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from bot.application.own_settings import as_written
from bot.domain import events as e
from bot.domain.adjusting import KEYS

SHOWN: Final[Mapping[type[e.Event], str]] = {
    e.IntegrationRequested: (
        "by repository_id repository installation_id issue base turns tokens micro_usd minutes plan_first"
    ),
    e.VersionRequested: "by turns tokens micro_usd minutes plan_first",
    e.ValidationStarted: "",
    e.QuestionsAsked: "reminders",
    e.Answered: "by",
    e.PlanProposed: "demanded passed reminders",
    e.PlanShown: "shown_at",
    e.PlanApproved: "by",
    e.PlanSentBack: "by",
    e.TestsChosen: "tests configured",
    e.RequestValidated: (
        "base base_commit tests environment merge_reverts approvals merge_method passed refuses_remarks "
        "not_secret branch labels setup detects_setup setup_files sends_back tester check_minutes "
        "checks_needed reminders outsiders reports reviewers updates way workflow inputs path_rules "
        "approval_days unread test_reruns"
    ),
    e.RulesRead: "path_rules approval_days",
    e.TurnTaken: (
        "step attempt turn stop_reason model input_tokens output_tokens cache_read_tokens "
        "cache_write_tokens micro_usd left_out prompts"
    ),
    e.AnswerLost: (
        "step attempt turn code model input_tokens output_tokens cache_read_tokens cache_write_tokens "
        "micro_usd"
    ),
    e.ToolsRun: "attempt turn tools",
    e.ContextCompacted: "upto tokens",
    e.InstallsWanted: "paths",
    e.InstallsGranted: "by",
    e.CodeGenerated: "attempt files",
    e.SandboxNoted: "kind seconds memory_mib processes files disk_mib output_mib setup_hosts",
    e.TestsPassed: "attempt passed remarks",
    e.TestsFailed: "attempt ended remarks passed failed",
    e.TestsRepeated: "attempt passed failed of",
    e.RepairStarted: "attempt",
    e.CommitMade: "head tree",
    e.BranchCreated: "branch head",
    e.PullRequestCreated: "number head opened_at draft",
    e.ChecksCounted: "head done total",
    e.PullRequestReady: "number",
    e.PullRequestLabelled: "labels taken",
    e.ReviewersAsked: "head names refused left_out trouble",
    e.CheckOpened: "check head",
    e.CheckClosed: "check conclusion",
    e.GateRuled: "head rules",
    e.Approved: "by head deploys role teams unasked until",
    e.ApprovalWithdrawn: "by whose",
    e.ApprovalLapsed: "whose head days",
    e.ChangesRequested: "by attempt head shared authors base_commit",
    e.ChecksFailed: "head failing left",
    e.SentBackByChecks: "attempt",
    e.ChecksDisputed: "head remarks",
    e.JudgedAgain: "attempt",
    e.ChecksPassed: "head",
    e.BaseMoved: "attempt base_commit head conflicts merges keeps shared authors",
    e.MergeHeld: "code detail",
    e.MergeTriedAgain: "because",
    e.BranchMoved: "head",
    e.PullRequestDescribed: "head shown_at",
    e.Rejected: "by",
    e.Released: "head",
    e.Merged: "head commit",
    e.PassportCompleted: "taken",
    e.DeployReleased: "by",
    e.DeploymentCreated: "deployment environment",
    e.DeploymentSeen: "deployment needs_person",
    e.DeploymentReported: "deployment outcome",
    e.WorkflowDispatched: "workflow run",
    e.RunSeen: "run url head needs_person",
    e.RunEnded: "run outcome",
    e.Activated: "",
    e.CancelRequested: "by cause",
    e.RollBackRequested: "by",
    e.DeprecationRequested: "by removed_in",
    e.RemovalOpened: "number head files left_files is_exact",
    e.RemovalClosed: "merged by",
    e.RemovalGivenUp: "code left_files",
    e.Deprecated: "",
    e.Retried: "by state attempt anew",
    e.HeldUp: "by code",
    e.WentOn: "",
    e.Paused: "cause detail",
    e.Resumed: "",
    e.Reminded: "of",
    e.BudgetRaised: "by micro_usd turns tokens minutes",
    e.Titled: "by title",
    e.Adjusted: "by own:settings",
    e.RepositoryMoved: "repository installation_id",
    e.ReachedAgain: "",
    e.IntegrationFailed: "reason during detail",
    e.StepUndone: "step outcome what",
    e.UndoFinished: "",
}
"""The fields of each event; where one is called otherwise inside, as `inside:outside`."""

KEPT_BACK: Final[Mapping[type[e.Event], str]] = {
    e.IntegrationRequested: "request",
    e.VersionRequested: "request",
    e.QuestionsAsked: "questions",
    e.Answered: "text",
    e.PlanProposed: "spec survey",
    e.PlanShown: "spec",
    e.PlanApproved: "spec",
    e.PlanSentBack: "spec said",
    e.RequestValidated: "spec kept_back",
    e.TurnTaken: "answer",
    e.ToolsRun: "results change",
    e.CodeGenerated: "change summary",
    e.TestsPassed: "report",
    e.TestsFailed: "report",
    e.TestsRepeated: "report",
    e.GateRuled: "change",
    e.ChangesRequested: "said change",
    e.ChecksFailed: "said",
    e.BaseMoved: "change said",
    e.Rejected: "why",
    e.RollBackRequested: "why",
    e.DeprecationRequested: "why",
    e.RemovalOpened: "left",
    e.RemovalGivenUp: "left",
    e.Retried: "said",
}
"""Digests of texts that are kept elsewhere: they say nothing to anybody who may not have the text."""


def data_of(event: e.Event) -> dict[str, Any]:
    """What was recorded, under the names of v1."""
    [fact] = e.encode([event])
    data = {outside: fact.data[inside] for inside, outside in named(type(event))}
    if isinstance(event, e.Adjusted):  # as the integration has them
        data["settings"] = {**dict.fromkeys(KEYS), **as_written(event.own)}
    return data


@cache
def named(kind: type[e.Event]) -> tuple[tuple[str, str], ...]:
    """Each field that is shown: its name inside, and in v1."""
    parts = (each.partition(":") for each in SHOWN[kind].split())
    return tuple((inside, outside or inside) for inside, _, outside in parts)
