"""GitHub: a run of a workflow has ended."""

from collections.abc import Mapping
from typing import Any

from bot.application.dispatching import note_run
from handlers.conversation import Context
from handlers.payloads import WorkflowRun


async def completed(data: Mapping[str, Any], context: Context) -> None:
    """Whatever waits here for its deployment looks whether that is the run that it waits for.

    How the run ended is asked of GitHub, and not read here.
    """
    run = WorkflowRun.from_payload(data)
    rows = await context.world.integrations.find(repository_id=run.repository.id, waiting_for="deployment")
    for row in rows:
        await note_run(row["id"], run.run, key=f"{context.key}:{row['id']}", world=context.world)
