"""A pull request that changes the configuration: a check run says whether that is valid, line by line."""

from dataclasses import dataclass
from typing import Final

import structlog

from bot.annotations import Annotation, Concluded, Conclusion
from bot.application import configuration_words as words
from bot.application.checking_workflow import with_its_workflow
from bot.application.configuration import PATH
from bot.application.configuration_file import LARGEST_BYTES, read_beside
from bot.application.effects import once
from bot.application.ports import World
from bot.application.rights import is_served
from bot.application.side_by_side import both
from bot.records import Repository, StepFailed, TreeEntry

log = structlog.get_logger()

KEY: Final = "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A pull request as it stands: its head, which may be a fork's, and the branch that it is for."""

    repository: Repository
    head: str
    base: str


async def check_configuration(proposed: Proposed, world: World) -> None:
    """One check run for each head that has another configuration than what it began from; data, no more."""
    if not await is_served(proposed.repository, world):
        return
    try:
        if await _changes(proposed, world):
            await _say(proposed, world)
    except StepFailed as no:
        log.warning("configuration_not_checked", code=no.code)


async def _changes(proposed: Proposed, world: World) -> bool:
    """Whether the file differs from where the branch began; what the base got since is not its doing."""
    base, head = await both(_entry(proposed, proposed.base, world), _entry(proposed, proposed.head, world))
    if _same(base, head):
        return False
    began = await world.branches.began(proposed.repository, proposed.base, proposed.head)
    return began is None or not _same(await _entry(proposed, began, world), head)


async def _entry(proposed: Proposed, commit: str, world: World) -> TreeEntry | None:
    return await world.files.find(proposed.repository, commit, PATH)


def _same(one: TreeEntry | None, other: TreeEntry | None) -> bool:
    return (one and one.sha) == (other and other.sha)


async def _say(proposed: Proposed, world: World) -> None:
    async def find() -> str | None:
        found = await world.checks.find(proposed.repository, head=proposed.head, external_id=KEY)
        return None if found is None else str(found)

    async def make() -> str:
        said = await _judged(proposed, world)
        return str(
            await world.checks.conclude(proposed.repository, head=proposed.head, external_id=KEY, said=said)
        )

    await once(world, f"{KEY}:{proposed.repository.id}:{proposed.head}", find=find, make=make)


async def _judged(proposed: Proposed, world: World) -> Concluded:
    try:
        entry = await _entry(proposed, proposed.head, world)
        content = None if entry is None else await _content(proposed, entry, world)
        reading = await read_beside(content)
        reading = await with_its_workflow(reading, proposed.repository, proposed.head, world)
    except StepFailed as no:
        title, summary = words.not_looked_at(no.code)
        return _concluded("neutral", title, summary)
    title, summary = words.check_of(reading, is_there=entry is not None)
    return _concluded(
        "failure" if reading.faults else "success", title, summary, *words.annotations_of(reading)
    )


async def _content(proposed: Proposed, entry: TreeEntry, world: World) -> bytes:
    """One that is too large is not fetched: that it is, is all there is to say."""
    if entry.size > LARGEST_BYTES:
        return b" " * (LARGEST_BYTES + 1)
    return await world.files.read(proposed.repository, entry)


def _concluded(conclusion: Conclusion, title: str, summary: str, *annotations: Annotation) -> Concluded:
    return Concluded(
        name=words.CHECK, conclusion=conclusion, title=title, summary=summary, annotations=annotations
    )
