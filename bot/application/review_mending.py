"""What was said at a line and is so no more: a word in its thread, which is resolved then."""

import structlog

from bot.application import review_words as words
from bot.application.effects import once
from bot.application.ports import World
from bot.application.review_reading import Read
from bot.domain.reviewing import Request
from bot.records import StepFailed
from bot.review_records import Thread

log = structlog.get_logger()


async def resolve_mended(request: Request, read: Read, world: World) -> None:
    """Each thread once; what people have resolved is left as it is, and what GitHub refuses is only told.

    The walkthrough says of all of them that they are no longer so.
    """
    mended = {each.fingerprint for each in read.mended}
    if not mended:
        return
    try:
        for thread in await world.review_threads.ours(request.repository, request.number):
            if thread.fingerprint in mended and not thread.is_resolved:
                await _resolve(request, read.head, thread, world)
    except StepFailed as no:
        log.warning("threads_not_resolved", code=no.code)


async def _resolve(request: Request, head: str, thread: Thread, world: World) -> None:
    repository, number, threads = request.repository, request.number, world.review_threads
    name = f"mended:{thread.comment}"  # once: one that comes back has a thread of its own
    marker = words.marker(name)

    async def find() -> str | None:
        found = await threads.find(repository, number, thread.comment, marker=marker)
        return None if found is None else str(found)

    async def make() -> str:
        body = f"{marker}\n{words.mended(head)}"
        return str(await threads.reply(repository, number, thread.comment, body))

    await once(world, name, find=find, make=make)
    if not await threads.resolve(repository, thread.id):
        log.warning("thread_not_resolved", comment=thread.comment)
