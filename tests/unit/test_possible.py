"""What is said to be possible is what the decisions allow, whatever has happened so far."""

from collections.abc import Callable, Sequence
from typing import Final

import pytest

from bot.domain import deciding, outsiders, planning, retiring, reviving
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.money import raise_budget
from bot.domain.policy import CannotRetry, Denied, Role, Rules
from bot.domain.possible import possible
from bot.domain.states import State
from tests.unit import histories
from tests.unit.histories import ADMIN, ID, History, failed

TOLD: Final[dict[str, History]] = {
    name: history
    for name, history in vars(histories).items()
    if isinstance(history, tuple) and history and isinstance(history[0], e.IntegrationRequested)
}
STOPPED: Final = {
    f"{name} and {what}": (*TOLD[name], event)
    for name in ("UP_FOR_REVIEW", "PLANNING", "DEPLOYING", "ASKED")
    for what, event in (
        ("cancelled", e.CancelRequested(by=ADMIN, cause="cancelled")),
        ("rejected", e.Rejected(by=ADMIN, why=None)),
        ("resting", e.Paused(cause="budget", detail="dollars")),
    )
}
ENDED: Final[dict[str, History]] = {
    f"{name} failed of {reason}, {len(after)}": (*failed(*TOLD[name], reason=reason), *after)
    for name in ("UP_FOR_REVIEW", "WORKED")
    for reason in ("tests", "rejected", "cancelled")
    for after in ((), (e.UndoFinished(),))
}
EVERY: Final = TOLD | STOPPED | ENDED


def approve(it: Integration) -> Sequence[e.Event]:
    if it.waiting_for == outsiders.WAITS:
        return outsiders.grant(it, by=ADMIN, is_early=False)
    if it.waiting_for == planning.WAITS:
        return planning.approve(it, by=ADMIN, spec=it.plan.spec if it.plan else "", alone=False, said_at=None)
    return deciding.approve(it, by=ADMIN, head=it.head, deploys=False, alone=False)


def changes(it: Integration) -> Sequence[e.Event]:
    if it.waiting_for == planning.WAITS:
        planning.check_may_be_sent_back(it, said_at=None, is_over_time=False)
    else:
        deciding.check_may_be_sent_back(it, said_at=None, is_over_time=False)
    return [e.ChangesRequested(by=ADMIN, attempt=it.attempt + 1, said="", head=it.head, change="")]


def retry(it: Integration) -> Sequence[e.Event]:
    if reviving.is_at_work_again(it):
        return []
    reviving.check_may_be_retried(it, is_over_time=False)
    state = reviving.place_of(it, None)
    return [e.Retried(by=ADMIN, state=state.value, attempt=it.attempt + 1, said="", anew=False)]


DECISIONS: Final[dict[str, Callable[[Integration], Sequence[e.Event]]]] = {
    "answer": lambda it: deciding.answer(it, by=ADMIN, text=""),
    "approve": approve,
    "changes": changes,
    "reject": lambda it: deciding.reject(it, by=ADMIN, why=None),
    "deploy": lambda it: deciding.release_deploy(it, by=ADMIN),
    "rollback": lambda it: retiring.roll_back(it, by=ADMIN, why=None),
    "deprecate": lambda it: retiring.deprecate(it, e.DeprecationRequested(by=ADMIN, why=None)),
    "cancel": lambda it: deciding.cancel(it, by=ADMIN, cause="cancelled", role=Role.ADMIN),
    "retry": retry,
    "budget": lambda it: raise_budget(it, by=ADMIN, micro_usd=1, rules=Rules()),
}


def comes_of(name: str, it: Integration) -> bool:
    try:
        return bool(DECISIONS[name](it))
    except (Denied, CannotRetry):
        return False


@pytest.mark.parametrize("history", EVERY.values(), ids=EVERY)
def test_what_is_possible_is_what_something_would_come_of(history: History) -> None:
    it = fold(ID, history)

    assert list(possible(it)) == [name for name in DECISIONS if comes_of(name, it)]


def test_every_command_is_possible_somewhere() -> None:
    assert {name for history in EVERY.values() for name in possible(fold(ID, history))} == set(DECISIONS)
    assert {fold(ID, history).state for history in EVERY.values()} >= {*State} - {State.DRAFT}
