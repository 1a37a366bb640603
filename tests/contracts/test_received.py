"""Deliveries of one installation a page at a time, as they are kept in both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.api_records import DeliveriesWanted
from bot.application.deliveries_seen import Deliveries
from bot.infrastructure.aside import Aside
from bot.infrastructure.database import Database
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from bot.infrastructure.received import ReceivedDeliveries
from bot.records import Actor
from tests.contracts.by_hand import run
from tests.contracts.test_inbox import ARRIVED, comment, is_wanted

LARGEST = 2**63 - 1


@pytest.fixture
async def inbox(database: Database, outbox: Any) -> AsyncIterator[Inbox]:
    """Two at a moment, the later the higher their number; one of others, and one of nobody."""
    inbox = Inbox(database, outbox, is_wanted, Nobody())
    for n in range(6):
        at = ARRIVED + timedelta(seconds=n // 2)
        await inbox.keep(
            replace(comment(n), received_at=at, installation=9, repository=7, repository_name="acme/Shop")
        )
    await inbox.keep(replace(comment(6), installation=LARGEST, repository=None))
    await inbox.keep(comment(7))
    yield inbox
    await inbox.close()


@pytest.fixture
def received(database: Database, outbox: Any, inbox: Inbox) -> Deliveries:
    return ReceivedDeliveries(database, Aside(database, outbox))


async def keys(
    received: Deliveries, after: tuple[str, str] | None = None, most: int = 100, **wanted: Any
) -> list[str]:
    found = await received.page(DeliveriesWanted(**{"installation_id": 9, **wanted}), after=after, most=most)
    return [each.key for each in found]


async def test_the_newest_first_and_none_of_another_installation(received: Deliveries) -> None:
    [middle] = await received.page(DeliveriesWanted(installation_id=9), after=None, most=1)

    assert await keys(received) == ["guid-5", "guid-4", "guid-3", "guid-2", "guid-1", "guid-0"]
    assert await keys(received, after=(middle.received_at, middle.key), most=2) == ["guid-4", "guid-3"]
    assert await keys(received, installation_id=LARGEST) == ["guid-6"]
    assert await received.one(9, "guid-6") is None
    assert await received.one(9, "guid-7") is None


async def test_web_17_each_filter_finds_what_it_says(received: Deliveries, inbox: Inbox) -> None:
    await inbox.set_aside("guid-1", why="KeyError")
    await inbox.settle("guid-2")

    assert await keys(received, state="set_aside") == ["guid-1"]
    assert await keys(received, state="settled") == ["guid-2"]
    assert await keys(received, repository="acme/SHOP", kind="issue_comment.created", state="settled") == [
        "guid-2"
    ]
    assert await keys(received, repository="acme/sho_") == []
    assert await keys(received, kind="ping") == []


async def test_it_is_told_with_who_had_it_sent_and_what_it_moved(
    received: Deliveries, inbox: Inbox, database: Database
) -> None:
    body = b'{"sender":{"id":1,"login":"ada"},"pull_request":{"number":12}}'
    await inbox.keep(
        replace(comment(8), body=body, installation=9, repository=7, repository_name="acme/Shop")
    )
    await run(
        database,
        "INSERT INTO events (seq, stream, version, type, data, meta, at, key, part, hash) "
        "VALUES (1, 'k7p2m4q9xa', 1, 'X', '{}', '{}', 'now', 'guid-8', 0, '')",
    )
    one = await received.one(9, "guid-8")
    assert one is not None

    whole = await received.whole(one)

    assert (whole.sender, whole.number, whole.size) == (Actor(id=1, login="ada"), 12, len(body))
    assert whole.moved == ("k7p2m4q9xa",)


async def test_of_an_odd_payload_nothing_is_guessed(received: Deliveries, inbox: Inbox) -> None:
    body = b'{"sender":"ada","issue":{"number":"3"}}'
    await inbox.keep(replace(comment(9), body=body, installation=9))
    one = await received.one(9, "guid-9")
    assert one is not None

    whole = await received.whole(one)

    assert (one.repository_id, one.repository, whole.sender, whole.number) == (None, None, None, None)


async def test_it_is_handed_back_where_it_was_set_aside(received: Deliveries, inbox: Inbox) -> None:
    await inbox.set_aside("guid-1", why="KeyError")

    assert [await received.again(key) for key in ("guid-1", "guid-1", "guid-2")] == [True, False, False]
