"""A test run that ended well, doubted: were its judges bent, do the old tests pass, can it fail at all?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.application.ports import World
from bot.application.rerunning import Runs, repeated
from bot.application.setting_up import changed_needs, place_of
from bot.application.trial import Tried, tried
from bot.domain import flaking
from bot.domain.ci_files import is_ci, named_in
from bot.domain.comparing import compared
from bot.domain.control import Control, control_for
from bot.domain.fencing import nonce_of
from bot.domain.flaking import names_in
from bot.domain.integration import Integration
from bot.domain.judges import Judges, judges_in, may_judge
from bot.domain.paths import kept_back
from bot.domain.reports import Failing
from bot.domain.setting_up import may_matter
from bot.domain.trust import Remark, Rerun, Seen, remarks_on
from bot.records import FileEdit, StepFailed

LARGEST_WORKFLOW: Final = 200_000
MOST_WORKFLOWS: Final = 50


@dataclass(frozen=True, slots=True)
class Doubted:
    """What is remarked on the run, what the old tests printed where they did not end well, what was bent."""

    remarks: tuple[Remark, ...]
    old_tests: str
    bent: str


async def is_bent(world: World, it: Integration, edits: Sequence[FileEdit]) -> bool:
    """Whether the change did anything to what judged before it."""
    return judges_in(edits, await _before(world, it, edits, it.tests), command=it.tests).are_bent


async def doubted(
    world: World,
    it: Integration,
    edits: Sequence[FileEdit],
    ran: Tried,
    *,
    earlier: Sequence[Sequence[Failing]],
    key: str,
) -> Doubted:
    """Look again at a change whose tests ended with status 0, after what failed `earlier` on the same change.

    Nothing inside the sandbox can be believed, what it prints least: so what counts is which runs end well,
    and these are put together here, out of reach of the change.
    """
    before = await _before(world, it, edits, it.tests)
    judges = judges_in(edits, before, command=it.tests)
    runs = _old_tests(world, it, edits, judges, used=len(earlier), key=key)
    again, failed = await repeated(world, it, runs) if judges.all else (None, ())
    seen = Seen(
        judges=judges,
        before=it.passed_before,
        now=ran.told.passed,
        old_tests=Rerun(is_green=again.is_green, passed=again.told.passed) if again else None,
        is_blind=await _is_blind(world, it, edits),
        installs=await changed_needs(world, place_of(it), edits),
        report=ran.told.doubts,
        failed_first=names_in((*earlier, *(failed if again and again.is_green else ()))),
    )
    return Doubted(
        remarks=remarks_on(seen),
        old_tests=again.outcome.output if again and not again.is_green else "",
        bent=compared(_bent(it, edits, judges), before),
    )


async def doubted_unrun(world: World, it: Integration, edits: Sequence[FileEdit], *, passed: int) -> Doubted:
    """What can be doubted of a change that others' checks have passed, where nothing of it is run here.

    What their workflows name steers them: a script that they call judges like a test.
    """
    command = (*it.tests, *named_in(await _workflows(world, it), [edit.path for edit in edits]))
    before = await _before(world, it, edits, command)
    judges = judges_in(edits, before, command=command)
    installs = await _installs(world, it, edits)
    found = remarks_on(Seen(judges=judges, before=None, now=passed, installs=installs))
    return Doubted(remarks=found, old_tests="", bent=compared(_bent(it, edits, judges), before))


async def _installs(world: World, it: Integration, edits: Sequence[FileEdit]) -> tuple[str, ...]:
    """By what it has something else installed; where that cannot be told, by whatever may be the cause."""
    try:
        return await changed_needs(world, place_of(it), edits)
    except StepFailed:
        return tuple(edit.path for edit in edits if may_matter(edit.path, it.setup))


async def _workflows(world: World, it: Integration) -> list[str]:
    """What the repository's continuous integration is told to do, as the base commit has it."""
    listing = await world.sources.listing(it.repository, it.base_commit)
    paths = [path for path in sorted(listing) if is_ci(path) and listing[path].size <= LARGEST_WORKFLOW]
    found = [await world.sources.read(it.repository, it.base_commit, path) for path in paths[:MOST_WORKFLOWS]]
    return [(content or b"").decode(errors="replace") for content in found]


async def _before(
    world: World, it: Integration, edits: Sequence[FileEdit], command: Sequence[str]
) -> Mapping[str, bytes | None]:
    """What stood at the paths that may be judges."""
    read = partial(world.sources.read, it.repository, it.base_commit)
    return {edit.path: await read(edit.path) for edit in edits if may_judge(edit.path, command)}


def _bent(it: Integration, edits: Sequence[FileEdit], judges: Judges) -> list[FileEdit]:
    """What was done to judges, new tests aside, as far as the files may be shown."""
    paths = {*judges.changed, *judges.removed, *judges.steering}
    hidden = kept_back(paths, not_secret=it.not_secret)
    return [edit for edit in edits if edit.path in paths.difference(hidden)]


def _old_tests(
    world: World, it: Integration, edits: Sequence[FileEdit], judges: Judges, *, used: int, key: str
) -> Runs:
    """The change without what it did to its judges: they are what they were on the base commit.

    Repeated like any, but not where the change bent them.
    """
    product = [edit for edit in edits if edit.path not in judges.all]
    most = flaking.reruns(it.test_reruns, seconds=world.rules.sandbox.seconds, used=used)
    return Runs(
        run=partial(tried, world, it, it.tests, edits=product),
        of="old_tests",
        most=0 if judges.are_bent else most,
        key=key,
    )


async def _is_blind(world: World, it: Integration, edits: Sequence[FileEdit]) -> bool:
    """Whether a test that must fail no longer makes the change fail, though it does the base commit."""
    listing = await world.sources.listing(it.repository, it.base_commit)
    control = control_for(it.tests, listing, nonce=nonce_of(f"control:{it.id}"))
    if control is None or not await _passes(world, it, control, edits):
        return False
    # On the base commit too: then the suite does not look there, and nothing was found out.
    return not await _passes(world, it, control, ())


async def _passes(world: World, it: Integration, control: Control, edits: Sequence[FileEdit]) -> bool:
    return (await tried(world, it, control.command, edits=[*edits, control.edit])).is_green
