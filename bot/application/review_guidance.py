"""What a reader knows beside the diff: the repository's own instructions, and what the change is to close.

All of it is as the base has it: what the change itself makes of it counts once it is merged.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from bot.application.configuration_review import PathInstruction
from bot.application.ports import World
from bot.application.showing import beginning, seen_of
from bot.domain.fencing import fence
from bot.domain.linked_issues import linked_issues
from bot.domain.review_guides import concerns, folder_of, guides
from bot.records import Repository, StepFailed
from bot.review_records import Reviewable

log = structlog.get_logger()

NOTHING: Final = "(nothing)"
# Of all files of instructions together: what has no room is named.
MOST_CHARACTERS: Final = 40_000
LONGEST_ISSUE: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Guided:
    """What it was held against: files, those without room, how many rules for paths, and which issues.

    `is_blind` is where the base's files could not be looked at.
    """

    files: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    rules: int = 0
    issues: tuple[int, ...] = ()
    is_blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """The same as the model is shown it."""

    instructions: str = NOTHING
    issues: str = NOTHING
    guided: Guided = Guided()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Of which pull request, which of its files are read, and what no text can forge the end of data with."""

    repository: Repository
    pull: Reviewable
    paths: Sequence[str]
    nonce: str


async def gather(it: Place, rules: Sequence[PathInstruction], world: World) -> Guidance:
    """All that there is of it. Raises Unavailable."""
    texts, unread, is_blind = await _files(it, world)
    meant = await asyncio.to_thread(lambda: [each for each in rules if concerns(each.paths, it.paths)])
    issues = await _issues(it, world)
    parts = [
        *(fence(text, path, it.nonce) for path, text in texts.items()),
        *[fence(await seen_of(each.text), f"for {', '.join(each.paths)}", it.nonce) for each in meant],
    ]
    guided = Guided(
        files=tuple(texts), unread=unread, rules=len(meant), issues=tuple(issues), is_blind=is_blind
    )
    told = "\n\n".join(issues.values()) or NOTHING
    return Guidance(instructions="\n\n".join(parts) or NOTHING, issues=told, guided=guided)


async def _files(it: Place, world: World) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """What the base's files say, by path, and which have no room; a base that is gone is said to be."""
    try:
        listing = await world.sources.listing(it.repository, it.pull.base)
        shown, unread = guides(listing, it.paths)
        read = {path: await world.sources.read(it.repository, it.pull.base, path) or b"" for path in shown}
    except StepFailed as no:
        log.warning("review_instructions_not_seen", code=no.code)
        return {}, (), True
    texts = {path: await seen_of(await asyncio.to_thread(beginning, read[path])) for path in shown}
    return _with_room(texts, unread)


def _with_room(texts: dict[str, str], unread: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """Those that have room, of two that say the same of the same folder the first."""
    kept, left, room = dict[str, str](), list[str](), MOST_CHARACTERS
    for path, text in texts.items():
        if not text or (folder_of(path), text) in ((folder_of(one), each) for one, each in kept.items()):
            continue
        if len(text) > room:
            left.append(path)
            continue
        kept[path], room = text, room - len(text)
    return kept, (*left, *unread), False


async def _issues(it: Place, world: World) -> dict[int, str]:
    """What the issues say that it closes, each by whoever wrote it; one that cannot be seen is left out."""
    seen, told = await seen_of(it.pull.body), dict[int, str]()
    for number in linked_issues(seen, of=it.repository.full_name, but=it.pull.number):
        try:
            issue = await world.issues.get(it.repository, number)
        except StepFailed as no:
            log.info("linked_issue_not_seen", code=no.code)
            continue
        author = issue.author.login if issue.author else "somebody who is gone"
        text = f"{await seen_of(issue.title)}\n\n{(await seen_of(issue.body))[:LONGEST_ISSUE]}"
        told[number] = fence(text, f"issue #{number}, by {author}", it.nonce)
    return told
