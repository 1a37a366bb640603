"""What must hold at the end of every story, whatever it told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy
import zstandard

from bot.application.notifying import SUBSCRIBERS
from bot.application.projections import row_of
from bot.domain import events as e
from bot.domain.integration import fold
from bot.domain.streams import is_integrations
from bot.infrastructure.database import as_text
from bot.infrastructure.engine import SCHEMA, system_engine
from bot.infrastructure.event_store import EventStore
from bot.records import Recorded
from tests.story.places import MARKER, Thread
from tests.story.team import Team

TOKEN: Final = re.compile(r"ghs_[A-Za-z0-9]{10,}")


async def check(team: Team, *, logged: Sequence[str], secrets: Mapping[str, str]) -> None:
    """The story has come to rest, and nothing in it went wrong unseen."""
    await team.bot.comes_to_rest()
    world, stored = team.github.world, team.bot.stored
    assert await stored.aside.listed() == [], "a delivery was set aside"
    assert world.violations == [], "a call was not as GitHub describes it"
    slack = team.window.world if team.window else None
    assert slack is None or slack.violations == [], "a call was not as Slack describes it"
    assert team.claude.unexpected == [], "Claude was asked something that no story expects"
    assert team.claude.paid_twice == {}, "a turn of the model was paid twice"
    assert await stored.log.verify() is None, "the log is not what was written"
    assert await live_rows(team) == await folded(team.bot.stored.log), "the read model differs from the facts"
    assert await status_comments(team) == await status_comments_wanted(team)
    assert leaks(team, logged=logged, secrets=secrets) == [], "a secret came out"


async def live_rows(team: Team) -> dict[str, dict[str, Any]]:
    return {row["id"]: dict(row) for row in await team.bot.stored.integrations.find()}


async def folded(log: EventStore) -> dict[str, dict[str, Any]]:
    """The read model as the facts alone make it."""
    streams = [stream async for stream in log.streams() if is_integrations(stream)]
    return {stream: _row(stream, await log.read(stream)) for stream in streams}


def _row(stream: str, past: Sequence[Recorded]) -> dict[str, Any]:
    dated = {"requested_at": as_text(past[0].at), "updated_at": as_text(past[-1].at)}
    return {**row_of(fold(stream, e.decode(past))), **dated}


async def status_comments(team: Team) -> dict[str, int]:
    """How many status comments each integration has on its issue."""
    world = team.github.world
    places = {place.id: place.full_name for place in world.repositories.values()}
    return {
        row["id"]: sum(
            f":status:{row['id']} " in each
            for each in _marks(
                Thread(github=world, repository_name=places[row["repository_id"]], number=row["issue"])
            )
        )
        for row in await team.bot.stored.integrations.find()
    }


def _marks(thread: Thread) -> list[str]:
    found = [MARKER.match(each.body) for each in thread.comments()]
    return [mark[0] for mark in found if mark]


async def status_comments_wanted(team: Team) -> dict[str, int]:
    """One, or none where nobody tells anything."""
    wanted = int({*SUBSCRIBERS} <= {*team.bot.at_work.world.subscribers})
    return {row["id"]: wanted for row in await team.bot.stored.integrations.find()}


def leaks(team: Team, *, logged: Sequence[str], secrets: Mapping[str, str]) -> list[str]:
    """Where a secret can be read that nobody may read, by the secret's name."""
    issued = {f"installation token {at}": token for at, token in enumerate(team.github.world.tokens)}
    issued |= {f"slack token {at}": token for at, token in enumerate(_slack_tokens(team))}
    seen = [
        *logged,
        *_on_github(team),
        *_in_slack(team),
        *_in_the_database(team.bot.environment["DATABASE_URL"]),
    ]
    known = {**secrets, **issued}
    named = [f"{name} in {text[:200]}" for text in seen for name, secret in known.items() if secret in text]
    return [*named, *(f"a token in {text[:200]}" for text in seen if TOKEN.search(text))]


def _slack_tokens(team: Team) -> Iterator[str]:
    yield from team.window.world.tokens if team.window else ()


def _in_slack(team: Team) -> Iterator[str]:
    for place in team.window.world.channels.values() if team.window else ():
        yield from (f"{each.text} {each.blocks}" for each in place.messages.values())
    for each in team.window.world.ephemerals if team.window else ():
        yield f"{each.text} {each.blocks}"


def _on_github(team: Team) -> Iterator[str]:
    for place in team.github.world.repositories.values():
        yield from (each.body for each in place.comments.values())
        yield from (f"{each.title} {each.body}" for each in place.issues.values())
        yield from (repr(each) for each in (*place.checks.values(), *place.deployments.values()))
        yield place.git.text("log", "--all", "--format=%B%an%ae%cn%ce")


def _in_the_database(url: str) -> Iterator[str]:
    """Every row of every table, ours and the engine's; what is packed is unpacked."""
    schemas = (None,) if url.startswith("sqlite") else (None, SCHEMA)
    engine = system_engine(url)
    with engine.connect() as connection:
        for schema in schemas:
            yield from _in_the_schema(connection, schema)
    engine.dispose()


def _in_the_schema(connection: sqlalchemy.Connection, schema: str | None) -> Iterator[str]:
    for name in sqlalchemy.inspect(connection).get_table_names(schema=schema):
        table = sqlalchemy.table(name, sqlalchemy.literal_column("*"), schema=schema)
        for row in connection.execute(sqlalchemy.select(table)):
            yield f"{name}: {' '.join(map(_readable, row))}"


def _readable(value: object) -> str:
    if not isinstance(value, bytes | memoryview):
        return str(value)
    try:
        return zstandard.decompress(bytes(value)).decode(errors="replace")
    except zstandard.ZstdError:
        return bytes(value).decode("latin-1")
