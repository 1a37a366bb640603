"""The files that a change is in, as they are after it: what is around a hunk is shown beside it."""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from bot.application.ports import World
from bot.domain.diff import FileDiff
from bot.records import Repository, StepFailed

log = structlog.get_logger()

# A larger one was not written by hand, and one that is new is in the diff as a whole.
LARGEST: Final = 512 * 1024
_WHOLE: Final = frozenset(("added", "removed"))


async def texts_around(
    repository: Repository, head: str, group: Sequence[FileDiff], world: World
) -> Mapping[str, Sequence[str]]:
    """The lines of these files by path; without those that cannot be read the change is read all the same."""
    found = dict[str, Sequence[str]]()

    def look(path: str, content: bytes) -> bool:
        if len(content) <= LARGEST and b"\0" not in content:
            found[path] = content.decode(errors="replace").split("\n")
        return True

    paths = [file.path for file in group if file.header.became not in _WHOLE]
    if not paths:
        return found
    try:
        await world.sources.scan(repository, head, paths, look)
    except StepFailed as no:
        log.warning("review_without_surroundings", code=no.code)
    return found
