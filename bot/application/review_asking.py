"""Asking for a review: by whoever may, or by the repository's own configuration."""

from typing import Final

import structlog

from bot.application.asked import Review
from bot.application.basing import base_head
from bot.application.configuration import PATH
from bot.application.configuration_review import Review as Settings
from bot.application.frozen import check_may_move, freezes_on
from bot.application.in_force import in_force
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.review_seen import look_early
from bot.application.rights import check_right, is_served
from bot.application.side_by_side import both
from bot.domain.reviewing import Request, requested, stream_of
from bot.records import Repository, Start, StepFailed

log = structlog.get_logger()

WORKFLOW: Final = "review.run_v1"
# Why it is thought of, where the bot itself opened the pull request.
OWN: Final = "own"


async def ask_for_review(asked: Review, *, key: str, door: str, world: World, cause: str = "asked") -> None:
    """Note it, and begin; the same key again begins nothing. Raises Denied, Unavailable."""
    early, _ = await both(look_early(world, asked.repository, asked.number), _check(asked, world))
    focus = asked.focus and await world.blobs.put(asked.repository.id, asked.focus.encode())
    request = Request(
        repository=asked.repository,
        number=asked.number,
        cause=cause,
        by=asked.by,
        is_full=asked.full,
        focus=focus,
    )
    await _note(request, key, door, world, early=early)


async def _check(asked: Review, world: World) -> None:
    await check_right(asked, world)
    await check_may_move(asked.repository, world)


async def begin_unasked(unasked: Request, *, key: str, world: World, early: str = "") -> None:
    """Note it, and begin, by nobody's word, from what was seen of it `early`."""
    await _note(unasked, key, "github", world, early=early)


async def is_wanted(
    repository: Repository, world: World, *, is_fork: bool = False, is_own: bool = False
) -> bool:
    """Whether the default branch's configuration wants them by themselves, and nothing is frozen.

    Of the bot's own pull requests another word of it counts.
    """
    if not await is_served(repository, world) or await freezes_on(repository, world):
        return False
    try:
        said = await configured(repository, world)
    except StepFailed as no:
        log.warning("review_not_considered", code=no.code)
        return False
    return said is not None and (said.own if is_own else said.automatic and (said.forks or not is_fork))


async def configured(repository: Repository, world: World) -> Settings | None:
    """What the default branch says of reviews, None where it says nothing or nobody works there any more.

    Nobody is cloned for this who says nothing of it: first it is looked whether there is a file at all.
    """
    about = await world.repositories.describe(repository)
    if about.archived:
        return None
    commit = await base_head(repository, about.default_branch, world)
    if not await _may_be_said(repository, commit, world):
        return None
    return (await in_force(world, repository, about, commit=commit)).configuration.review


async def _may_be_said(repository: Repository, commit: str, world: World) -> bool:
    if await world.files.find(repository, commit, PATH) is not None:
        return True
    return await world.repositories.settings_of_owner(repository) is not None


async def _note(request: Request, key: str, door: str, world: World, *, early: str = "") -> None:
    """The fact, and with it the workflow that carries it out, from what was seen of it `early`."""
    repository, by = request.repository, request.by
    stream = stream_of(repository.id, request.number)
    who = {} if by is None else {"by": by.id, "login": by.login}
    args = (stream, key, str(repository.id), repository.account, early)
    start = Start(queue="saga", workflow=WORKFLOW, id=f"review-{key}", args=args)
    meta = {**who, "door": door, "key": key}
    await append_beside(world, stream, requested(request), key=key, meta=meta, follow_ups=[start])
