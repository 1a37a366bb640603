"""A configuration that names a workflow to deploy by: whether the commit holds it, and it can be started."""

from dataclasses import replace

from bot.application.configuration_file import Fault, Reading
from bot.application.ports import World
from bot.application.workflow_file import LARGEST_BYTES, path_of, why_unfit
from bot.records import Repository

KEY = "deploy"


async def with_its_workflow(reading: Reading, repository: Repository, commit: str, world: World) -> Reading:
    """The reading, with a fault where what it names cannot be dispatched. Raises StepFailed."""
    deploy = reading.configuration.deploy
    if deploy.workflow is None:
        return reading
    path = path_of(deploy.workflow)
    entry = await world.files.find(repository, commit, path)
    content = None if entry is None else b""  # of one that is too large nothing is read
    if entry is not None and entry.size <= LARGEST_BYTES:
        content = await world.files.read(repository, entry)
    if (no := await why_unfit(content, deploy.inputs)) is None:
        return reading
    code, which = no
    fault = Fault(line=reading.lines[KEY], code=code, key=KEY, said=which or path)
    return replace(reading, faults=(fault,))
