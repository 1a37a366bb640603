"""A plain reply to a finding: noted, and answered, where whoever said it has a say in it."""

from dataclasses import dataclass
from typing import Final

from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.refusing import may_be_told
from bot.application.rights import is_served
from bot.domain.policy import ROLES, Permission, role_of
from bot.domain.replying import Dispute, disputed, is_heard_out, is_over
from bot.domain.reviewing import stream_of
from bot.records import Actor, Repository, Start

WORKFLOW: Final = "reply.run_v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody said in a thread; `author` wrote the pull request, None where that account is gone."""

    repository: Repository
    number: int
    thread: int
    comment: int
    by: Actor
    author: Actor | None


async def dispute_of(reply: Reply, world: World) -> Dispute | None:
    """What is said there to a finding of ours, by somebody who has a say in it. Raises Unavailable."""
    if reply.thread == reply.comment or not await is_served(reply.repository, world):
        return None
    fingerprint = await world.review_threads.finding(reply.repository, reply.thread)
    if fingerprint is None or not await _has_a_say(reply, world):
        return None
    return Dispute(
        repository=reply.repository,
        number=reply.number,
        thread=reply.thread,
        comment=reply.comment,
        fingerprint=fingerprint,
        by=reply.by,
    )


async def _has_a_say(reply: Reply, world: World) -> bool:
    """Whoever wrote the pull request, and who may write, as GitHub says now: of others nothing is heard."""
    if reply.author is not None and reply.by.id == reply.author.id:
        return True
    role = role_of(await world.repositories.role_name(reply.repository, reply.by))
    return role is not None and Permission.WRITE in ROLES[role]


async def hear(it: Dispute, *, key: str, door: str, world: World) -> bool:
    """Note it, and have it answered; a key once. False where nothing more is answered there, or to them."""
    repository, stream = it.repository, stream_of(it.repository.id, it.number)
    past = await world.log.read(stream)
    if is_over(past, it.thread, it.fingerprint) or is_heard_out(past, it.thread):
        return False
    if not await may_be_told(world, repository, it.by, key=key):
        return False
    args = (stream, key, str(repository.id), repository.account)
    start = Start(queue="saga", workflow=WORKFLOW, id=f"reply-{key}", args=args)
    meta = {"by": it.by.id, "login": it.by.login, "door": door, "key": key}
    await append_beside(world, stream, disputed(it), key=key, meta=meta, follow_ups=[start])
    return True
