"""What can be pressed beneath a run in Slack: what fits where it stands, and what was seen when it was."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.integration import Integration
from bot.domain.policy import CannotRetry
from bot.domain.reviving import check_may_be_retried
from bot.domain.states import State

PREFIX: Final = "run-"
BUDGET: Final = "budget"


class Act(StrEnum):
    """A button of the thread's first message; each is a command of the same name."""

    APPROVE = "approve"
    CHANGES = "changes"
    ANSWER = "answer"
    DEPLOY = "deploy"
    BUDGET = "budget"
    RETRY = "retry"
    ROLLBACK = "rollback"
    CANCEL = "cancel"

    @property
    def action(self) -> str:
        """What Slack knows the button by."""
        return f"{PREFIX}{self.value}"


# What asks for words before it is done.
WORDED: Final = (Act.CHANGES, Act.ANSWER)
_AT: Final = {
    "answer": (Act.ANSWER, Act.CANCEL),
    "plan_approval": (Act.APPROVE, Act.CHANGES, Act.CANCEL),
    "install_approval": (Act.APPROVE, Act.CANCEL),
    "approval": (Act.APPROVE, Act.CHANGES, Act.CANCEL),
    "merge": (Act.CHANGES, Act.CANCEL),
    "deploy_approval": (Act.DEPLOY, Act.CANCEL),
    BUDGET: (Act.BUDGET, Act.CANCEL),
}


class ShownBefore(Exception):
    """What was pressed was shown before what stands there now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a button is about: the integration, where it stood when the button was shown, and what of it.

    That is the commit, the plan, the question or the files; else which life and version of it.
    """

    integration_id: str
    gate: str
    what: str


def acts_of(it: Integration) -> tuple[Act, ...]:
    """What fits where it stands; nothing while it is being stopped."""
    if it.state is State.ACTIVE:
        return (Act.ROLLBACK,)
    if it.state is State.FAILED:
        return (Act.RETRY,) if _may_be_retried(it) else ()
    if it.cancelled is not None or it.rejected_by is not None or it.state is State.DEPRECATED:
        return ()
    return _AT.get(it.waiting_for or "", (Act.CANCEL,))


def _may_be_retried(it: Integration) -> bool:
    try:
        check_may_be_retried(it, is_over_time=False)
    except CannotRetry:
        return False
    return True


def seen_now(it: Integration, act: Act) -> Seen:
    """What whoever presses it now has before them."""
    if act is Act.CANCEL:  # it stops whatever there is of this life
        return Seen(integration_id=it.id, gate="", what=it.name)
    return Seen(integration_id=it.id, gate=it.waiting_for or it.state, what=_what(it))


def _what(it: Integration) -> str:
    match it.waiting_for:
        case "approval" | "merge" | "deploy_approval":
            return it.head
        case "plan_approval" if it.plan is not None:
            return it.plan.spec
        case "install_approval":
            return hashlib.sha256(json.dumps(it.installs_wanted).encode()).hexdigest()
        case "answer":
            return it.questions or ""
        case _:
            return f"{it.name}:{it.edition}:{it.rests}"


def check_seen(it: Integration, act: Act, seen: Seen) -> None:
    """Raise ShownBefore where at the same gate something else stands by now.

    Where the gate is another, or none, somebody was faster: that the command itself finds out.
    """
    now = seen_now(it, act)
    if now.gate == seen.gate and now.what != seen.what:
        raise ShownBefore


def is_passed(it: Integration, act: Act, seen: Seen) -> bool:
    """Whether it has left the gate that the button was for."""
    return seen_now(it, act).gate != seen.gate


def written(seen: Seen) -> str:
    """As a button carries it."""
    return json.dumps([seen.integration_id, seen.gate, seen.what], separators=(",", ":"))


def read(value: str) -> Seen | None:
    """The same, read back; None where no button of ours carries it."""
    try:
        parts = json.loads(value)
    except ValueError:
        return None
    if not isinstance(parts, list) or len(parts) != len(Seen.__slots__) or not _are_texts(parts):
        return None
    integration_id, gate, what = parts
    return Seen(integration_id=integration_id, gate=gate, what=what)


def _are_texts(parts: list[object]) -> bool:
    return all(isinstance(each, str) for each in parts)
