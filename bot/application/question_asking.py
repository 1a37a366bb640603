"""Asking about the code: whoever may, on an issue or a pull request."""

from typing import Final

from bot.application.asked import Ask
from bot.application.frozen import check_may_move
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.rights import check_right
from bot.domain.enquiring import Enquiry, asked, stream_of
from bot.records import Start

WORKFLOW: Final = "question.run_v1"


async def ask_about(it: Ask, *, key: str, door: str, world: World) -> None:
    """Note it, and begin; the same key again begins nothing. Raises Denied, Unavailable."""
    await check_right(it, world)
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
    )
    stream = stream_of(repository.id, it.number)
    args = (stream, key, str(repository.id), repository.account)
    start = Start(queue="saga", workflow=WORKFLOW, id=f"question-{key}", args=args)
    meta = {"by": it.by.id, "login": it.by.login, "door": door, "key": key}
    await append_beside(world, stream, asked(enquiry), key=key, meta=meta, follow_ups=[start])
