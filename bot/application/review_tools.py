"""The repository's own tools on a pull request: in the sandbox, as the base configures them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import structlog

from bot.application.basing import base_head
from bot.application.configuration import setup_of
from bot.application.configuration_review import Review as Settings
from bot.application.in_force import in_force
from bot.application.installations import Furnished
from bot.application.ports import World
from bot.application.review_changes import Changed
from bot.application.setting_up import EXECUTABLE, Place, furnished
from bot.application.side_by_side import all_of
from bot.domain.diff import FileDiff
from bot.domain.lint_findings import capped, findings_of
from bot.domain.lint_reports import LARGEST_CHARACTERS, Said, Unreadable, in_lines, in_report
from bot.domain.lint_tools import TELLING_FILES, Tool, decides, detect
from bot.domain.paths import kept_back
from bot.domain.remarks import Finding
from bot.domain.reviewing import Request
from bot.records import FileEdit, Outcome, StepFailed, TreeEntry, Unavailable
from bot.review_records import Reviewable

log = structlog.get_logger()

# The first question waits for them: what takes longer is not waited for.
TOOL_SECONDS: Final = 90
ALL_SECONDS: Final = 300
OUTPUT_MIB: Final = 4
MOST_CHANGED_FILES: Final = 200
Listing = Mapping[str, TreeEntry]


class TooMuchChanged(Exception):
    """More files of configuration are changed than are put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One tool: how much it found on added lines of which files, or by which code it was not run, with its
    last line.
    """

    name: str
    found: int = 0
    paths: tuple[str, ...] = ()
    why: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tooled:
    """What came of all of them; so many more findings had no room, `beyond` of those that were known."""

    ran: tuple[Ran, ...] = ()
    findings: tuple[Finding, ...] = ()
    more: int = 0
    beyond: tuple[str, ...] = ()

    def heard(self, it: Finding) -> bool:
        """Whether its tool would have said it again where it still is so."""
        asked = [each for each in self.ran if each.name == it.tool and not each.why]
        return it.fingerprint not in self.beyond and any(it.anchor.path in each.paths for each in asked)

    def lacks(self, tool: str) -> bool:
        """Whether it was wanted and could not be run, or none could."""
        return any(each.why and each.name in {"", tool} for each in self.ran)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Which pull request, what it changes, and which of its paths are none of theirs to see.

    By its `key` what they said is kept; `known` is what they said before, by its fingerprints.
    """

    key: str
    request: Request
    pull: Reviewable
    changed: Changed
    not_secret: Sequence[str] = ()
    known: Collection[str] = ()

    @property
    def files(self) -> dict[str, FileDiff]:
        """What it changes and somebody wrote; what is too much for a reader is not for a tool."""
        out = {path for path, code in self.changed.left_out if code != "too_much"}
        return {path: file for path, file in self.changed.files.items() if path not in out and file.hunks}


async def run_tools(it: Job, settings: Settings, world: World) -> Tooled:
    """Run what is wanted, once for what was seen; whatever keeps one from that is told and fails nothing."""
    if not settings.tools or not it.files:
        return Tooled()
    if it.request.is_brief:
        return Tooled(ran=(Ran(name="", why="nobody_asked"),))
    try:
        return await _kept(it, world) or await _keep(it, await _in_time(it, settings, world), world)
    except (StepFailed, Unavailable) as no:
        log.warning("review_tools_not_run", code=no.code)
        return Tooled(ran=(Ran(name="", why=no.code),))


async def _kept(it: Job, world: World) -> Tooled | None:
    """What they said when it was read before: it is read anew once a batch has ended."""
    digest = await world.notes.get(_note(it))
    if digest is None:
        return None
    try:
        return msgspec.json.decode(await world.blobs.get(it.request.repository.id, digest), type=Tooled)
    except StepFailed:
        return None


async def _keep(it: Job, came: Tooled, world: World) -> Tooled:
    digest = await world.blobs.put(it.request.repository.id, msgspec.json.encode(came))
    await world.notes.put(_note(it), digest)
    return came


def _note(it: Job) -> str:
    return f"review-tools:{it.key}"


async def _in_time(it: Job, settings: Settings, world: World) -> Tooled:
    try:
        async with asyncio.timeout(ALL_SECONDS):
            return await _run(it, settings, world)
    except TooMuchChanged:
        return Tooled(ran=(Ran(name="", why="configuration_changed"),))
    except TimeoutError:
        return Tooled(ran=(Ran(name="", why="timeout"),))


