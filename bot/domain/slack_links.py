"""Accounts of Slack that act as an account on GitHub: proved on both sides, by ids, each change a fact."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.policy import Denied
from bot.records import Actor, Fact, Recorded
from bot.slack_link_records import Link, SlackUser, Ticket

FAMILY: Final = "slack-links"
LINKED: Final = "SlackLinked"
UNLINKED: Final = "SlackUnlinked"
TO_FOLLOW: Final = timedelta(minutes=10)
NONCE_BYTES: Final = 16
LONGEST_NAME: Final = 40  # bytes: an address holds two of them, sealed


class NotLinked(Denied):
    """This Slack account acts as nobody on GitHub yet."""

    code = "not_linked"


class TicketOver(Exception):
    """The private link is good for nothing; `code` is stable and public: unknown, over, outdated
    or used."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def short(name: str) -> str:
    """A name as far as an address has room for it, and nothing in it that shows nothing."""
    plain = "".join(sign for sign in name if sign.isprintable())
    return plain.encode()[:LONGEST_NAME].decode(errors="ignore")


def stream_of(user: SlackUser) -> str:
    """The stream of what became of this Slack account here."""
    return f"{FAMILY}:{user.place}"


def command_of(ticket: Ticket) -> str:
    """What the fact is known by: a ticket links once."""
    return f"slack-link:{ticket.nonce}"


def check_ticket(ticket: Ticket | None, now: datetime) -> Ticket:
    """The ticket, if it is one of ours and not too old. Raises TicketOver."""
    if ticket is None:
        raise TicketOver("ticket_unknown")
    if not timedelta() <= now - ticket.at < TO_FOLLOW:
        raise TicketOver("ticket_over")
    return ticket


def check_newest(ticket: Ticket, past: Sequence[Recorded]) -> None:
    """A ticket, whose time is in whole seconds, is over with what is said of the account later. Raises
    TicketOver.
    """
    if past and past[-1].at.replace(microsecond=0) > ticket.at:
        raise TicketOver("ticket_outdated")


def linked(ticket: Ticket, person: Actor) -> Fact:
    """From now on this Slack account acts as that person, and as nobody else."""
    return Fact(
        type=LINKED,
        data={
            "user": _told(ticket.user),
            "name": ticket.name,
            "workspace": ticket.workspace,
            "person": {"id": person.id, "login": person.login},
        },
    )


def unlinked(link: Link, *, cause: str) -> Fact:
    """It acts as nobody any more: they said so (`asked`), or are in the workspace no more (`deactivated`)."""
    person = {"id": link.person.id, "login": link.person.login}
    return Fact(type=UNLINKED, data={"user": _told(link.user), "person": person, "cause": cause})


def link_in(past: Sequence[Recorded]) -> Link | None:
    """The link that holds, after these facts of one Slack account: the newest says."""
    return _link(past[-1]) if past and past[-1].type == LINKED else None


def links_in(newest: Iterable[Recorded]) -> list[Link]:
    """Those that hold, of the newest fact of each Slack account, by the person on GitHub."""
    holding = [_link(each) for each in newest if each.type == LINKED]
    return sorted(holding, key=lambda link: (link.person.id, link.user.place))


def _told(user: SlackUser) -> dict[str, str | None]:
    return {"enterprise": user.enterprise, "team": user.team, "id": user.id}


def _link(fact: Recorded) -> Link:
    said = fact.data
    return Link(
        user=SlackUser(**said["user"]),
        name=said["name"],
        workspace=said["workspace"],
        person=Actor(**said["person"]),
        since=fact.at,
    )
