"""A large data set, quickly: integrations of one installation and their facts, chained like any others."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, insert, text

from bot.application.projections import row_of
from bot.domain import events as e
from bot.domain.integration import fold
from bot.infrastructure.chain import GENESIS, MOVE_TAIL, Event, canonical, digest_of
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.tables import EVENTS, INTEGRATIONS
from bot.records import Actor

INSTALLATION: Final = 9
REPOSITORIES: Final = 25
PEOPLE: Final = 40
AT_ONCE: Final = 100  # integrations written together
BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
SHA: Final = "c0de" * 10
FIRST: Final = e.IntegrationRequested(
    by=Actor(id=1, login="ada"),
    repository_id=1,
    repository="acme/shop",
    installation_id=INSTALLATION,
    issue=1,
    request="d" * 64,
    base=None,
    turns=60,
    tokens=2_000_000,
    micro_usd=5_000_000,
)
VALID: Final = e.RequestValidated(
    spec="5" * 64,
    base="main",
    base_commit=SHA,
    tests=("pytest", "-q"),
    environment="production",
    merge_reverts=False,
    passed=5,
)
# How far each came: in turns, so that every filter has something to find.
ENDINGS: Final[Sequence[Sequence[e.Event]]] = (
    (),
    (VALID,),
    (e.IntegrationFailed(reason="cancelled", during="validating", detail=""),),
    (VALID, e.IntegrationFailed(reason="budget", during="generating", detail="")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is to be: so many integrations of so many facts each."""

    integrations: int = 10_000
    facts: int = 100


def turn(number: int) -> e.Event:
    return e.TurnTaken(
        step="generate_code",
        attempt=1,
        turn=number,
        answer="a" * 64,
        stop_reason="tool_use",
        model="claude-opus-5-5",
        input_tokens=1_200,
        output_tokens=450,
        cache_read_tokens=30_000,
        cache_write_tokens=900,
        micro_usd=20_000,
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A history that many integrations have, each with a first fact of its own."""

    rest: Sequence[tuple[str, str]]
    row: Mapping[str, Any]


def kind_of(ending: Sequence[e.Event], facts: int) -> Kind:
    started: list[e.Event] = [FIRST, e.ValidationStarted()]
    turns = [turn(number) for number in range(1, facts - len(started) - len(ending) + 1)]
    history = [*started, *turns, *ending]
    rest = [(fact.type, canonical(fact.data)) for fact in e.encode(history[1:])]
    return Kind(rest, row_of(fold("x", history)))


def id_of(number: int) -> str:
    return f"int{number:07}"


def first_of(number: int) -> tuple[Mapping[str, Any], str]:
    """What its row says of the request, and the fact that says so."""
    own: dict[str, Any] = {
        "issue": number + 1,
        "repository_id": number % REPOSITORIES + 1,
        "repository": f"acme/repository-{number % REPOSITORIES + 1}",
    }
    by = Actor(id=number % PEOPLE + 1, login=f"person-{number % PEOPLE + 1}")
    [fact] = e.encode([type(FIRST)(**{**{name: getattr(FIRST, name) for name in FIELDS}, **own, "by": by})])
    return {**own, "requested_by": by.login, "requested_by_id": by.id}, canonical(fact.data)


FIELDS: Final = tuple(FIRST.__struct_fields__)


def chained(size: Size) -> Iterator[tuple[dict[str, Any], list[Event]]]:
    """Each integration's row and facts, in the order of the log."""
    kinds = [kind_of(ending, size.facts) for ending in ENDINGS]
    seq, previous = 0, GENESIS
    for number, kind in zip(range(size.integrations), itertools.cycle(kinds), strict=False):
        stream, (own, first) = id_of(number), first_of(number)
        at = as_text(BEGAN + timedelta(seconds=number))
        events: list[Event] = []
        for version, (name, data) in enumerate([("IntegrationRequested", first), *kind.rest], start=1):
            seq += 1
            event = Event(seq, stream, version, name, data, "{}", at, f"{stream}-{version}", 0, "")
            previous = digest_of(previous, event)
            events.append(event._replace(hash=previous))
        dates = {"requested_at": at, "updated_at": at}
        yield {**kind.row, **own, **dates, "id": stream, "branch": f"claude/{number + 1}-{stream}"}, events


async def fill(database: Database, size: Size) -> None:
    """Everything, into a database whose tables are empty."""
    rows = chained(size)
    while some := list(itertools.islice(rows, AT_ONCE)):
        await database.write(partial(_write, some))
    await database.write(analyze)


def analyze(connection: Connection) -> None:
    """Have the database look at what there is; at these tables alone, beside which others may come and go."""
    for table in (INTEGRATIONS, EVENTS):
        connection.execute(text(f"ANALYZE {table.name}"))


def _write(some: Sequence[tuple[dict[str, Any], list[Event]]], connection: Connection) -> None:
    events = [event for _, those in some for event in those]
    connection.execute(insert(INTEGRATIONS), [row for row, _ in some])
    connection.execute(insert(EVENTS), [event._asdict() for event in events])
    connection.execute(MOVE_TAIL, {"new_seq": events[-1].seq, "new_hash": events[-1].hash})