async def _run(it: Job, settings: Settings, world: World) -> Tooled:
    repository = it.request.repository
    before = await world.sources.listing(repository, it.pull.base)
    after = await world.sources.listing(repository, it.pull.head)
    paths = [path for path in it.files if path in after]
    tools = await _tools(it, settings, before, world)
    meant = [(tool, argv) for tool in tools if (argv := tool.argv(paths))]
    if not meant:
        return Tooled()
    edits = await _edits(it, [tool for tool, _ in meant], before, after, world)
    async with furnished(world, await _place(it, world)) as room:
        if room.failed:
            return Tooled(ran=tuple(Ran(name=tool.name, why="setup") for tool, _ in meant))
        told = await all_of(_told(it, tool, argv, edits, room, world) for tool, argv in meant)
    findings, more = capped([each for _, found in told for each in found])
    return Tooled(
        ran=tuple(
            replace(ran, paths=tool.paths(paths)) for (tool, _), (ran, _) in zip(meant, told, strict=True)
        ),
        findings=tuple(findings),
        more=len(more),
        beyond=tuple(each.fingerprint for each in more if each.fingerprint in it.known),
    )


async def _tools(it: Job, settings: Settings, before: Listing, world: World) -> list[Tool]:
    """Those that the configuration names, or that the base's files tell of."""
    if isinstance(settings.tools, list):
        return [each.tool for each in settings.tools]
    telling = [path for path in TELLING_FILES if path in before]
    read = {
        path: await world.sources.read(it.request.repository, it.pull.base, path) or b"" for path in telling
    }
    return detect(before, {path: content.decode(errors="replace") for path, content in read.items()})


async def _place(it: Job, world: World) -> Place:
    """What they need is installed as the base says: what a change asks for is not."""
    repository = it.request.repository
    about = await world.repositories.describe(repository)
    commit = await base_head(repository, about.default_branch, world)
    configuration = (await in_force(world, repository, about, commit=commit)).configuration
    setup = setup_of(configuration, detects=bool(world.rules.setup_hosts))
    not_secret = tuple(it.not_secret)
    return Place(repository=repository, commit=it.pull.base, setup=setup, tests=(), not_secret=not_secret)


async def _edits(
    it: Job, tools: Sequence[Tool], before: Listing, after: Listing, world: World
) -> list[FileEdit]:
    """The base's configuration over the head's files, and none of its files of credentials."""
    repository = it.request.repository
    reports = [tool.report for tool in tools if tool.report]
    changed = [
        path
        for path in sorted({*before, *after})
        if decides(path, tools) and before.get(path) != after.get(path)
    ]
    if len(changed) > MOST_CHANGED_FILES:
        raise TooMuchChanged
    kept = [
        FileEdit(
            path=path,
            content=await world.sources.read(repository, it.pull.base, path) if path in before else None,
            executable=path in before and before[path].mode == EXECUTABLE,
        )
        for path in changed
    ]
    there = {*after, *changed}
    without = {*kept_back(there, not_secret=it.not_secret), *(path for path in reports if path in there)}
    return [*kept, *(FileEdit(path=path, content=None) for path in sorted(without))]


async def _told(
    it: Job, tool: Tool, argv: list[str], edits: Sequence[FileEdit], room: Furnished, world: World
) -> tuple[Ran, Sequence[Finding]]:
    """One of them on a fresh working copy, within its limits."""
    repository, limits = it.request.repository, world.rules.sandbox
    async with world.sources.working_copy(repository, it.pull.head, edits) as directory:
        outcome = await room.sandbox.run(
            argv,
            directory=directory,
            limits=replace(limits, seconds=min(limits.seconds, TOOL_SECONDS), output_mib=OUTPUT_MIB),
            tenant=repository.account,
        )
        reports = list[bytes]()
        if tool.report:
            reports = await world.sources.written(
                directory,
                lambda paths: [each for each in paths if each == tool.report],
                limit=LARGEST_CHARACTERS,
            )
    if outcome.ended != "exited":
        return Ran(name=tool.name, why=outcome.ended), ()
    try:
        said = await asyncio.to_thread(_said, tool, outcome, reports)
    except Unreadable:
        return Ran(name=tool.name, why="no_report", detail=_last(outcome)), ()
    found = await asyncio.to_thread(findings_of, tool.name, said, it.changed.diff, it.files)
    return Ran(name=tool.name, found=len(found)), found


def _said(tool: Tool, outcome: Outcome, reports: Sequence[bytes]) -> list[Said]:
    """What it says. Raises Unreadable where it ended ill and says nothing."""
    if tool.report:
        return in_report(reports[0].decode(errors="replace") if reports else "")
    said = in_lines(outcome.output)
    if outcome.status and not said:
        raise Unreadable("it ended ill")
    return said


def _last(outcome: Outcome) -> str:
    lines: Iterable[str] = reversed(outcome.output.splitlines())
    return next((line.strip()[:200] for line in lines if line.strip()), "")
