"""The read model: an integration by its id, and the ones that match, newest first."""

from typing import Any

import pytest

from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.read_models import ReadModels, UnknownColumn
from bot.records import Fact


def row(number: int, **columns: str | int | None) -> dict[str, Any]:
    return {
        "id": f"i{number}",
        "repository_id": 7,
        "repository": "acme/shop",
        "installation_id": 9_000_000_000,
        "issue": number,
        "requested_by": "requester",
        "requested_by_id": 9_000_000_001,
        "state": "draft",
        "waiting_for": None,
        "reason": None,
        "pull_request": None,
        "branch": None,
        "head": None,
        "deployment": None,
        "cost_micro_usd": 9_000_000_002,
        "version": 1,
        "requested_at": f"2026-01-0{number}T00:00:00.000000+00:00",
        "updated_at": "2026-01-09T00:00:00.000000+00:00",
        "title": None,
        "budget_micro_usd": 9_000_000_004,
        "settings": None,
        **columns,
    }


@pytest.fixture
async def integrations(database: Database, clock: Any, outbox: Any, observer: Any) -> ReadModels:
    rows = [
        row(1, state="active", pull_request=11, branch="claude/1", deployment=9_000_000_003),
        row(3, repository_id=8, pull_request=11),
        row(2, waiting_for="approval"),
    ]
    await EventStore(database, clock, outbox, observer).replace_rows(rows, as_of=0)
    return ReadModels(database)


async def found(integrations: ReadModels, **columns: str | int) -> list[str]:
    return [str(it["id"]) for it in await integrations.find(**columns)]


async def test_an_integration_is_there_whole(integrations: ReadModels) -> None:
    assert await integrations.get("i2") == row(2, waiting_for="approval")


async def test_an_unknown_integration_is_not_there(integrations: ReadModels) -> None:
    assert await integrations.get("i9") is None


async def test_all_are_found_newest_first(integrations: ReadModels) -> None:
    assert await found(integrations) == ["i3", "i2", "i1"]


@pytest.mark.parametrize(
    ("columns", "ids"),
    [
        ({"repository_id": 7}, ["i2", "i1"]),
        ({"repository_id": 7, "issue": 2}, ["i2"]),
        ({"repository_id": 7, "pull_request": 11}, ["i1"]),
        ({"repository_id": 7, "branch": "claude/1"}, ["i1"]),
        ({"repository_id": 7, "deployment": 9_000_000_003}, ["i1"]),
        ({"state": "draft"}, ["i3", "i2"]),
        ({"waiting_for": "approval"}, ["i2"]),
        ({"state": "deprecated"}, []),
    ],
)
async def test_they_are_found_by_what_they_are(
    integrations: ReadModels, columns: dict[str, Any], ids: list[str]
) -> None:
    assert await found(integrations, **columns) == ids


async def test_they_are_found_by_what_was_not_told_of_them(
    integrations: ReadModels, database: Database, clock: Any, outbox: Any, observer: Any
) -> None:
    log, told = EventStore(database, clock, outbox, observer), Fact(type="UndoFinished", data={})
    await log.append("i2", [told], after=0, key="k", meta={}, row={}, follow_ups=())

    found = await integrations.lacking("UndoFinished", state="draft")

    assert [it["id"] for it in found] == ["i3"]
    with pytest.raises(UnknownColumn):
        await integrations.lacking("UndoFinished", colour="x")


@pytest.mark.parametrize("name", ["colour", "id; DROP TABLE integrations", "c", "rowid"])
async def test_by_anything_else_nothing_is_asked(integrations: ReadModels, name: str) -> None:
    with pytest.raises(UnknownColumn):
        await integrations.find(**{name: "x"})


async def test_a_value_is_never_read_as_sql(integrations: ReadModels) -> None:
    assert await found(integrations, state="draft' OR '1'='1") == []
