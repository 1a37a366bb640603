"""The repository's tests on a commit and a change, in the sandbox, without its files of credentials."""

from collections.abc import Sequence
from dataclasses import replace

from bot.application.ports import World
from bot.application.setting_up import Place, furnished, place_of
from bot.application.setup_words import with_refused
from bot.application.watching import watched
from bot.domain.integration import Integration
from bot.domain.paths import kept_back
from bot.records import FileEdit, Outcome


async def tried(
    world: World,
    it: Integration,
    command: Sequence[str],
    *,
    edits: Sequence[FileEdit] = (),
    at: Place | None = None,
) -> Outcome:
    """Run the command on a fresh working copy, with what it needs installed before; that may fail as well.

    Raises StepFailed where somebody stops it meanwhile, Unavailable where the set-up did well before.
    """
    place = at or place_of(it)

    async def run() -> Outcome:
        paths = {*await world.sources.listing(place.repository, place.commit), *(edit.path for edit in edits)}
        hidden = [FileEdit(path=path, content=None) for path in kept_back(paths, not_secret=place.not_secret)]
        copy = world.sources.working_copy(place.repository, place.commit, [*edits, *hidden])
        async with furnished(world, place, edits) as room, copy as directory:
            if room.failed:
                return replace(room.failed, output=with_refused(room.failed.output, room.refused))
            limits, account = world.rules.sandbox, it.repository.account
            outcome = await room.sandbox.run(
                list(command), directory=directory, limits=limits, tenant=account
            )
            if outcome.status == 0:
                return outcome
            return replace(outcome, output=with_refused(outcome.output, room.refused))

    return await watched(world, it.id, run())
