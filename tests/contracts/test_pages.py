"""Integrations of one installation a page at a time: order, filters, and a search for what it says."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from sqlalchemy import insert

from bot.api_records import Wanted
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.pages import Pages
from bot.infrastructure.tables import INTEGRATIONS
from bot.records import Fact

MOMENT: Final = "2026-01-01T12:00:{:02}.000000+00:00"


def row(number: int, **bent: Any) -> dict[str, Any]:
    """A row of the read model, the later the higher its number; two at a moment."""
    at = MOMENT.format(number // 2)
    return {
        "id": f"int{number:03}",
        "repository_id": 7,
        "repository": "acme/Shop",
        "installation_id": 9,
        "issue": number,
        "requested_by": "Ada",
        "requested_by_id": 1,
        "state": "active",
        "cost_micro_usd": 0,
        "version": 1,
        "branch": "claude/3-50%_off",
        "requested_at": at,
        "updated_at": at,
        **bent,
    }


@pytest.fixture
async def pages(database: Database) -> Pages:
    rows = [*(row(n) for n in range(6)), row(6, installation_id=10), row(7, state="failed", branch=None)]
    await database.write(lambda connection: [connection.execute(insert(INTEGRATIONS), each) for each in rows])
    return Pages(database)


async def ids(
    pages: Pages, after: tuple[str, str] | None = None, most: int = 100, **wanted: Any
) -> list[str]:
    found = await pages.integrations(Wanted(installation_id=9, **wanted), after=after, most=most)
    return [each["id"] for each in found]


async def test_the_newest_first_and_none_of_another_installation(pages: Pages) -> None:
    assert await ids(pages) == ["int007", "int005", "int004", "int003", "int002", "int001", "int000"]
    assert await ids(pages, after=(MOMENT.format(2), "int005"), most=3) == ["int004", "int003", "int002"]
    assert await ids(pages, after=(MOMENT.format(0), "int000")) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"state": "failed"}, ["int007"]),
        ({"repository": "ACME/shop", "state": "failed"}, ["int007"]),
        ({"repository": "acme/sho"}, []),
        ({"requested_by": "ada", "text": "INT007"}, ["int007"]),
        ({"text": "50%_off"}, ["int005", "int004", "int003", "int002", "int001", "int000"]),
        ({"text": "5%off"}, []),
        ({"text": "_nt007"}, []),
        ({"text": "\\"}, []),
        ({"text": "'; DROP TABLE integrations; --"}, []),
    ],
    ids=str,
)
async def test_web_17_each_filter_finds_what_it_says(
    pages: Pages, wanted: Mapping[str, Any], found: list[str]
) -> None:
    assert await ids(pages, **wanted) == found


async def test_facts_from_behind_a_version_on(
    database: Database, clock: Any, outbox: Any, observer: Any
) -> None:
    log = EventStore(database, clock, outbox, observer)
    facts = [Fact(type="Started", data={"n": n}) for n in range(5)]
    await log.append("1", facts, after=0, key="key", meta={"login": "ada"}, row={}, follow_ups=())

    some = await Pages(database).facts("1", after=1, most=3)

    assert some == (await log.read("1"))[1:4]
    assert await Pages(database).facts("1", after=5, most=3) == []
    assert await Pages(database).facts("2", after=0, most=3) == []
