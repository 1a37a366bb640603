"""What was set aside: shown to people with the reason, and handed back once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.infrastructure.aside import Aside
from bot.infrastructure.database import Database
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from tests.contracts.by_hand import column
from tests.contracts.test_inbox import COMMENT, comment, is_wanted


@pytest.fixture
async def inbox(database: Database, outbox: Any) -> AsyncIterator[Inbox]:
    inbox = Inbox(database, outbox, is_wanted, Nobody())
    await inbox.keep(COMMENT)
    yield inbox
    await inbox.close()


@pytest.fixture
def aside(database: Database, outbox: Any) -> Aside:
    return Aside(database, outbox)


async def handed_on(database: Database) -> list[str]:
    return await column(database, "SELECT it FROM tray")


async def test_it_is_shown_to_people_with_the_reason(inbox: Inbox, aside: Aside) -> None:
    await inbox.set_aside("guid-1", why="KeyError")

    assert await inbox.take("guid-1") is None
    assert [(it["key"], it["kind"], it["why"]) for it in await aside.listed()] == [
        ("guid-1", "issue_comment.created", "KeyError")
    ]
    assert await aside.count() == 1


async def test_it_is_not_settled_by_a_late_word(inbox: Inbox, aside: Aside) -> None:
    await inbox.set_aside("guid-1", why="KeyError")

    await inbox.settle("guid-1")

    assert await aside.count() == 1


async def test_it_is_handed_back_once_however_often_that_is_asked_at_once(
    inbox: Inbox, aside: Aside, database: Database
) -> None:
    await inbox.set_aside("guid-1", why="KeyError")
    before = await handed_on(database)

    answers = await asyncio.gather(*(aside.again("guid-1") for _ in range(5)))

    assert sorted(answers) == [False, False, False, False, True]
    (start,) = (each for each in await handed_on(database) if each not in before)
    assert "id='again-" in start
    assert "args=('guid-1',)" in start
    assert await inbox.take("guid-1") == COMMENT


async def test_what_comes_back_a_second_time_can_be_handed_back_again(inbox: Inbox, aside: Aside) -> None:
    for _ in range(2):
        await inbox.set_aside("guid-1", why="KeyError")

        assert await aside.again("guid-1")

    assert await aside.listed() == []


async def test_only_what_was_set_aside_can_be_handed_back(
    inbox: Inbox, aside: Aside, database: Database
) -> None:
    await inbox.keep(comment(2))
    await inbox.settle("guid-2")
    before = await handed_on(database)

    answers = [await aside.again(key) for key in ("guid-1", "guid-2", "unknown")]

    assert answers == [False, False, False]
    assert await handed_on(database) == before


async def test_if_the_engine_cannot_take_it_it_stays_aside(inbox: Inbox, aside: Aside, outbox: Any) -> None:
    await inbox.set_aside("guid-1", why="KeyError")
    outbox.fails = [LookupError("no such queue")]

    with pytest.raises(LookupError):
        await aside.again("guid-1")

    assert [it["why"] for it in await aside.listed()] == ["KeyError"]
