"""The repository's tests on a commit and a change, in the sandbox, without its files of credentials."""

from collections.abc import Sequence

from bot.application.ports import World
from bot.application.watching import watched
from bot.domain.integration import Integration
from bot.domain.paths import kept_back
from bot.records import FileEdit, Outcome


async def tried(
    world: World,
    it: Integration,
    command: Sequence[str],
    *,
    commit: str,
    edits: Sequence[FileEdit] = (),
    not_secret: Sequence[str] = (),
) -> Outcome:
    """Run the command on a fresh working copy. Raises StepFailed where somebody stops it meanwhile."""

    async def run() -> Outcome:
        paths = {*await world.sources.listing(it.repository, commit), *(edit.path for edit in edits)}
        hidden = [FileEdit(path=path, content=None) for path in kept_back(paths, not_secret=not_secret)]
        async with world.sources.working_copy(it.repository, commit, [*edits, *hidden]) as directory:
            limits, account = world.rules.sandbox, it.repository.account
            return await world.sandbox.run(list(command), directory=directory, limits=limits, tenant=account)

    return await watched(world, it.id, run())
