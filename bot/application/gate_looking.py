"""Workflow: after a push, git and GitHub are asked what it does to what waits at its gate."""

from typing import Final

import structlog
from dbos import DBOS

from bot.application.landing import look_at_gates
from bot.application.ports import World
from bot.application.recording import load
from bot.domain import landing
from bot.infrastructure.engine import step
from bot.records import Repository, Start, StepFailed

log = structlog.get_logger()

WORKFLOW: Final = "gate.look_v1"


def after_push(repository: Repository, branch: str, *, key: str) -> Start:
    """One for each delivery of a push, however often that is handled; it delays no other installation's."""
    return Start(
        queue="github",
        workflow=WORKFLOW,
        id=f"look-{key}",
        args=(repository.id, branch),
        partition=str(repository.installation_id),
    )


async def look_at_pushed(world: World, repository_id: int, branch: str, *, key: str) -> None:
    """Of all that wait there by now, those that the push may concern."""
    rows = await world.integrations.find(repository_id=repository_id, waiting_for="approval")
    waiting = [await load(world, str(row["id"])) for row in rows]
    gates = [it for it in waiting if landing.is_to_be_looked_at(it, branch)]
    await look_at_gates(gates, key=key, world=world)


def register(world: World) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def look_v1(repository_id: int, branch: str) -> None:
        """Whoever approves what could not be looked at hears that then."""
        try:
            await step(look_at_pushed, world, repository_id, branch)
        except StepFailed as failure:
            log.warning("gates_not_looked_at", code=failure.code)
