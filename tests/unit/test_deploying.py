"""What is said of a deployment, how long it may take, and who has to let it go on."""

from datetime import timedelta

import pytest

from bot.application.dispatch_words import waits_for_deployer
from bot.application.notifying import look
from bot.application.reminder_words import reminder
from bot.domain import deploying
from bot.domain import events as e
from bot.domain.reminding import due
from tests.unit.fakes import Stage
from tests.unit.histories import (
    DEPLOYED,
    DEPLOYING,
    ID,
    MERGED,
    History,
    cancelled,
    failed,
    integration,
    recorded,
)

PARKED: History = (*DEPLOYING, e.DeploymentSeen(deployment=51, needs_person=True))
LET_GO: History = (*PARKED, e.DeploymentSeen(deployment=51, needs_person=False))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("outcome", ["success", "failure", "error"])
def test_a_deployments_end_is_noted(outcome: str) -> None:
    reported = deploying.report(integration(DEPLOYING), deployment=51, outcome=outcome)

    assert reported == [e.DeploymentReported(deployment=51, outcome=outcome)]


@pytest.mark.parametrize(
    ("history", "deployment", "outcome"),
    [
        (DEPLOYING, 52, "success"),
        (MERGED, 51, "success"),
        (DEPLOYING, 51, "in_progress"),
        (DEPLOYING, 51, "pending"),
        (PARKED, 51, "waiting"),
        (PARKED, 51, "pending"),
        (LET_GO, 51, "queued"),
        (PARKED, 52, "in_progress"),
        (DEPLOYED, 51, "waiting"),
        (DEPLOYING, 51, "inactive"),
        (DEPLOYED, 51, "failure"),
        (failed(*DEPLOYING), 51, "success"),
    ],
)
def test_another_an_unfinished_or_a_late_deployment_changes_nothing(
    history: History, deployment: int, outcome: str
) -> None:
    assert deploying.report(integration(history), deployment=deployment, outcome=outcome) == []


@pytest.mark.parametrize(
    ("history", "outcome", "needs_person"),
    [
        (DEPLOYING, "waiting", True),
        (PARKED, "queued", False),
        (PARKED, "in_progress", False),
        (LET_GO, "waiting", True),
    ],
)
def test_that_people_have_to_let_it_go_on_is_noted_and_that_they_did(
    history: History, outcome: str, *, needs_person: bool
) -> None:
    reported = deploying.report(integration(history), deployment=51, outcome=outcome)

    assert reported == [e.DeploymentSeen(deployment=51, needs_person=needs_person)]


def overdue_after(history: History, time: timedelta) -> bool:
    records = recorded(history)
    return deploying.is_overdue(integration(history), records, now=records[-1].at + time)


@pytest.mark.parametrize(
    ("history", "time"),
    [(DEPLOYING, deploying.MACHINES), (PARKED, deploying.PEOPLE), (LET_GO, deploying.MACHINES)],
)
def test_people_have_longer_than_machines(history: History, time: timedelta) -> None:
    assert [overdue_after(history, time + each) for each in (timedelta(), SECOND)] == [False, True]


def test_it_waits_for_people_only_as_long_as_it_waits() -> None:
    assert deploying.waits_for_people(integration(PARKED))
    others = (DEPLOYING, LET_GO, cancelled(*PARKED), (*PARKED, *DEPLOYED[-1:]))
    assert not any(deploying.waits_for_people(integration(each)) for each in others)


@pytest.mark.parametrize(
    ("history", "days", "is_due"),
    [(PARKED, 2, True), (PARKED, 0.5, False), (PARKED, 31, False), (LET_GO, 2, False)],
)
def test_people_are_reminded_of_what_waits_for_them(history: History, days: float, *, is_due: bool) -> None:
    records = recorded(history)

    told = due(integration(history), records, now=records[-1].at + timedelta(days=days))

    assert told == (e.Reminded(of="deployment") if is_due else None)


async def test_the_reminder_says_who_can_help() -> None:
    stage = Stage()
    stage.log.holds((*PARKED, e.Reminded(of="deployment")))
    _, view = await look(stage.world, ID)

    said = reminder(view)

    assert waits_for_deployer(view) in said
    assert "somebody who reviews deployments to its environment has to let it go on" in said
    assert said.endswith("`/claude cancel`, by whoever may deploy, takes it back instead.")
