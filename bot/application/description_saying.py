"""One comment for a pull request: what is offered, what of it was taken, and what stood there before."""

from bot.application import description_words as words
from bot.application.description_changes import Shown, load_change
from bot.application.description_making import Offer, load_offer
from bot.application.placing import Placed, place, turn_at
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.talking import Spot, say_there
from bot.domain.describing import (
    GIVEN_UP,
    OFFERED,
    Cost,
    Wish,
    given_up,
    is_shown,
    key_of,
    newest_offer,
    offered,
    takings,
    wish_in,
)
from bot.records import Repository, StepFailed


async def say_offer(world: World, stream: str, asked_key: str, digest: str, *, key: str) -> None:
    """It is offered from now on: first a fact, then what the comment says. Raises Unavailable."""
    wish = wish_in(await world.log.read(stream), asked_key)
    offer = await load_offer(world, wish.repository, digest)
    own = key_of(asked_key, OFFERED)
    fact = offered(digest, Cost(tokens=offer.tokens, micro_usd=offer.micro_usd))
    await append_beside(world, stream, fact, key=own, meta={"key": own})
    await show(wish, stream, world)


async def show(wish: Wish, stream: str, world: World, *, note: str = "") -> None:
    """The comment says how it stands, and this above it: nobody puts there how it stood before that."""
    async with turn_at(stream):
        await _show(wish, stream, note, world)


async def _show(wish: Wish, stream: str, note: str, world: World) -> None:
    past = await world.log.read(stream)
    repository, newest = wish.repository, newest_offer(past)
    offer = await _offer(world, repository, newest) if newest else None
    taken = [await _shown(world, repository, each.change, each.undone) for each in takings(past)]
    marker = words.marker()
    name = f"description:{repository.id}:{wish.number}"
    placed = Placed(repository=repository, number=wish.number, name=name, marker=marker)
    kept = [each for each in taken if each is not None]
    await place(placed, f"{marker}\n{words.standing(offer, kept, note=note)}", world)


async def _offer(world: World, repository: Repository, digest: str) -> Offer | None:
    """None where its time is over."""
    try:
        return await load_offer(world, repository, digest)
    except StepFailed:
        return None


async def _shown(
    world: World, repository: Repository, digest: str, undone: tuple[str, ...] | None
) -> Shown | None:
    """None where its time is over."""
    try:
        return Shown(change=await load_change(world, repository, digest), undone=undone)
    except StepFailed:
        return None


async def tell(wish: Wish, asked_key: str, said: str, world: World) -> None:
    """A comment of its own, once: an edit reaches nobody's inbox."""
    marker = words.told_marker(asked_key)
    spot = Spot(repository=wish.repository, number=wish.number)
    effect = f"description:{asked_key}:told"
    await say_there(world, spot, f"{marker}\n{said}", marker=marker, effect=effect)


async def give_up(wish: Wish, stream: str, asked_key: str, code: str, world: World) -> None:
    """Nothing more comes of it: whoever asked is told why."""
    own = key_of(asked_key, GIVEN_UP)
    await append_beside(world, stream, given_up(code), key=own, meta={"key": own})
    if is_shown(await world.log.read(stream)):
        await show(wish, stream, world)
    await tell(wish, asked_key, words.given_up(wish, code), world)
