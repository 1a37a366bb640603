"""Asking about the code: whoever may, on an issue or a pull request."""

from typing import Final

import structlog

from bot.application.asked import Ask
from bot.application.basing import base_head
from bot.application.frozen import check_may_move
from bot.application.in_force import in_force
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.rights import check_right
from bot.domain.enquiring import Enquiry, asked, stream_of
from bot.domain.policy import NotAllowed, Permission, holds
from bot.records import Repository, Start, StepFailed

log = structlog.get_logger()

WORKFLOW: Final = "question.run_v1"


async def ask_about(it: Ask, *, key: str, door: str, world: World) -> None:
    """Note it, and begin; the same key again begins nothing. Raises Denied, Unavailable."""
    await _check_may_ask(it, world)
    await check_may_move(it.repository, world)
    repository = it.repository
    enquiry = Enquiry(
        repository=repository,
        number=it.number,
        is_pull=it.is_pull,
        by=it.by,
        text=await world.blobs.put(repository.id, it.text.encode()),
        comment=it.comment,
        said_at=it.said_at,
        thread=it.thread,
        there=it.there,
    )
    stream = stream_of(repository.id, it.number)
    args = (stream, key, str(repository.id), repository.account)
    start = Start(queue="saga", workflow=WORKFLOW, id=f"question-{key}", args=args)
    meta = {"by": it.by.id, "login": it.by.login, "door": door, "key": key}
    await append_beside(world, stream, asked(enquiry), key=key, meta=meta, follow_ups=[start])


async def _check_may_ask(it: Ask, world: World) -> None:
    """Whoever may write may; who may only read, where the repository wants that. Raises Denied."""
    try:
        await check_right(it, world)
    except NotAllowed as no:
        if not holds(no.role, Permission.READ) or not await _readers_may(it.repository, world):
            raise


async def _readers_may(repository: Repository, world: World) -> bool:
    """Whether its default branch says so, and not everybody can read it. What cannot be found out is a no."""
    try:
        about = await world.repositories.describe(repository)
        if not about.private:
            return False
        commit = await base_head(repository, about.default_branch, world)
        return (await in_force(world, repository, about, commit=commit)).configuration.ask.readers
    except StepFailed as no:
        log.warning("readers_not_asked_about", code=no.code)
        return False
