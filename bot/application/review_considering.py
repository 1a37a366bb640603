"""A pull request was opened, made ready or pushed to: whether a review of it follows by itself."""

from dataclasses import replace

from bot.application.ports import World
from bot.application.review_asking import OWN, begin_unasked, is_wanted
from bot.application.review_forks import admits
from bot.application.review_seen import look_early
from bot.application.side_by_side import both
from bot.domain.review_pauses import is_paused
from bot.domain.reviewing import Request, stream_of


async def consider(unasked: Request, *, is_fork: bool = False, key: str, world: World) -> None:
    """Begin one by itself, where that is wanted and nobody has stopped it."""
    repository, number = unasked.repository, unasked.number
    past = await world.log.read(stream_of(repository.id, number))
    is_own = unasked.cause == OWN
    if is_paused(past):
        return
    early, wanted = await both(
        look_early(world, repository, number),
        is_wanted(repository, world, is_fork=is_fork, is_own=is_own),
    )
    if not wanted:
        return
    if not is_fork:
        await begin_unasked(unasked, key=key, world=world, early=early)
        return
    pull = await world.reviews.look(repository, number)
    if await admits(repository, pull, key=key, world=world):
        await begin_unasked(replace(unasked, is_brief=True), key=key, world=world)
