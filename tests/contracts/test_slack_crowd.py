"""However many accounts are linked, whom a fact concerns is found in a few questions to the database."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeVar, cast

import pytest
from sqlalchemy import Connection, insert

from bot.application.ports import World
from bot.application.slack_home import Showing, noted, to_show_anew
from bot.application.slack_noticing import MOST_ASKED_ABOUT, Noticing, concerned
from bot.domain.slack_links import linked, stream_of
from bot.domain.slack_notifying import Way, Wishes, settings_of, wished
from bot.infrastructure.chain import canonical
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.notes import Notes
from bot.infrastructure.observing import Nobody
from bot.infrastructure.tables import EVENTS, NOTES
from bot.records import Actor, Fact, Recorded
from bot.slack_link_records import SlackUser, Ticket
from tests.unit.fakes import Stage
from tests.unit.histories import BEGAN, ID, UP_FOR_REVIEW

T = TypeVar("T")

PEOPLE: Final = 300
LATELY: Final = 3
MOST_READS: Final = 4


@dataclass
class Counted:
    """A database; it counts how often it is read."""

    database: Database
    reads: int = 0

    async def read(self, work: Callable[[Connection], T]) -> T:
        self.reads += 1
        return await self.database.read(work)


@dataclass
class Log:
    """The log of the database; one integration is told of from memory."""

    kept: EventStore
    told: dict[str, list[Recorded]] = field(default_factory=dict)

    async def read(self, stream: str, *, until: datetime | None = None) -> list[Recorded]:
        return self.told.get(stream) or await self.kept.read(stream, until=until)

    async def newest(self, family: str) -> list[Recorded]:
        return await self.kept.newest(family)


def user(number: int) -> SlackUser:
    return SlackUser(team="T1", id=f"U{number}")


def link_of(number: int) -> Fact:
    ticket = Ticket(user=user(number), name="someone", workspace="acme", at=BEGAN, nonce=f"{number:022}")
    return linked(ticket, Actor(id=1000 + number, login=f"someone-{number}"))


def row(seq: int, stream: str, fact: Fact) -> dict[str, Any]:
    return {
        "seq": seq,
        "stream": stream,
        "version": 1,
        "type": fact.type,
        "at": as_text(BEGAN),
        "data": canonical(fact.data),
        "meta": "{}",
        "key": f"k{seq}",
        "part": 0,
        "hash": "",
    }


async def crowded(database: Database, *, wishes: Wishes | None = None) -> tuple[World, Counted]:
    """So many linked accounts, of whom few looked at their Home lately; and a run that waits."""
    facts = [(stream_of(user(n)), link_of(n)) for n in range(PEOPLE)]
    if wishes is not None:
        facts += [(settings_of(user(n)), wished(user(n), wishes)) for n in range(PEOPLE)]
    stage = Stage()
    stage.repositories.roles = {1000 + n: "maintain" for n in range(PEOPLE)}
    now = stage.clock.now().isoformat()
    shown = [{"key": noted(user(n)), "value": now} for n in range(PEOPLE - LATELY, PEOPLE)]
    rows = [row(seq, stream, fact) for seq, (stream, fact) in enumerate(facts, start=1)]
    await database.write(lambda connection: connection.execute(insert(EVENTS), rows))
    await database.write(lambda connection: connection.execute(insert(NOTES), shown))
    stage.log.holds(UP_FOR_REVIEW)
    counted = Counted(database)
    shadow = cast(Database, counted)
    log = Log(EventStore(shadow, UtcClock(), lambda *_: None, Nobody()), {ID: stage.log.streams[ID]})
    return replace(stage.world, log=cast(Any, log), notes=Notes(shadow)), counted


async def test_whose_home_is_shown_anew_is_found_in_few_questions(database: Database) -> None:
    world, counted = await crowded(database)

    found = await to_show_anew(Showing(world=world, views=None), ID, key="k")

    assert len(found["people"]) == LATELY
    assert counted.reads <= MOST_READS


@pytest.mark.parametrize(("way", "count"), [("none", 0), ("direct", MOST_ASKED_ABOUT)])
async def test_whom_a_gate_concerns_is_found_in_few_questions(
    database: Database, way: Way, count: int
) -> None:
    world, counted = await crowded(database, wishes=Wishes(ways={"gate": way}))
    noticing = Noticing(world=world, speaking=cast(Any, None), directory=None, channel_of=cast(Any, None))

    found = await concerned(noticing, ID, "gate", key="k")

    assert len(found) == count
    assert counted.reads <= MOST_READS
