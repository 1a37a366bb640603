"""Linking a Slack account with an account on GitHub: offered in Slack, proved and confirmed in a browser."""

import secrets
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import quote

import structlog

from bot.application.ports import Kept
from bot.application.recording import append_beside
from bot.application.slack_hearing import Tickets
from bot.domain import slack_links as rules
from bot.domain.slack_links import NotLinked, TicketOver
from bot.records import Actor
from bot.slack_link_records import Link, SlackUser, Ticket

log = structlog.get_logger()

PATH: Final = "/slack/link"


class UsedUp(Protocol):
    """What is good once, noted in every process."""

    async def use_up(self, text: str, at: datetime) -> bool:
        """False where it was used before."""


def offered(user: SlackUser, *, name: str, workspace: str, at: datetime) -> Ticket:
    """A new ticket; the names are as Slack told them, and not too long for an address."""
    return Ticket(
        user=user,
        name=rules.short(name),
        workspace=rules.short(workspace),
        at=at,
        nonce=secrets.token_urlsafe(rules.NONCE_BYTES),
    )


def address_of(ticket: Ticket, tickets: Tickets, address: str) -> str:
    """Where whoever has it links the accounts."""
    return f"{address}{PATH}?ticket={quote(tickets.seal(ticket))}"


async def link(ticket: Ticket | None, person: Actor, *, kept: Kept, used: UsedUp) -> Link:
    """From now on the ticket's Slack account acts as this person. Raises TicketOver, Unavailable.

    The ticket is used up before anything is appended.
    """
    now = kept.clock.now()
    good = rules.check_ticket(ticket, now)
    command, stream = rules.command_of(good), rules.stream_of(good.user)
    rules.check_newest(good, await kept.log.read(stream))
    if not await used.use_up(command, now):
        raise TicketOver("ticket_used")
    meta = {"by": person.id, "login": person.login, "door": "slack", "key": command}
    await append_beside(kept, stream, rules.linked(good, person), key=command, meta=meta)
    log.info("slack_linked", person=person.id, slack=good.user.place)
    return Link(user=good.user, name=good.name, workspace=good.workspace, person=person, since=now)


async def unlink(user: SlackUser, *, cause: str, key: str, kept: Kept) -> Link | None:
    """It acts as nobody any more; the link that there was. The same key does it once. Raises Unavailable."""
    command, stream = f"slack-unlink:{key}", rules.stream_of(user)
    past = await kept.log.read(stream)
    if past and past[-1].meta.get("key") == command:
        return rules.link_in(past[:-1])  # said before, and perhaps not told of
    held = rules.link_in(past)
    if held is None:
        return None
    meta = {"by": held.person.id, "login": held.person.login, "door": "slack", "key": command}
    await append_beside(kept, stream, rules.unlinked(held, cause=cause), key=command, meta=meta)
    log.info("slack_unlinked", person=held.person.id, slack=user.place, cause=cause)
    return held


async def link_of(user: SlackUser, kept: Kept) -> Link | None:
    """The link that holds now. Raises Unavailable."""
    return rules.link_in(await kept.log.read(rules.stream_of(user)))


async def acts_as(user: SlackUser, kept: Kept) -> Actor:
    """Who this is on GitHub. Raises NotLinked, Unavailable."""
    held = await link_of(user, kept)
    if held is None:
        raise NotLinked
    return held.person


async def all_links(kept: Kept) -> list[Link]:
    """Every link that holds. Raises Unavailable."""
    return rules.links_in(await kept.log.newest(rules.FAMILY))
