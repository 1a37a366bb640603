"""Asking for an offer of a description, and taking what was offered: whoever may write."""

from typing import Final

from bot.application.asked import Describe, TakeDescription
from bot.application.frozen import check_may_move
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.rights import check_right
from bot.domain.describing import Wish, chosen, newest_offer, stream_of, wanted
from bot.records import Fact, Start

WORKFLOW: Final = "description.offer_v1"
TAKE: Final = "description.take_v1"


async def offer(asked: Describe, *, key: str, door: str, world: World) -> None:
    """Note it, and begin; the same key again begins nothing. Raises Denied, Unavailable."""
    await check_right(asked, world)
    await check_may_move(asked.repository, world)
    wish = Wish(repository=asked.repository, number=asked.number, by=asked.by)
    await _begin(wanted(wish), wish, WORKFLOW, key, door, world)


async def take(asked: TakeDescription, *, key: str, door: str, world: World) -> bool:
    """Note which parts of the newest offer are to be taken, and begin; False where there is none.

    Raises Denied, Unavailable.
    """
    await check_right(asked, world)
    await check_may_move(asked.repository, world)
    repository, number = asked.repository, asked.number
    newest = newest_offer(await world.log.read(stream_of(repository.id, number)))
    if newest:
        wish = Wish(repository=repository, number=number, by=asked.by, parts=asked.parts, offer=newest)
        await _begin(chosen(wish), wish, TAKE, key, door, world)
    return bool(newest)


async def _begin(fact: Fact, wish: Wish, workflow: str, key: str, door: str, world: World) -> None:
    repository = wish.repository
    stream = stream_of(repository.id, wish.number)
    args = (stream, key, str(repository.id), repository.account)
    start = Start(queue="saga", workflow=workflow, id=f"description-{key}", args=args)
    meta = {"by": wish.by.id, "login": wish.by.login, "door": door, "key": key}
    await append_beside(world, stream, fact, key=key, meta=meta, follow_ups=[start])
