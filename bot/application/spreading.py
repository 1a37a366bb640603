"""Workflow: a freeze, and its end, carried to all that it reaches: every saga wakes, and looks for itself."""

from datetime import datetime
from typing import Any, Final

import structlog
from dbos import DBOS, error

from bot.application import notifying
from bot.application.freezing import WORKFLOW
from bot.application.frozen import freezes_on
from bot.application.lives import saga_id
from bot.application.ports import World
from bot.application.recording import FACTS, load
from bot.domain.deciding import WORKING
from bot.domain.freezing import FROZEN
from bot.domain.pausing import LONGEST
from bot.domain.states import State
from bot.infrastructure.engine import start, step

log = structlog.get_logger()

DAY_SECONDS: Final = 86_400.0
OPEN: Final = (State.DRAFT, *WORKING)


async def reached(world: World, level: str, number: int, installation: int, *, key: str) -> list[list[Any]]:
    """The saga of each that is open there, and which version of it is to be told of, 0 for none.

    What stops or goes on is told of by the fact that says so; what does neither is told of from here.
    """
    columns = {"repo": {"repository_id": number}, "org": {"installation_id": installation}}.get(level, {})
    rows = [row for state in OPEN for row in await world.integrations.find(state=state.value, **columns)]
    found = []
    for row in rows:
        it = await load(world, str(row["id"]))
        is_frozen = bool(await freezes_on(it.repository, world))
        rests = it.waiting_for in LONGEST and (it.waiting_for != FROZEN or is_frozen)
        is_told = rests or it.waiting_for == "deployment"
        found.append([saga_id(it), it.id, it.version if is_told else 0])
    return found


async def spread(world: World, level: str, number: int, installation: int, *, nth: int) -> None:
    """Wake every saga there, so that it looks for itself; what was sent before it waits is heard then."""
    sagas = await step(reached, world, level, number, installation)
    for saga, _, _ in sagas:
        await wake(saga)
    if notifying.on_fact in world.subscribers:
        for _, integration_id, version in sagas:
            if version:
                name = f"{DBOS.workflow_id}-{nth}-{integration_id}"
                await start(notifying.again(integration_id, version, name=name))


async def wake(saga: str) -> None:
    """One that is not there, or not any more, hears nothing."""
    try:
        await DBOS.send_async(saga, "look", FACTS)
    except error.DBOSNonExistentWorkflowError:
        log.info("nobody_woken", workflow=saga)


async def seconds_left(world: World, until: str, *, key: str) -> float:
    """Until then, and at most a day."""
    left = (datetime.fromisoformat(until) - world.clock.now()).total_seconds()
    return min(max(left, 0.0), DAY_SECONDS)


def register(world: World) -> None:
    """Tell the engine of it; whoever registers the sagas calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def spread_v1(level: str, number: int, installation: int, until: str) -> None:
        """Once now, and once more when it ends by itself."""
        await spread(world, level, number, installation, nth=1)
        if not until:
            return
        while (seconds := await step(seconds_left, world, until)) > 0:
            await DBOS.sleep_async(seconds)
        await spread(world, level, number, installation, nth=2)
