"""A deployment that GitHub was asked for: what is said of it, and how long it may take."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.states import State
from bot.domain.timing import since_asked
from bot.records import Recorded

# How long it may take, and people to let it go on: GitHub itself gives up what waits longer than that.
MACHINES: Final = timedelta(hours=1)
PEOPLE: Final = timedelta(days=30)

FINAL: Final = frozenset(("success", "failure", "error"))
WAITS: Final = "waiting"
# Once it is one of these nobody has to let it go on. What else is said before its end tells neither.
GOES_ON: Final = frozenset(("queued", "in_progress"))
SEEN: Final = (e.RunSeen.__name__, e.DeploymentSeen.__name__)


def report(it: Integration, *, deployment: int, outcome: str) -> list[e.Event]:
    """How the deployment goes; what is not ours, not news, too late or said before changes nothing."""
    if it.deployment != deployment or it.deployment_outcome is not None or it.state is not State.DEPLOYING:
        return []
    if outcome in FINAL:
        return [e.DeploymentReported(deployment=deployment, outcome=outcome)]
    is_news = outcome in {WAITS, *GOES_ON} and it.deployment_needs_person != (outcome == WAITS)
    return [e.DeploymentSeen(deployment=deployment, needs_person=outcome == WAITS)] if is_news else []


def waits_for_people(it: Integration) -> bool:
    """Whether it waits at an environment, or for whoever has to let its run begin."""
    run_waits = it.run is not None and it.run.needs_person
    return it.waiting_for == "deployment" and (run_waits or it.deployment_needs_person)


def is_overdue(it: Integration, records: Sequence[Recorded], *, now: datetime) -> bool:
    """Whether it has had its time. That begins when it is there, and anew once people let it go on.

    People are waited for longer. While it rested nobody acted on it.
    """
    seen = [record.at for record in records if record.type in SEEN]
    asked = e.WorkflowDispatched if it.way == "workflow" else e.DeploymentCreated
    since = max([since_asked(records, asked), *seen[-1:]])
    return now - since > (PEOPLE if waits_for_people(it) else MACHINES)
