"""Taking an offer: what stood there is kept first, then each part is changed, where it still reads so."""

import msgspec

from bot.application import description_words as words
from bot.application.asked import TakeDescription
from bot.application.description_changes import Change, change_of, load_change
from bot.application.description_making import load_offer, open_pull
from bot.application.description_saying import show, tell
from bot.application.frozen import check_not_frozen
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.domain.describing import BEGUN, TAKEN, Wish, begun, change_in, key_of, taken, wish_in
from bot.domain.policy import holds, role_of
from bot.records import StepFailed


async def begin(world: World, stream: str, asked_key: str, *, key: str) -> None:
    """Find out what is to be changed, once, and show what stood there before. Raises StepFailed."""
    past = await world.log.read(stream)
    wish, repository = wish_in(past, asked_key), wish_in(past, asked_key).repository
    await check_not_frozen(world, repository)
    if not change_in(past, asked_key):
        offer, pull = await load_offer(world, repository, wish.offer), await open_pull(wish, world)
        there = [*await world.labels.all(repository)]
        change = change_of(wish, offer, pull, there, words.own_part(offer))
        digest = await world.blobs.put(repository.id, msgspec.json.encode(change))
        own = key_of(asked_key, BEGUN)
        await append_beside(world, stream, begun(digest), key=own, meta={"key": own})
    await show(wish, stream, world)


async def change(world: World, stream: str, asked_key: str, *, key: str) -> list[str]:
    """Change it, unless it is changed already; why what was left was left. Raises StepFailed."""
    past = await world.log.read(stream)
    wish = wish_in(past, asked_key)
    await check_not_frozen(world, wish.repository)
    await _check_still_may(wish, world)
    it = await load_change(world, wish.repository, change_in(past, asked_key))
    return [
        *it.left,
        *await _title(wish, it, world),
        *await _body(wish, it, world),
        *await _labels(wish, it, world),
    ]


async def _check_still_may(wish: Wish, world: World) -> None:
    """It may be hours since it was said. Raises StepFailed("requester_lost_access")."""
    role = role_of(await world.repositories.role_name(wish.repository, wish.by))
    if not holds(role, TakeDescription.needs):
        raise StepFailed("requester_lost_access", wish.by.login)


async def _title(wish: Wish, it: Change, world: World) -> list[str]:
    if it.title is None:
        return []
    now = (await open_pull(wish, world)).title
    if now == it.title_was:
        await world.pulls.retitle(wish.repository, wish.number, title=it.title)
    return [] if now in {it.title_was, it.title} else ["title_changed"]


async def _body(wish: Wish, it: Change, world: World) -> list[str]:
    if it.body is None:
        return []
    now = (await open_pull(wish, world)).body
    if _bare(now) == _bare(it.body):
        return []
    if _bare(now) != _bare(it.body_was):
        return ["body_changed_meanwhile"]
    await world.pulls.rewrite(wish.repository, wish.number, body=it.body)
    return []


def _bare(body: str) -> str:
    """As it is compared: how a line ends is for GitHub to say."""
    return body.replace("\r\n", "\n").strip()


async def _labels(wish: Wish, it: Change, world: World) -> list[str]:
    """GitHub would make one that there is not: what went since it was found out is left."""
    there = await world.labels.all(wish.repository) if it.labels else {}
    labels = [name for name in it.labels if name in there]
    if not labels:
        return []
    took = await world.pulls.label(wish.repository, wish.number, labels=labels)
    return [] if took else ["labels_refused"]


async def conclude(world: World, stream: str, asked_key: str, undone: list[str], *, key: str) -> None:
    """It is taken: a fact, then what the comment says; what was left is said where it is heard."""
    wish = wish_in(await world.log.read(stream), asked_key)
    own = key_of(asked_key, TAKEN)
    await append_beside(world, stream, taken(undone), key=own, meta={"key": own})
    await show(wish, stream, world)
    if undone:
        await tell(wish, asked_key, words.left(wish, undone), world)
