"""What the engine knows of the workflows that were started: which broke, run, or ended long ago."""

from datetime import datetime

from dbos import DBOS


async def broken(name: str, *, since: datetime) -> list[tuple[str, str]]:
    """The id and the first argument of each workflow of this name that ended in error since then, newest
    first.
    """
    found = await DBOS.list_workflows_async(
        name=name,
        status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
        completed_after=since.isoformat(),
        sort_desc=True,
        limit=1000,
        load_output=False,
    )
    return [(each.workflow_id, each.input["args"][0]) for each in found if each.input]


async def arguments_at_work(name: str) -> frozenset[str]:
    """Every argument of the workflows of this name that have not ended yet."""
    found = await DBOS.list_workflows_async(
        name=name, status=["ENQUEUED", "PENDING", "DELAYED"], load_output=False
    )
    return frozenset(argument for each in found if each.input for argument in each.input["args"])


async def is_known(workflow_id: str) -> bool:
    """Whether a workflow of this id was ever started."""
    return bool(await DBOS.list_workflows_async(workflow_ids=[workflow_id], load_input=False))


async def forget_workflows(before: datetime) -> int:
    """Delete the records of workflows that ended before then; how many. Their ids are free again."""
    dropped = 0
    while ended := await DBOS.list_workflows_async(
        status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
        completed_before=before.isoformat(),
        has_parent=False,
        limit=200,
        load_input=False,
        load_output=False,
    ):
        await DBOS.delete_workflows_async([each.workflow_id for each in ended], delete_children=True)
        dropped += len(ended)
    return dropped
