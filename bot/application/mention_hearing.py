"""Hearing what somebody says to the bot in plain words: noted, and handed to what makes out what it means."""

from typing import Final

from bot.application import mention_words as words
from bot.application.duplicates import turn_of
from bot.application.frozen import check_may_move
from bot.application.ports import World
from bot.application.recording import append_beside, was_recorded
from bot.application.refusal_words import refusal
from bot.application.refusing import counts_within_the_hour
from bot.domain.freezing import Frozen
from bot.domain.mentioned import Mention, heard, heard_key, stream_of
from bot.records import Actor, Repository, Start

WORKFLOW: Final = "mention.run_v1"
# Each costs a question to the small model; commands cost none, and are not counted.
MOST_AN_HOUR: Final = 20


async def hear(it: Mention, *, key: str, door: str, world: World) -> str | None:
    """Note it, and begin, a key once; what is said where it is not taken up. Raises Unavailable.

    Whether they may speak to the bot at all is found out before: this asks a model, and so costs money.
    """
    stream, repository, own = stream_of(it.repository.id, it.number), it.repository, heard_key(key)
    if was_recorded(await world.log.read(stream), own):
        return None  # it goes its way, whatever else was said or frozen since
    try:
        await check_may_move(repository, world)
    except Frozen as no:
        return refusal(no)
    if not await _has_a_turn(repository, it.by, key, world):
        return words.too_many(MOST_AN_HOUR)
    args = (stream, key, str(repository.id), repository.account)
    start = Start(queue="saga", workflow=WORKFLOW, id=f"mention-{key}", args=args)
    meta = {"by": it.by.id, "login": it.by.login, "door": door, "key": own}
    await append_beside(world, stream, heard(it), key=own, meta=meta, follow_ups=[start])
    return None


async def _has_a_turn(repository: Repository, person: Actor, key: str, world: World) -> bool:
    name = f"mentions:{repository.id}:{person.id}"
    async with turn_of(repository.id):
        return await counts_within_the_hour(world, name, key=key) <= MOST_AN_HOUR
