"""What a pull request changes, as one diff: GitHub's, or where it has too much for that, one made here."""

import structlog

from bot.application.ports import World
from bot.records import Repository, StepFailed
from bot.review_records import Reviewable

log = structlog.get_logger()


async def diff_of(repository: Repository, pull: Reviewable, world: World) -> bytes | None:
    """The diff of the commit that was seen, whatever has been pushed since; None where nobody makes one.

    Raises Unavailable, StepFailed.
    """
    given = await world.reviews.diff(repository, base=pull.base, head=pull.head)
    return await made_here(repository, pull, world) if given is None else given


async def made_here(repository: Repository, pull: Reviewable, world: World) -> bytes | None:
    """The same by git: GitHub gives none of more than 300 files or 20,000 lines.

    None where git cannot either. Raises Unavailable.
    """
    try:
        began = await world.branches.began(repository, pull.base, pull.head)
        return None if began is None else await world.sources.difference(repository, began, pull.head)
    except StepFailed as no:
        log.warning("diff_not_made", pull=pull.number, code=no.code, detail=no.detail)
        return None
