"""A question about the code that was asked in Slack: where its answer goes, and what was said before."""

from dataclasses import dataclass, replace

import msgspec
import structlog

from bot.application import slack_talk_words as words
from bot.application.asked import Ask, LookUp
from bot.application.ports import World
from bot.application.question_asking import ask_about
from bot.application.rights import check_right
from bot.application.slack_replying import answer
from bot.application.slack_where import place_for
from bot.domain.enquiring import Enquiry
from bot.domain.policy import NotAllowed, OwnerNotAllowed
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_talks import Talk
from bot.records import Repository
from bot.slack_link_records import SlackUser
from bot.slack_records import Place, Said

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedThere:
    """Where in Slack it was asked, by whom, and what was said before; `name` is its answer's."""

    place: Place
    user: SlackUser
    name: str
    talk: Talk = Talk()  # noqa: RUF009  frozen


async def keep(it: AskedThere, repository: Repository, world: World) -> str:
    """The digest under which it is kept."""
    return await world.blobs.put(repository.id, msgspec.json.encode(it))


async def ask_there(asked: Ask, it: AskedThere, *, key: str, door: str, world: World) -> None:
    """Ask it; the answer comes there. Raises Denied, Unavailable."""
    await ask_about(
        replace(asked, there=await keep(it, asked.repository, world)), key=key, door=door, world=world
    )


async def asked_there(enquiry: Enquiry, world: World) -> AskedThere | None:
    """Where it was asked; None where that was not in Slack."""
    if not enquiry.there:
        return None
    return msgspec.json.decode(await world.blobs.get(enquiry.repository.id, enquiry.there), type=AskedThere)


async def tell_there(it: AskedThere, enquiry: Enquiry, said: str, world: World) -> None:
    """The one message of this question says this now, where that may be said by now.

    Whoever asked and may not read the repository any more is told nothing of it. Raises Unavailable.
    """
    slack = world.slack
    if slack is None:
        log.warning("question_not_told", why="slack_not_set_up")
        return
    about = await world.repositories.describe(enquiry.repository)
    place = await place_for(
        it.place, it.user, enquiry.repository, private=about.private, slack=slack, world=world
    )
    whole = "\n\n".join([said, *words.unread(it.talk)])
    text = mrkdwn(whole if await _reads(enquiry, world) else words.READS_NO_MORE)
    moved = "" if place.channel == it.place.channel else ":direct"
    await answer(place, Said(text=text), slack, world, name=f"{it.name}{moved}")


async def _reads(enquiry: Enquiry, world: World) -> bool:
    try:
        await check_right(LookUp(by=enquiry.by, repository=enquiry.repository), world)
    except (NotAllowed, OwnerNotAllowed):
        return False
    return True
