"""Which freezes are in force: asked of the log each time, so that one is obeyed wherever it was said."""

from datetime import datetime

from bot.application.ports import Kept
from bot.domain import freezing
from bot.domain.freezing import FAMILY, FROZEN, Freeze, Frozen
from bot.records import Repository, StepFailed


async def freezes(kept: Kept) -> tuple[Freeze, ...]:
    """All that are in force now."""
    return freezing.in_force(await kept.log.newest(FAMILY), kept.clock.now())


async def freezes_on(repository: Repository, kept: Kept) -> tuple[Freeze, ...]:
    """Those that this repository is in."""
    return freezing.on(repository, await freezes(kept))


async def ended_since(moment: datetime, repository: Repository, kept: Kept) -> bool:
    """Whether one that this repository was in has ended since then."""
    return freezing.ended_since(moment, repository, await kept.log.newest(FAMILY))


async def check_not_frozen(kept: Kept, repository: Repository) -> None:
    """Raise StepFailed("frozen") where it is."""
    if await freezes_on(repository, kept):
        raise StepFailed(FROZEN)


async def check_may_move(repository: Repository, kept: Kept) -> None:
    """Raise Frozen where nothing is to be begun or moved on by anybody's word."""
    if found := await freezes_on(repository, kept):
        raise Frozen(found)
