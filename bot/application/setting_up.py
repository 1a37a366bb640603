"""What the tests need, installed before they run: by a commit's manifests, as a change has made them."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter

from bot.application.installations import Furnished
from bot.application.ports import World
from bot.domain.integration import Integration
from bot.domain.paths import kept_back
from bot.domain.setting_up import MOST_FILES, Commands, SetUp, careful, commands_for, is_given, may_matter
from bot.records import FileEdit, Repository, StepFailed, Unavailable

LARGEST_BYTES: Final = 16 * 1024 * 1024
# A change is judged in one step of the engine, with a set-up of its own and one of the commit before it.
LONGEST_SECONDS: Final = 540
EXECUTABLE: Final = "100755"
SPOKEN: Final = TypeAdapter(SetUp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A commit of a repository, what it says of its set-up, and how its tests are run."""

    repository: Repository
    commit: str
    setup: SetUp
    tests: tuple[str, ...]
    not_secret: tuple[str, ...] = ()
    may_install: bool = True
    reports: tuple[str, ...] = ()


def place_of(it: Integration) -> Place:
    """Where an integration works."""
    return Place(
        repository=it.repository,
        commit=it.base_commit,
        setup=it.setup,
        tests=it.tests,
        not_secret=it.not_secret,
        may_install=it.may_install,
        reports=it.report_paths,
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """The commands of one set-up and all the files that they see."""

    commands: Commands
    files: tuple[FileEdit, ...]


def setup_in(survey: Mapping[str, str]) -> SetUp:
    """What a survey says of the set-up; an older one did not ask."""
    return SPOKEN.validate_json(survey.get("setup", "{}"))


def reports_in(survey: Mapping[str, str]) -> tuple[str, ...]:
    """Where the repository says that its tests leave their reports; an older survey did not ask."""
    return tuple(json.loads(survey.get("reports", "[]")))


def vouched_for(survey: Mapping[str, str]) -> tuple[str, ...]:
    """The files of which the repository says that they hold no secret; an older survey did not ask."""
    return tuple(json.loads(survey.get("not_secret", "[]")))


@asynccontextmanager
async def furnished(world: World, at: Place, edits: Sequence[FileEdit] = ()) -> AsyncIterator[Furnished]:
    """A sandbox with what the change needs. Raises Unavailable where it failed and is none of its doing."""
    plan, limits = await agreed_plan(world, at, edits), world.rules.sandbox
    async with world.installations.furnished(
        plan.commands,
        plan.files,
        owner=str(at.repository.id),
        limits=replace(limits, seconds=min(limits.seconds, LONGEST_SECONDS)),
        tenant=at.repository.account,
    ) as room:
        if room.failed and edits and plan == await plan_of(world, at, ()):
            raise Unavailable("index_unavailable", "the same set-up did well before the change")
        yield room


async def agreed_plan(world: World, at: Place, edits: Sequence[FileEdit]) -> Plan:
    """The set-up of the change; where nobody has agreed to it yet, one that runs no code of its choosing.

    That of before where outsiders had a word in it, until a person grants more.

    Commands that the repository names itself see their files as they were: what they run cannot be told.
    """
    before, now = await plan_of(world, at, ()), await plan_of(world, at, edits)
    if now == before or not at.may_install:
        return before
    texts = [(each.content or b"").decode(errors="replace") for each in now.files]
    commands = careful(now.commands, texts) if at.setup.is_detected else None
    return before if commands is None else Plan(commands, now.files)


async def plan_of(world: World, at: Place, edits: Sequence[FileEdit]) -> Plan:
    """The set-up of that commit with these edits; nothing is read where there is none to be told."""
    if not (at.setup.lines or at.setup.is_detected):
        return Plan((), ())
    found = await _found(world, at, edits)
    texts = {each.path: (each.content or b"").decode(errors="replace") for each in found}
    commands = commands_for(at.setup, at.tests, texts)
    given = tuple(each for each in found if is_given(each.path, at.setup, commands))
    return Plan(commands, given if commands else ())


async def withheld(world: World, at: Place, edits: Sequence[FileEdit]) -> tuple[str, ...]:
    """The files by which a change would have more installed, if only it might."""
    if at.may_install:
        return ()
    granted = await agreed_plan(world, replace(at, may_install=True), edits)
    is_more = granted != await agreed_plan(world, at, edits)
    return await changed_needs(world, at, edits) if is_more else ()


async def changed_needs(world: World, at: Place, edits: Sequence[FileEdit]) -> tuple[str, ...]:
    """The files by which a change has something else installed; none where it does not."""
    before, now = await plan_of(world, at, ()), await plan_of(world, at, edits)
    if before == now:
        return ()
    paths = [edit.path for edit in edits if may_matter(edit.path, at.setup)]
    given = [path for path in paths if is_given(path, at.setup, (*before.commands, *now.commands))]
    return tuple(given or paths)


async def _found(world: World, at: Place, edits: Sequence[FileEdit]) -> tuple[FileEdit, ...]:
    """What says what is needed, as it is now. Raises StepFailed("setup_too_large")."""
    listing = await world.sources.listing(at.repository, at.commit)
    now = {edit.path: edit for edit in edits}
    paths = [path for path in sorted({*listing, *now}) if may_matter(path, at.setup)]
    shown = set(paths).difference(kept_back(paths, not_secret=at.not_secret))
    size = sum(len(now[path].content or b"") if path in now else listing[path].size for path in shown)
    if len(shown) > MOST_FILES or size > LARGEST_BYTES:
        raise StepFailed("setup_too_large", f"{len(shown)} files, {size} bytes")
    found = [now.get(path) or await _read(world, at, path, listing[path].mode) for path in sorted(shown)]
    return tuple(each for each in found if each.content is not None)


async def _read(world: World, at: Place, path: str, mode: str) -> FileEdit:
    content = await world.sources.read(at.repository, at.commit, path)
    return FileEdit(path=path, content=content, executable=mode == EXECUTABLE)
