"""What people are shown of an integration, decided before it is put into words."""

import pytest

from bot.application.views import STEPS, StatusView, steps_of, view_of
from bot.domain import events as e
from bot.domain.trust import Trust
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ASKED,
    DEPLOYING,
    MERGED_FOR_A_DEVELOPER,
    PULL,
    REPAIRING,
    REPORT,
    REQUESTED,
    REQUESTER,
    TAKEN_UP,
    UP_FOR_REVIEW,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
    recorded,
)

ALL = list(STEPS.values())
FAILED = failed(*WRITTEN)


def view(history: History, detail: str = "") -> StatusView:
    return view_of(integration(history), recorded(history), detail=detail)


def marks(history: History) -> list[tuple[str, str]]:
    return [(step.name, step.mark) for step in steps_of(integration(history), recorded(history))]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (REQUESTED, ["todo", "todo", "todo", "todo", "todo"]),
        (TAKEN_UP, ["running", "todo", "todo", "todo", "todo"]),
        (ASKED, ["waiting", "todo", "todo", "todo", "todo"]),
        (WRITTEN, ["done", "done", "running", "todo", "todo"]),
        (UP_FOR_REVIEW, ["done", "done", "done", "waiting", "todo"]),
        (cancelled(*UP_FOR_REVIEW), ["done", "done", "done", "running", "todo"]),
        (MERGED_FOR_A_DEVELOPER, ["done", "done", "done", "done", "waiting"]),
        (DEPLOYING, ["done", "done", "done", "done", "waiting"]),
        (ACTIVE, ["done", "done", "done", "done", "done"]),
    ],
)
def test_each_step_has_its_mark(history: History, expected: list[str]) -> None:
    assert marks(history) == list(zip(ALL, expected, strict=True))


def test_a_repair_is_a_second_pass() -> None:
    assert marks(REPAIRING) == [
        ("validate_request", "done"),
        ("generate_code", "done"),
        ("run_tests", "repaired"),
        ("generate_code", "running"),
        ("run_tests", "todo"),
        ("create_pull_request", "todo"),
        ("deploy", "todo"),
    ]


def test_after_a_failure_nothing_is_to_come() -> None:
    assert marks(FAILED) == [
        ("validate_request", "done"),
        ("generate_code", "done"),
        ("run_tests", "failed"),
    ]


def test_of_nothing_everything_is_to_come() -> None:
    assert [mark for _, mark in marks(())] == ["todo"] * 5


def test_a_pass_has_its_times_and_takes_until_the_next_begins() -> None:
    first, second, third, *rest = steps_of(integration(WRITTEN), recorded(WRITTEN))

    assert (first.began, first.ended) == (recorded(WRITTEN)[1].at, second.began)
    assert (first.seconds, second.seconds) == (2.0, 4.0)
    assert (third.ended, third.seconds) == (None, None)
    assert [step.began for step in rest] == [None, None]


def test_who_approved_is_named_once() -> None:
    history = (*UP_FOR_REVIEW, *(e.Approved(by=ADMIN, head=head, deploys=True) for head in ("a", "b")))

    assert (view(history).approvers, view(history).self_approved) == (("admin",), False)


def test_an_approval_of_ones_own_is_shown_as_such() -> None:
    history = (*UP_FOR_REVIEW, e.Approved(by=REQUESTER, head="a", deploys=False))

    assert view(history).self_approved


def test_amounts_are_dollars() -> None:
    assert (view(ACTIVE).dollars, view(ACTIVE).dollars_allowed, view(ACTIVE).turns) == (0.03, 5.0, 3)


@pytest.mark.parametrize(
    ("during", "step"), [("testing", "run_tests"), ("deploying", "deploy"), ("draft", None)]
)
def test_where_it_failed_is_a_step(during: str, step: str | None) -> None:
    assert view(failed(*REQUESTED, during=during)).during == step


def test_the_detail_is_the_text_that_is_given_else_the_facts_own() -> None:
    history = failed(*WRITTEN, detail="attempt 4")

    assert (view(history).detail, view(history, detail="text").detail) == ("attempt 4", "text")


def test_what_was_taken_back_is_shown_in_order() -> None:
    undone = [e.StepUndone(step=step, outcome="undone", what="") for step in ("deploy", "generate_code")]
    shown = view((*FAILED, *undone, e.UndoFinished()))

    assert shown.undone == (("deploy", "undone", ""), ("generate_code", "undone", ""))
    assert shown.settled


def test_what_was_remarked_on_is_known_without_its_report() -> None:
    history = (*WRITTEN, e.TestsPassed(attempt=1, report=REPORT, passed=8, remarks=("tests_changed",)))

    assert view(history).tested.trust is Trust.REMARKED


def test_a_view_is_strings_and_numbers() -> None:
    shown = view(UP_FOR_REVIEW)

    assert (shown.state, shown.requested_by, shown.waiting_for) == ("reviewing", "requester", "approval")
    assert (shown.pull_request, shown.files, shown.tests) == (PULL, 1, "pytest -q")
