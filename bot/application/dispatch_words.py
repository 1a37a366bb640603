"""Every sentence about a deployment by a workflow of the repository's own."""

import re
from typing import Final

from bot.application.views import StatusView
from bot.domain.deploying import PEOPLE
from bot.domain.events import RunSeen

# No more than an address: it is told by GitHub, and shown as a link.
ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9._:-]{1,200}/[A-Za-z0-9._/-]{1,300}")

FOR_A_PERSON: Final = (
    "It **waits for a person** there: somebody who reviews deployments to its environment "
    f"has to let it go on, on GitHub, within {PEOPLE.days} days. Its own hour begins then."
)


def waits(view: StatusView) -> str:
    """What is waited for, and where one sees it."""
    said = f"**Waits for the workflow** `{view.workflow}`"
    if view.run is None:
        return f"{said}: GitHub has not shown yet what came of the dispatch."
    rest = f"{said}, {linked(view.run)}, to end{_over(view)}."
    return f"{rest} {FOR_A_PERSON}" if view.run.needs_person else rest


def waits_for_deployer(view: StatusView) -> str:
    """The same where it is asked for, and carried out by whoever listens."""
    said = f"**Waits for the deployment** to {view.environment} to report how it went."
    return f"{said} {FOR_A_PERSON}" if view.deployment_needs_person else said


def _over(view: StatusView) -> str:
    """Where the base has moved on, what runs is more than what was merged."""
    if view.run is None or view.run.head == view.merged:
        return ""
    return f"; over `{view.run.head[:7]}`, which holds the merge and what came to the base after it"


def linked(run: RunSeen) -> str:
    """The run, to be gone to."""
    return f"[run {run.run}]({run.url})" if ADDRESS.fullmatch(run.url) else f"run {run.run}"


def went_out(view: StatusView) -> str:
    """How it came into use, to end a sentence with."""
    if view.way == "merge":
        return "merged"
    if view.way == "workflow":
        by = f" ({linked(view.run)})" if view.run is not None else ""
        return f"merged and deployed by `{view.workflow}`{by}{_over(view)}"
    return f"merged and deployed to {view.environment}"


def in_use(view: StatusView) -> str:
    """Why it is active."""
    if view.way == "deployment":
        return f"#{view.pull_request} was merged, and its deployment to {view.environment} succeeded."
    return f"#{view.pull_request} is {went_out(view)}."


def after_undoing(view: StatusView) -> list[str]:
    """What no revert takes back; nothing where no run was there."""
    if view.run is None:
        return []
    return [
        f"What `{view.workflow}` has done ({linked(view.run)}) stays as it is until it is run again: "
        "once the merge is reverted, run it on the base branch."
    ]
