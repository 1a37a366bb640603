"""What a run of the workflow that deploys means: what was seen of it, and whether it has ended, and how."""

import re
from collections.abc import Iterable
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.states import State
from bot.run_records import Run

# An input by this name is given the integration's name, where the workflow declares one.
KEY: Final = "claude_integration"
SUCCESS: Final = "success"
ENDED: Final = "completed"
WAITS: Final = "waiting"
# Whoever goes on with such a run goes on with the same one.
FOR_A_PERSON: Final = "action_required"
CONCLUSIONS: Final = frozenset((
    SUCCESS,
    "failure",
    "cancelled",
    "timed_out",
    "skipped",
    "neutral",
    "stale",
    "startup_failure",
))


def outcome_of(run: Run) -> str | None:
    """How it ended: None where it has not, `unknown` where GitHub says what nobody here knows."""
    if run.status != ENDED or run.conclusion == FOR_A_PERSON:
        return None
    return run.conclusion if run.conclusion in CONCLUSIONS else "unknown"


def needs_person(run: Run) -> bool:
    """Whether it goes on only once somebody has acted on GitHub."""
    return run.status == WAITS or (run.status == ENDED and run.conclusion == FOR_A_PERSON)


def titled(it: Integration, found: Iterable[Run]) -> list[Run]:
    """Those in whose title its name stands by itself, whatever signs a `run-name` puts around it."""
    named = re.compile(rf"(?<![\w.-]){re.escape(it.name)}(?![\w-]|\.\w)")
    return [run for run in found if named.search(run.title)]


def may_be_of(it: Integration, number: int) -> bool:
    """Whether the end of its run is waited for, and that may be the run of this number."""
    is_waited_for = it.state is State.DEPLOYING and it.dispatched is not None
    return is_waited_for and it.deployment_outcome is None and it.run_number in {None, number}


def see(it: Integration, run: Run) -> list[e.Event]:
    """What is new of it; what is not ours, too late or said before changes nothing."""
    if not may_be_of(it, run.id):
        return []
    seen = e.RunSeen(run=run.id, url=run.url, head=run.head, needs_person=needs_person(run))
    outcome = outcome_of(run)
    return [
        *([] if it.run == seen else [seen]),
        *([] if outcome is None else [e.RunEnded(run=run.id, outcome=outcome)]),
    ]


def dispatch(it: Integration, *, run: int | None) -> list[e.Event]:
    """GitHub took it; once."""
    return [] if it.dispatched is not None else [e.WorkflowDispatched(workflow=it.workflow, run=run)]
