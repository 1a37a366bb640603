"""Reading a pull request: what changes, what a first reader finds, and what a second one can reproduce."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from bot.application.basing import base_head
from bot.application.configuration_review import Review as Settings
from bot.application.frozen import check_not_frozen
from bot.application.in_force import in_force
from bot.application.ports import World
from bot.application.review_answers import MOST_FINDINGS, Findings, Found, Verdicts, answered
from bot.application.review_paying import Cost, ask_once
from bot.application.review_questions import Asking, finding_question, verifying_question
from bot.domain.anchors import Anchor, hunk_of
from bot.domain.diff import REMOVED, FileDiff, files_in, lines_of
from bot.domain.diff_shown import hunks_around, is_cut, pack
from bot.domain.left_out import why_left_out
from bot.domain.patches import read_patches
from bot.domain.remarks import Finding, Severity, judged
from bot.domain.reviewing import Request, request_in
from bot.domain.suggesting import is_fit
from bot.records import Repository, StepFailed
from bot.review_records import Patch, Reviewable

# What one question may hold of a diff, and how many of them a review may ask.
GROUP_TOKENS: Final = 60_000
MOST_GROUPS: Final = 4
RISKS: Final = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What came of it: everything that is said of the pull request is made of this."""

    head: str
    fails_at: Severity | None
    confidence: int
    covered: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    in_part: tuple[str, ...] = ()
    unlisted: int = 0
    summary: tuple[str, ...] = ()
    risk: str = "low"
    risk_why: str = ""
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    findings: tuple[Finding, ...] = ()
    unproven: int = 0
    cost: Cost = Cost()  # noqa: RUF009  frozen

    @property
    def unread(self) -> int:
        """How many files change lines that nobody read, or not to their end."""
        return self.unlisted + len(self.in_part) + sum(code != "no_lines" for _, code in self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What it changes: the diff, its files to be read, and those that are not, with why, or only in part."""

    diff: bytes
    groups: tuple[tuple[FileDiff, ...], ...]
    left_out: tuple[tuple[str, str], ...]
    in_part: tuple[str, ...]
    unlisted: int


async def keep_seen(world: World, repository: Repository, pull: Reviewable) -> str:
    """The digest under which it is kept as it was seen: what is read is what the check is on."""
    return await world.blobs.put(repository.id, msgspec.json.encode(pull))


async def read_pull(world: World, stream: str, asked_key: str, seen: str, *, key: str) -> str:
    """Read it as it was seen; the digest of what came of it. Raises StepFailed.

    An answer that was paid for in an earlier try is taken from there.
    """
    request = request_in(await world.log.read(stream), asked_key)
    await check_not_frozen(world, request.repository)
    pull = msgspec.json.decode(await world.blobs.get(request.repository.id, seen), type=Reviewable)
    settings, not_secret = await _settings(request.repository, world)
    changed = await _changed(request, pull, not_secret, world)
    asking = Asking(
        request=request, pull=pull, key=f"{asked_key}:{pull.head}", focus=await _focus(request, world)
    )
    read = Read(
        head=pull.head,
        fails_at=settings.fails_at,
        confidence=settings.confidence,
        left_out=changed.left_out,
        in_part=changed.in_part,
        unlisted=changed.unlisted,
        covered=tuple(file.path for group in changed.groups for file in group),
    )
    for nth, group in enumerate(changed.groups):
        read = await _read_group(read, replace(asking, nth=nth), changed.diff, group, world)
    return await world.blobs.put(request.repository.id, msgspec.json.encode(read))


async def load_read(world: World, repository: Repository, digest: str) -> Read:
    """What came of it, as it was kept."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Read)


async def _settings(repository: Repository, world: World) -> tuple[Settings, Sequence[str]]:
    """What the default branch says of reviews; what a pull request says of them counts once it is merged."""
    about = await world.repositories.describe(repository)
    commit = await base_head(repository, about.default_branch, world)
    configuration = (await in_force(world, repository, about, commit=commit)).configuration
    return configuration.review, configuration.not_secret


async def _focus(request: Request, world: World) -> str:
    """What whoever asked wants looked at."""
    if not request.focus:
        return ""
    return (await world.blobs.get(request.repository.id, request.focus)).decode()


async def _changed(request: Request, pull: Reviewable, not_secret: Sequence[str], world: World) -> Changed:
    diff, patches = await world.reviews.diff(request.repository, base=pull.base, head=pull.head), None
    if diff is None:
        patches = await world.reviews.patches(request.repository, request.number)
        now = await world.reviews.look(request.repository, request.number)
        if now.head != pull.head:  # the listing is of what it shows now
            raise StepFailed("head_moved", f"#{pull.number} is at {now.head}")
    # In a thread: a large diff takes longer than the others can wait.
    return await asyncio.to_thread(_parted, diff, patches or (), pull.files, not_secret)


def _parted(diff: bytes | None, patches: Sequence[Patch], count: int, not_secret: Sequence[str]) -> Changed:
    text, files = read_patches(patches) if diff is None else (diff, list(files_in(diff)))
    why = {file.path: why_left_out(text, file, not_secret=not_secret) for file in files}
    packed = pack([file for file in files if not why[file.path]], budget=GROUP_TOKENS, most=MOST_GROUPS)
    why |= {file.path: "too_much" for file in packed.too_much}
    left_out = tuple((path, code) for path, code in why.items() if code)
    in_part = tuple(file.path for group in packed.groups for file in group if is_cut(text, file))
    unlisted = max(0, count - len(files)) if diff is None else 0  # GitHub's listing ends at 3,000 files
    return Changed(diff=text, groups=packed.groups, left_out=left_out, in_part=in_part, unlisted=unlisted)


async def _read_group(
    read: Read, asking: Asking, diff: bytes, group: Sequence[FileDiff], world: World
) -> Read:
    """What it looked like before, and what comes of these files."""
    repository = asking.request.repository
    question = await asyncio.to_thread(finding_question, asking, diff, group, world.rules.model)
    answer = await ask_once(world, repository, question, key=f"{asking.key}:find:{asking.nth}")
    found, cost = answered(answer, Findings), read.cost.plus(answer)
    candidates = await asyncio.to_thread(_placed, found.findings[:MOST_FINDINGS], diff, group)
    confirmed: list[Finding] = []
    if candidates:
        around = [hunks_around(file, _numbers(file, candidates)) for file in group]
        question = await asyncio.to_thread(
            verifying_question, asking, diff, around, candidates, world.rules.model
        )
        answer = await ask_once(world, repository, question, key=f"{asking.key}:verify:{asking.nth}")
        verdicts, cost = answered(answer, Verdicts).verdicts, cost.plus(answer)
        confirmed = judged(candidates, {each.number: each.confidence for each in verdicts if each.is_real})
    kept = [await _with_fit_suggestion(each, asking, read.head, world) for each in confirmed]
    paths = {file.path for file in group}
    named = [(each.what, tuple(path for path in each.files if path in paths)) for each in found.groups]
    is_graver = RISKS.index(found.risk) > RISKS.index(read.risk) or not read.risk_why
    return replace(
        read,
        summary=(*read.summary, found.summary),
        risk=found.risk if is_graver else read.risk,
        risk_why=found.risk_why if is_graver else read.risk_why,
        groups=(*read.groups, *(each for each in named if each[1])),
        findings=(*read.findings, *kept),
        unproven=read.unproven + len(found.findings) - len(confirmed),
        cost=cost,
    )


def _placed(found: Sequence[Found], diff: bytes, group: Sequence[FileDiff]) -> list[Finding]:
    """Those of these files, each at its lines; where a remark cannot stand on them, it has none."""
    files = {file.path: file for file in group}
    return [_finding(each, diff, files[each.path]) for each in found if each.path in files]


def _finding(it: Found, diff: bytes, file: FileDiff) -> Finding:
    anchor = Anchor(path=it.path, side=it.side, line=it.line, first=it.start_line)
    hunk = hunk_of(file, anchor)
    lines = [] if hunk is None else lines_of(diff, hunk)
    is_left = it.side == "LEFT"
    code = [
        line.text for line in lines if (line.sign == REMOVED) is is_left and line.number in anchor.numbers
    ]
    return Finding(
        rule=it.rule,
        severity=it.severity,
        confidence=it.confidence,
        anchor=anchor,
        title=it.title,
        text=it.text,
        code=tuple(code),
        suggestion=it.suggestion if code else None,
    )


def _numbers(file: FileDiff, found: Sequence[Finding]) -> list[tuple[str, int]]:
    return [(each.anchor.side, each.anchor.line) for each in found if each.anchor.path == file.path]


async def _with_fit_suggestion(it: Finding, asking: Asking, head: str, world: World) -> Finding:
    """Its suggestion only where the file takes it: one that breaks the file is worse than none."""
    if it.suggestion is None:
        return it
    try:
        content = await world.sources.read(asking.request.repository, head, it.anchor.path)
    except StepFailed:
        content = None
    is_text = content is not None and b"\0" not in content
    before = content.decode(errors="replace") if content is not None and is_text else ""
    code = [line.decode(errors="replace").removesuffix("\r") for line in it.code]
    fits = is_text and await asyncio.to_thread(is_fit, before, it.anchor, code, it.suggestion)
    return it if fits else replace(it, suggestion=None)
