"""Asked for in Slack, and approved there by a second person's button, while the bot dies on the way."""

import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, select

from bot.application.slack_linking import link, offered
from bot.infrastructure.database import Database
from bot.infrastructure.observing import Nobody
from bot.infrastructure.tables import EFFECTS
from bot.records import Actor
from bot.settings import Settings
from bot.slack_link_records import SlackUser
from bot.storage import storage
from standins.github.people import GitHub
from standins.slack.people import Slack
from standins.slack.state import Delivery, Message
from tests.faults.reviewed import SHOP, Until
from tests.story.slack import CHANNEL

PEOPLE: Final = ("requester", "admin")
WISH: Final = "send every paid invoice to the ERP"
APPROVED: Final = "@admin approved"
GATE: Final = ["run-approve", "run-changes", "run-cancel"]
END: Final = ["run-rollback"]

Act = Callable[[], Awaitable[Delivery]]


async def links(environ: Mapping[str, str], github: GitHub, slack: Slack) -> None:
    """Each acts as the one on GitHub who has the same name, before the bot is there."""
    async with storage(Settings.read(environ), Nobody(), lambda _: True) as stored:
        for name in PEOPLE:
            user, person = slack.named(name), github.account(name)
            who = SlackUser(team=user.team.id, id=user.id, enterprise=user.team.enterprise)
            ticket = offered(who, name=name, workspace=user.team.domain, at=stored.clock.now())
            await link(ticket, Actor(id=person.id, login=name), kept=stored, used=stored.sessions)


async def plays(slack: Slack, until: Until) -> None:
    """To an integration that is active, as the thread shows it, and everybody answered."""
    await heard(slack, until, lambda: slack.commands("admin", CHANNEL, f"default {SHOP}"))
    await until("an answer to the first", lambda: is_answered(slack, "admin"))
    await heard(slack, until, lambda: slack.commands("requester", CHANNEL, f"integrate {WISH}"))
    await until("a thread at its gate", lambda: shown(slack) == [GATE])
    [first] = firsts(slack)
    await heard(slack, until, lambda: slack.clicks("admin", CHANNEL, first.ts, "run-approve"))
    await until("its end in Slack", lambda: shown(slack) == [END])
    await until("a line of it", lambda: any(APPROVED in each.text for each in lines(slack)))
    await until("everybody's answer", lambda: all(is_answered(slack, name) for name in PEOPLE))


async def heard(slack: Slack, until: Until, act: Act) -> None:
    """Somebody does it, and does it again where Slack says that the app has not answered."""
    await until("a door", lambda: is_open(slack))
    while not (await act()).accepted:
        await until("a door", lambda: is_open(slack))


def is_open(slack: Slack) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(slack.door_url or "").port or 0)) == 0


def firsts(slack: Slack) -> list[Message]:
    """What the bot says outside of any thread."""
    return [each for each in of_the_bot(slack) if each.thread_ts is None]


def lines(slack: Slack) -> list[Message]:
    """What it says in threads."""
    return [each for each in of_the_bot(slack) if each.thread_ts is not None]


def of_the_bot(slack: Slack) -> Iterator[Message]:
    return (each for each in slack.said_in(CHANNEL) if each.by.kind == "bot")


def shown(slack: Slack) -> list[list[str]]:
    """What can be pressed beneath each first message."""
    rows = [[row for row in each.blocks if row["type"] == "actions"] for each in firsts(slack)]
    return [[each["action_id"] for row in some for each in row["elements"]] for some in rows]


def done_by(slack: Slack, name: str) -> list[Delivery]:
    """What this person typed or pressed, so often as it was sent."""
    user = slack.named(name).id
    acts = [each for each in slack.deliveries if each.kind in {"command", "interaction"}]
    return [each for each in acts if user in {each.payload.get("user_id"), _presser(each)}]


def times_asked(slack: Slack) -> int:
    """Who asks again while the first is taken up has an issue that says so; there is one run all the same."""
    return len(done_by(slack, "requester"))


def _presser(delivery: Delivery) -> object:
    user = delivery.payload.get("user")
    return user.get("id") if isinstance(user, dict) else None


def is_answered(slack: Slack, name: str) -> bool:
    """Whether there is an answer to each act that the door took."""
    accepted = sum(each.accepted for each in done_by(slack, name))
    return answers(slack, name) >= accepted


def answers(slack: Slack, name: str) -> int:
    return sum(each.user == slack.named(name).id for each in slack.ephemerals)


def wrong_in(slack: Slack, *, in_doubt: int) -> list[str]:
    """One thread, each of its lines once, and one answer to each act. Nobody can look up whether an answer
    was given that a death cut off, so each that is `in_doubt` may have been given again.
    """
    said = Counter(each.text for each in lines(slack))
    wrong = [f"{text}: {times}" for text, times in said.items() if times != 1]
    wrong += [f"first messages: {len(firsts(slack))}"] * (len(firsts(slack)) != 1)
    most = sum(len(done_by(slack, name)) for name in PEOPLE) + in_doubt
    given = sum(answers(slack, name) for name in PEOPLE)
    wrong += [f"{given} answers to {most} at most"] * (given > most)
    return wrong + [f"Slack: {each}" for each in slack.violations]


async def cut_off(url: str) -> int:
    """How many answers were begun, and are not known to have been given, when the bot died."""
    is_answer = EFFECTS.c.key.like("slack-answer:%")
    wanted = select(func.count()).where(is_answer, EFFECTS.c.result.is_(None))
    async with _open(url) as database:
        return int(await database.read(lambda connection: connection.execute(wanted).scalar_one()))


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url)
    try:
        yield database
    finally:
        await database.close()
