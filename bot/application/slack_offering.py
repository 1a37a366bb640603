"""Offering what plain words in Slack seem to want: shown to its asker, and done once they have said so."""

import hashlib
from dataclasses import dataclass
from typing import Final

from bot.application import slack_offer_words as words
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.slack_replying import answer
from bot.domain import slack_blocks as kit
from bot.domain import slack_offers as rules
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_offers import Offer
from bot.records import Actor, Recorded
from bot.slack_records import Place, Said

PREFIX: Final = "offer-"
TAKE: Final = f"{PREFIX}take"
LEAVE: Final = f"{PREFIX}leave"
ID_LENGTH: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An offer as it is kept, and what became of it."""

    id: str
    offer: Offer
    past: tuple[Recorded, ...]

    @property
    def place(self) -> Place:
        """Where it is shown."""
        return Place(workspace=self.offer.by.workspace, channel=self.offer.shown_in, thread=self.offer.thread)


async def offer(it: Offer, text: str, by: Actor, *, is_cut: bool, key: str, world: World) -> Said:
    """Note it, a key once; what shows it, with what takes it and what leaves it. Raises Unavailable."""
    own = hashlib.sha256(f"offer:{key}".encode()).hexdigest()[:ID_LENGTH]
    meta = {"by": by.id, "login": by.login, "door": "slack", "key": f"offer:{own}"}
    await append_beside(world, rules.stream_of(own), rules.offered(it), key=f"offer:{own}", meta=meta)
    shown = mrkdwn(words.proposed(it, text, is_cut=is_cut))
    buttons = [
        kit.button(words.TAKE, action=TAKE, value=own, style="primary"),
        kit.button(words.LEAVE, action=LEAVE, value=own),
    ]
    return Said(text=shown, blocks=[*kit.sections(shown), *kit.actions(buttons)])


async def kept_offer(offer_id: str, world: World) -> Kept | None:
    """The offer of this id; None where there is none. Raises Unavailable."""
    past = tuple(await world.log.read(rules.stream_of(offer_id)))
    found = rules.offer_in(past)
    return None if found is None else Kept(id=offer_id, offer=found, past=past)


async def note_answer(it: Kept, how: str, world: World) -> str:
    """Taken or left: the first that is said counts, and is returned. Raises Unavailable."""
    key, stream = f"offer:{it.id}:answered", rules.stream_of(it.id)
    meta = {"door": "slack", "slack": it.offer.by.place, "key": key}
    await append_beside(world, stream, rules.answered(how), key=key, meta=meta)
    return rules.answer_in(await world.log.read(stream))


async def show(it: Kept, said: Said, world: World) -> None:
    """In place of what was offered: what came of it, and nothing to press."""
    if world.slack is not None:
        await answer(it.place, said, world.slack, world, name=it.offer.name)
