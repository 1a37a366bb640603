"""The repository's tests on a commit and a change, in the sandbox, without its files of credentials."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bot.application.installations import Furnished
from bot.application.ports import World
from bot.application.setting_up import Place, furnished, place_of
from bot.application.setup_words import with_refused
from bot.application.watching import watched
from bot.domain.integration import Integration
from bot.domain.paths import kept_back
from bot.domain.reporting import MOST_REPORTS, Reported, cleared, matching, reported
from bot.domain.reports import LARGEST_BYTES, Told, told
from bot.records import FileEdit, Outcome, SandboxLimits

# What a change needs installed, where something runs on it.
Furnish = Callable[[Sequence[FileEdit]], AbstractAsyncContextManager[Furnished]]


@dataclass(frozen=True, slots=True)
class Tried:
    """How a run ended, which judges, and what it says of itself, which does not."""

    outcome: Outcome
    told: Told = field(default_factory=Told)

    @property
    def is_green(self) -> bool:
        return self.outcome.status == 0


async def tried(
    world: World,
    it: Integration,
    command: Sequence[str],
    *,
    edits: Sequence[FileEdit] = (),
    at: Place | None = None,
    limits: SandboxLimits | None = None,
) -> Tried:
    """Run the command on a fresh working copy, with what it needs installed before; that may fail as well.

    Raises StepFailed where somebody stops it meanwhile, Unavailable where the set-up did well before.
    """
    return await watched(world, it.id, run_there(world, at or place_of(it), command, edits, limits=limits))


async def run_there(
    world: World,
    place: Place,
    command: Sequence[str],
    edits: Sequence[FileEdit],
    *,
    limits: SandboxLimits | None = None,
    furnish: Furnish | None = None,
) -> Tried:
    """The same, watched by nobody; `furnish` is what is installed for it where its place does not say."""
    asked = reported(command, place.reports)
    there = {*await world.sources.listing(place.repository, place.commit), *(edit.path for edit in edits)}
    hidden = {*kept_back(there, not_secret=place.not_secret), *cleared(there, asked.patterns)}
    without = [FileEdit(path=path, content=None) for path in sorted(hidden)]
    copy = world.sources.working_copy(place.repository, place.commit, [*edits, *without])
    async with (furnish or partial(furnished, world, place))(edits) as room, copy as directory:
        if room.failed:
            return Tried(replace(room.failed, output=with_refused(room.failed.output, room.refused)))
        outcome = await room.sandbox.run(
            list(asked.command),
            directory=directory,
            limits=limits or world.rules.sandbox,
            tenant=place.repository.account,
        )
        reports = await _reports(world, asked, directory, not_these=there - hidden)
        said = await asyncio.to_thread(told, outcome.output, reports, is_green=outcome.status == 0)
        if outcome.status == 0:
            return Tried(outcome, said)
        return Tried(replace(outcome, output=with_refused(outcome.output, room.refused)), said)


async def _reports(world: World, asked: Reported, directory: Path, *, not_these: set[str]) -> Sequence[bytes]:
    """What the run wrote where reports are; a file of that name that was there before it is none."""
    if not asked.patterns:
        return ()

    def chosen(paths: Sequence[str]) -> Sequence[str]:
        return matching(set(paths) - not_these, asked.patterns)[:MOST_REPORTS]

    return await world.sources.written(directory, chosen, limit=LARGEST_BYTES)
