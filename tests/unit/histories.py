"""People, and the facts of one integration on its way: each test bends one thing."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.trust import Verdict
from bot.records import Actor, Recorded, Repository

ID: Final = "k7p2m4q9xa"
ISSUE: Final = 3
PULL: Final = 12
BEGAN: Final = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)

REQUESTER: Final = Actor(id=1, login="requester")
DEVELOPER: Final = Actor(id=2, login="developer")
ADMIN: Final = Actor(id=3, login="admin")
VIEWER: Final = Actor(id=4, login="viewer")
STRANGER: Final = Actor(id=5, login="stranger")
OWNER: Final = 6
SHOP: Final = Repository(id=7, full_name="acme/shop", installation_id=9, owner_id=OWNER)

TEXTS: Final[dict[str, bytes]] = {}


def kept(text: str) -> str:
    """The digest under which every stage of these tests holds the text."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    TEXTS[digest] = text.encode()
    return digest


def answer(stop_reason: str, text: str) -> str:
    """The digest of an answer of the model."""
    content = [{"type": "text", "text": text}]
    said = {"content": content, "stop_reason": stop_reason, "model": "claude-opus-5-5", "usage": [1, 1, 0, 0]}
    return kept(json.dumps(said))


def turn(number: int, *, stop_reason: str = "end_turn", step: str = "generate_code") -> e.TurnTaken:
    """One question to the model."""
    return e.TurnTaken(
        step=step,
        attempt=1,
        turn=number,
        answer=answer(stop_reason, "Send paid invoices\n\nPosts each paid invoice to the ERP."),
        stop_reason=stop_reason,
        model="claude-opus-5-5",
        input_tokens=1000,
        output_tokens=200,
        cache_read_tokens=0,
        cache_write_tokens=0,
        micro_usd=10_000,
    )


LOST: Final = e.AnswerLost(
    step="generate_code",
    attempt=1,
    turn=4,
    code="claude_cut_off",
    model="claude-opus-5-5",
    input_tokens=1000,
    output_tokens=1,
    cache_read_tokens=1000 // 10,
    cache_write_tokens=0,
    micro_usd=5_525,
)
HELD_UP: Final = e.HeldUp(by="claude", code="claude_unreachable")
RESTING: Final = e.Paused(cause="budget", detail="dollars")
MORE: Final = e.BudgetRaised(by=ADMIN, micro_usd=5_000_000, turns=60, tokens=2_000_000, minutes=120)
BASE, COMMIT, TREE, MERGED_SHA = "ba5e" * 10, "c0de" * 10, "7ee5" * 10, "1e46" * 10
CONTENT: Final = "def send(invoice): ...\n"
QUESTION: Final = kept("- Which ERP?")
PLANNED: Final = {
    "goal": "Every paid invoice reaches the ERP once.",
    "title": "Send paid invoices",
    "systems": ["ERP"],
    "secrets_needed": ["ERP_TOKEN"],
    "files_likely_touched": ["shop/erp.py"],
    "acceptance_tests": ["An open invoice is not sent."],
    "risks": [],
    "out_of_scope": ["refunds"],
    "questions": [],
    "refusal": None,
}
SUMMARY: Final = kept("Send paid invoices\n\nPosts each paid invoice to the ERP.")
CHANGE: Final = kept(json.dumps({"base": BASE, "files": {"shop/erp.py": [kept(CONTENT), False]}}))
REPORT: Final = kept(json.dumps({"status": 1, "output": "1 failed", "seconds": 2.0, "ended": "exited"}))
GREEN: Final = Verdict(report=REPORT, ended="exited", is_green=True, passed=8)
BRANCH: Final = f"claude/{ISSUE}-{ID}"

REQUEST: Final = e.IntegrationRequested(
    by=REQUESTER,
    repository_id=SHOP.id,
    repository=SHOP.full_name,
    installation_id=SHOP.installation_id,
    issue=ISSUE,
    request=kept(json.dumps({"request": "send invoices", "issue_title": "ERP", "issue_body": "Please."})),
    base=None,
    turns=60,
    tokens=2_000_000,
    micro_usd=5_000_000,
)
SPEC: Final = e.RequestValidated(
    spec=kept("{}"),
    base="main",
    base_commit=BASE,
    tests=("pytest", "-q"),
    environment="production",
    merge_reverts=False,
    passed=5,
)
APPROVAL: Final = e.Approved(by=DEVELOPER, head=COMMIT, deploys=False)
ADMIN_APPROVAL: Final = e.Approved(by=ADMIN, head=COMMIT, deploys=True)

