"""Stopping reviews of one pull request by themselves, and letting them go on."""

from collections.abc import Sequence
from typing import Final

from bot.application.asked import PauseReviews, ResumeReviews
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.review_again import checked
from bot.application.review_asking import OWN, begin_unasked, is_wanted
from bot.application.review_forks import admits
from bot.application.rights import check_right
from bot.domain.review_pauses import before, is_paused, is_reviewed, paused, resumed
from bot.domain.reviewing import Request, is_under_way, stream_of
from bot.records import Fact, Recorded

# What comes of it that they may go on: the first four begin nothing.
NOT_PAUSED: Final = "not_paused"
UNASKED_NONE: Final = "unasked_none"
REVIEWED: Final = "reviewed"
UNDER_WAY: Final = "under_way"
FOLLOWS: Final = "follows"

Asked = PauseReviews | ResumeReviews


async def pause(asked: PauseReviews, *, key: str, door: str, world: World) -> bool:
    """Let none follow by itself; whether they did until now. Raises Denied, Unavailable."""
    await check_right(asked, world)
    past = await world.log.read(stream_of(asked.repository.id, asked.number))
    if is_paused(before(past, key)):
        return False
    await _note(asked, paused(asked.by), key, door, world)
    return True


async def resume(asked: ResumeReviews, *, key: str, door: str, world: World) -> str:
    """Let them follow again, and begin the one that is due; what comes of it. Raises Denied, Unavailable."""
    await check_right(asked, world)
    past = before(await world.log.read(stream_of(asked.repository.id, asked.number)), key)
    if not is_paused(past):
        return NOT_PAUSED
    await _note(asked, resumed(asked.by), key, door, world)
    return await _follow(asked, past, key=f"{key}:resumed", world=world)


async def _follow(asked: ResumeReviews, past: Sequence[Recorded], *, key: str, world: World) -> str:
    """Begin what is due by itself now; what comes of it."""
    pull = await world.reviews.look(asked.repository, asked.number)
    is_own, is_fork = pull.author == await world.repositories.app_login(), not pull.is_from_here
    if not pull.is_open or pull.is_draft:
        return UNASKED_NONE
    if not await is_wanted(asked.repository, world, is_fork=is_fork, is_own=is_own):
        return UNASKED_NONE
    if is_reviewed(past, pull.head):
        return REVIEWED
    known = await checked(world, asked.repository, pull.head)
    if is_under_way(past) and known is not None and known[0] == asked.number:
        return UNDER_WAY  # it may have been asked for something that a newer one would not look at
    if is_fork and not await admits(asked.repository, pull, key=key, world=world):
        return UNASKED_NONE
    due = Request(
        repository=asked.repository, number=asked.number, cause=OWN if is_own else "resumed", is_brief=is_fork
    )
    await begin_unasked(due, key=key, world=world)
    return FOLLOWS


async def _note(asked: Asked, fact: Fact, key: str, door: str, world: World) -> None:
    meta = {"by": asked.by.id, "login": asked.by.login, "door": door, "key": key}
    await append_beside(world, stream_of(asked.repository.id, asked.number), fact, key=key, meta=meta)
