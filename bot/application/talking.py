"""Saying something where it was asked: on the issue or pull request, or in the thread at a line of it."""

from dataclasses import dataclass

from bot.application.effects import once, say_once
from bot.application.placing import Placed, place, turn_at
from bot.application.ports import World
from bot.records import Repository, StepFailed

THREAD_GONE = "thread_gone"
COMMENT_GONE = "comment_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where it was asked; `thread` is the first comment of the thread at a line, None where there is none."""

    repository: Repository
    number: int
    thread: int | None = None


async def say_there(world: World, spot: Spot, body: str, *, marker: str, effect: str) -> None:
    """Once; its marker, which is in the body, tells it again. Where the thread is gone, beside it."""
    where = world, spot.repository, spot.number, body
    if spot.thread is None:
        await say_once(*where, marker=marker, effect=effect)
        return
    try:
        await _say_in_thread(world, spot, spot.thread, body, marker=marker, effect=effect)
    except StepFailed as failure:
        if failure.code != THREAD_GONE:
            raise
        await say_once(*where, marker=marker, effect=f"{effect}:beside")


async def keep_there(world: World, spot: Spot, body: str, *, marker: str, name: str) -> None:
    """The one comment of that name says this from now on; beside its thread where that, or it, is gone."""
    if spot.thread is not None:
        try:
            async with turn_at(name):
                await _keep_in_thread(world, spot, spot.thread, body, marker=marker, name=name)
        except StepFailed as failure:
            if failure.code not in {THREAD_GONE, COMMENT_GONE}:
                raise
        else:
            return
    placed = Placed(repository=spot.repository, number=spot.number, name=name, marker=marker)
    await place(placed, body, world)


async def _keep_in_thread(
    world: World, spot: Spot, thread: int, body: str, *, marker: str, name: str
) -> None:
    """Found again where it is in doubt whether it is there."""
    threads, effect = world.review_threads, f"{name}:thread"
    intent = await world.effects.begin(effect)
    known = None if intent.result is None else int(intent.result)
    if known is None and not intent.fresh:
        known = await threads.find(spot.repository, spot.number, thread, marker=marker)
    if known is None:
        known = await threads.reply(spot.repository, spot.number, thread, body)
    else:
        await threads.edit(spot.repository, known, body=body)
    if intent.result is None:
        await world.effects.finish(effect, result=str(known))


async def _say_in_thread(
    world: World, spot: Spot, thread: int, body: str, *, marker: str, effect: str
) -> None:
    async def find() -> str | None:
        found = await world.review_threads.find(spot.repository, spot.number, thread, marker=marker)
        return None if found is None else str(found)

    async def make() -> str:
        return str(await world.review_threads.reply(spot.repository, spot.number, thread, body))

    await once(world, effect, find=find, make=make)


async def show_there(world: World, spot: Spot, comment: int, *, content: str) -> None:
    """React to the comment in which it was asked."""
    if spot.thread is None:
        await world.comments.react(spot.repository, comment, content=content)
    else:
        await world.review_threads.react(spot.repository, comment, content=content)