History = tuple[e.Event, ...]
REQUESTED: Final[History] = (REQUEST,)
TAKEN_UP: Final[History] = (*REQUESTED, e.ValidationStarted())
ASKED: Final[History] = (*TAKEN_UP, e.QuestionsAsked(questions=QUESTION))
PLAN: Final = kept(json.dumps(PLANNED))
PROPOSED: Final[History] = (
    *TAKEN_UP,
    turn(1, step="validate_request"),
    e.PlanProposed(spec=PLAN, demanded=True, survey="5eed", passed=5),
)
PLAN_SHOWN_AT: Final = "2026-01-01T09:00:04Z"
PLANNING: Final[History] = (*PROPOSED, e.PlanShown(spec=PLAN, shown_at=PLAN_SHOWN_AT))
PLAN_AGREED: Final[History] = (*PLANNING, e.PlanApproved(by=DEVELOPER, spec=PLAN))
ANOTHER_PLAN: Final[History] = (
    *PLANNING,
    e.PlanSentBack(by=DEVELOPER, spec=PLAN, said=kept("Without refunds, please.")),
)
AGREED: Final[History] = (*TAKEN_UP, turn(1, step="validate_request"), SPEC)
WORKED: Final[History] = (
    *AGREED,
    turn(2, stop_reason="tool_use"),
    e.ToolsRun(attempt=1, turn=2, results=kept("[]"), change=CHANGE),
    turn(3),
)
WRITTEN: Final[History] = (*WORKED, e.CodeGenerated(attempt=1, change=CHANGE, files=1, summary=SUMMARY))
REPAIRING: Final[History] = (
    *WRITTEN,
    e.TestsFailed(attempt=1, report=REPORT, ended="exited"),
    e.RepairStarted(attempt=2),
)
SANDBOX: Final = e.SandboxNoted(
    kind="bubblewrap, control groups",
    seconds=900,
    memory_mib=2048,
    processes=256,
    files=100_000,
    disk_mib=2048,
    output_mib=64,
)
TESTED: Final[History] = (*WRITTEN, e.TestsPassed(attempt=1, report=REPORT, passed=8))
COMMITTED: Final[History] = (*TESTED, e.CommitMade(head=COMMIT, tree=TREE))
BRANCHED: Final[History] = (*COMMITTED, e.BranchCreated(branch=BRANCH, head=COMMIT))
OPENED_AT: Final = "2026-01-01T09:00:07Z"
OPENED: Final[History] = (*BRANCHED, e.PullRequestCreated(number=PULL, head=COMMIT, opened_at=OPENED_AT))
UP_FOR_REVIEW: Final[History] = (*OPENED, e.CheckOpened(check=31, head=COMMIT))
WISHED: Final = kept(json.dumps({"parts": ["Send them one by one."], "others": []}))
WISH: Final = e.ChangesRequested(by=DEVELOPER, attempt=2, said=WISHED, head=COMMIT, change=CHANGE)
SENT_BACK: Final[History] = (*UP_FOR_REVIEW, WISH)
AGAIN, BETTER = "a6a1" * 10, "def send_one(invoice): ...\n"
BETTER_CHANGE: Final = kept(json.dumps({"base": BASE, "files": {"shop/erp.py": [kept(BETTER), False]}}))
CHANGED: Final[History] = (
    *SENT_BACK,
    turn(4, stop_reason="tool_use"),
    e.ToolsRun(attempt=2, turn=4, results=kept("[]"), change=BETTER_CHANGE),
    turn(5),
    e.CodeGenerated(attempt=2, change=BETTER_CHANGE, files=1, summary=SUMMARY),
    e.TestsPassed(attempt=2, report=REPORT, passed=9),
)
CHANGED_AND_COMMITTED: Final[History] = (*CHANGED, e.CommitMade(head=AGAIN, tree=TREE))
CHANGED_AND_MOVED: Final[History] = (*CHANGED_AND_COMMITTED, e.BranchMoved(head=AGAIN))
SHOWN_AT: Final = "2026-01-01T10:00:00Z"
CHANGED_AND_SHOWN: Final[History] = (
    *CHANGED_AND_MOVED,
    e.PullRequestDescribed(head=AGAIN, shown_at=SHOWN_AT),
)
CHANGED_AND_SUPERSEDED: Final[History] = (
    *CHANGED_AND_SHOWN,
    e.CheckClosed(check=31, conclusion="neutral"),
)
UP_AGAIN: Final[History] = (*CHANGED_AND_SUPERSEDED, e.CheckOpened(check=32, head=AGAIN))
RELEASED: Final[History] = (*UP_FOR_REVIEW, ADMIN_APPROVAL, e.Released(head=COMMIT))
CLOSED: Final[History] = (*RELEASED, e.CheckClosed(check=31, conclusion="success"))
CHECKED: Final[History] = (*CLOSED, e.PassportCompleted())
MERGED: Final[History] = (*CHECKED, e.Merged(head=COMMIT, commit=MERGED_SHA))
MERGED_FOR_A_DEVELOPER: Final[History] = (
    *UP_FOR_REVIEW,
    APPROVAL,
    e.Released(head=COMMIT),
    e.CheckClosed(check=31, conclusion="success"),
    e.PassportCompleted(),
    e.Merged(head=COMMIT, commit=MERGED_SHA),
)
NEW_BASE, MERGING = "ba5f" * 10, "3e6e" * 10
BASE_MOVED: Final = e.BaseMoved(attempt=2, base_commit=NEW_BASE, head=COMMIT, change=CHANGE)
DEPLOYING: Final[History] = (*MERGED, e.DeploymentCreated(deployment=51, environment="production"))
DEPLOYED: Final[History] = (*DEPLOYING, e.DeploymentReported(deployment=51, outcome="success"))
ACTIVE: Final[History] = (*DEPLOYED, e.Activated())
ANOTHER: Final = e.VersionRequested(
    by=DEVELOPER,
    request=kept(json.dumps({"request": "refunds, too", "issue_title": "ERP", "issue_body": "Please."})),
    turns=100,
    tokens=3_000_000,
    micro_usd=6_000_000,
)
RENEWED: Final[History] = (*ACTIVE, ANOTHER)
SECOND_PULL: Final = 13
SECOND_ACTIVE: Final[History] = (
    *RENEWED,
    SPEC,
    *WRITTEN[len(AGREED) :],
    *COMMITTED[len(WRITTEN) :],
    e.BranchCreated(branch=f"{BRANCH}.2", head=COMMIT),
    e.PullRequestCreated(number=SECOND_PULL, head=COMMIT, opened_at=OPENED_AT),
    *ACTIVE[len(OPENED) :],
)
REMOVAL: Final = 14
TO_BE_DEPRECATED: Final = e.DeprecationRequested(by=ADMIN, why=None)
OPENED_TO_REMOVE: Final = e.RemovalOpened(number=REMOVAL, head="0e0e" * 10, files=1)
GIVEN_UP: Final = e.RemovalGivenUp(code="removal_conflicts", left=kept('["shop/erp.py"]'), left_files=1)
WAITS_TO_BE_REMOVED: Final[History] = (*ACTIVE, TO_BE_DEPRECATED, OPENED_TO_REMOVE)
REMOVED: Final[History] = (*WAITS_TO_BE_REMOVED, e.RemovalClosed(merged=True))
DEPRECATED: Final[History] = (
    *REMOVED,
    e.StepUndone(step="deployment", outcome="undone", what="deployment_inactive"),
    e.StepUndone(step="code", outcome="undone", what=f"removed:{REMOVAL}"),
    e.Deprecated(),
)


def cancelled(*history: e.Event) -> History:
    """The same, with a person having stopped it."""
    return (*history, e.CancelRequested(by=REQUESTER, cause="cancelled"))


def failed(*history: e.Event, reason: str = "tests", during: str = "testing", detail: str = "") -> History:
    """The same, having come to nothing."""
    return (*history, e.IntegrationFailed(reason=reason, during=during, detail=detail))


def integration(history: Iterable[e.Event]) -> Integration:
    """What these facts make of it."""
    return fold(ID, history)


def recorded(history: Iterable[e.Event], *, key: str = "") -> list[Recorded]:
    """The facts as the log keeps them, one a second."""
    return [
        Recorded(
            seq=number,
            stream=ID,
            version=number,
            type=fact.type,
            data_json=json.dumps(fact.data),
            meta_json=json.dumps({"key": key}),
            at=BEGAN + timedelta(seconds=number - 1),
            hash="",
        )
        for number, fact in enumerate(e.encode(history), start=1)
    ]
