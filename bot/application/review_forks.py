"""Pull requests from forks that a repository wants reviewed unasked: whose are, and how often."""

import structlog

from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.review_again import checked
from bot.domain import review_forks as forks
from bot.domain.review_pauses import is_reviewed
from bot.domain.reviewing import Request, is_under_way, stream_of
from bot.records import Repository
from bot.review_records import Reviewable

log = structlog.get_logger()


async def note_vouched(world: World, request: Request, pull: Reviewable, *, key: str) -> None:
    """A person with the right asked for a review of it: from now on its author's may follow by themselves."""
    author, by, repository = pull.author_id, request.by, request.repository
    if pull.is_from_here or author is None or by is None:
        return
    stream = forks.vouched_stream(repository.id)
    if forks.is_vouched(await world.log.read(stream), author):
        return
    own = f"{key}:vouched"
    meta = {"by": by.id, "login": by.login, "key": own}
    await append_beside(world, stream, forks.vouched(author), key=own, meta=meta)


async def admits(repository: Repository, pull: Reviewable, *, key: str, world: World) -> bool:
    """Whether one may begin unasked, which is counted, once for each key. Raises Unavailable."""
    past = await world.log.read(stream_of(repository.id, pull.number))
    if not pull.is_open or pull.is_draft or is_reviewed(past, pull.head):
        return False
    known = await checked(world, repository, pull.head)
    if is_under_way(past) and known is not None and known[0] == pull.number:
        return False  # what a person asked for is not overtaken by a part of it
    why = await _why_not(repository, pull, key=key, world=world)
    if why is not None:
        log.info("fork_not_reviewed_unasked", why=why, number=pull.number)
    return why is None


async def _why_not(repository: Repository, pull: Reviewable, *, key: str, world: World) -> forks.Why | None:
    author = pull.author_id
    known = await world.log.read(forks.vouched_stream(repository.id))
    if author is None or not forks.is_vouched(known, author):
        return "nobody_vouched"
    stream, own = forks.counted_stream(repository.id, world.clock.now()), f"{key}:counted"
    today = await world.log.read(stream)
    if forks.has_place(today, author, own):
        return None
    if why := forks.why_full(today, author):
        return why
    await append_beside(world, stream, forks.counted(author, pull.number), key=own, meta={"key": own})
    today = await world.log.read(stream)
    # Of two at the same moment the later one may have had no place any more.
    return None if forks.has_place(today, author, own) else forks.why_full(today, author)
