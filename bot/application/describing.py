"""Workflows: a description is offered; what was offered is taken. Both try again where others fail."""

from typing import Any, Final

from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import description_words as words
from bot.application.description_asking import TAKE, WORKFLOW
from bot.application.description_making import make
from bot.application.description_saying import give_up, say_offer, show
from bot.application.description_taking import begin, change, conclude
from bot.application.ports import World
from bot.application.retrying import carry, note_held_up, pause_after, stays
from bot.application.saga import Places
from bot.domain.describing import HELD_UP, wish_in
from bot.domain.retrying import is_final
from bot.infrastructure.engine import on, step

MAKE: Final = "description.make_v1"
TOPIC: Final = "description"


async def set_aside(world: World, stream: str, asked_key: str, nth: int, code: str, *, key: str) -> float:
    """Whoever asked is told; how long until it is tried again, 0 where it is not."""
    wish = wish_in(await world.log.read(stream), asked_key)
    if is_final(code, nth):
        await give_up(wish, stream, asked_key, code, world)
        return 0.0
    pause = pause_after(nth, world)
    await show(wish, stream, world, note=words.held_up(wish, code, again=pause.again))
    await note_held_up(world, stream, asked_key, HELD_UP, nth, code)
    return pause.seconds


def register(world: World, places: Places) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process. `places` are the model's."""

    @DBOS.workflow(name=MAKE)
    async def make_v1(stream: str, asked_key: str, account: str) -> str:
        """Make the offer, once the account has a place for it."""
        async with places.place(account):
            with bound_contextvars(description=stream):
                digest: str = await step(make, world, stream, asked_key, unforeseen="internal")
                return digest

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def offer_v1(stream: str, asked_key: str, repository: str, account: str) -> None:
        """Carry one wish for an offer to its end."""

        async def tries(_nth: int) -> None:
            asked = (stream, asked_key, account)
            digest: Any = await on("ai", make_v1, *asked, tenant=repository, leaves=stays)
            await step(say_offer, world, stream, asked_key, str(digest), unforeseen="internal")

        await _carried(world, stream, asked_key, tries)

    @DBOS.workflow(name=TAKE, max_recovery_attempts=None)
    async def take_v1(stream: str, asked_key: str, _repository: str, _account: str) -> None:
        """Carry the taking of one to its end."""

        async def tries(_nth: int) -> None:
            await step(begin, world, stream, asked_key, unforeseen="internal")
            undone: list[str] = await step(change, world, stream, asked_key, unforeseen="internal")
            await step(conclude, world, stream, asked_key, undone, unforeseen="internal")

        await _carried(world, stream, asked_key, tries)


async def _carried(world: World, stream: str, asked_key: str, tries: Any) -> None:
    async def sets_aside(nth: int, code: str) -> float:
        return float(await step(set_aside, world, stream, asked_key, nth, code))

    with bound_contextvars(description=stream):
        await carry(TOPIC, tries, sets_aside)
