"""An order of the API whose process is killed: given again under its key, it is done once."""

import asyncio
import os
from typing import Any, Final

import aiohttp
import pytest

from bot.application.keys import create
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.infrastructure.read_models import ReadModels
from bot.records import Actor
from bot.web.api_door import PREFIX
from tests.faults import crash, stories
from tests.faults.ended import wrong_in

SERVER: Final = os.environ.get("TEST_POSTGRES_URL")  # noqa: TID251  of the tests
DEADLY: Final = ("before effects.finish 1", "after log.append 1")
PATIENCE_SECONDS: Final = 240.0
AGAIN_SECONDS: Final = 1.0  # an order is held for half a minute, and a key may ask a hundred times in one
TO_BE_REPEATED: Final = frozenset((0, 409, 503))
WISH: Final = {"repository": "acme/shop", "what": "send every paid invoice to the ERP"}


async def key_in(it: crash.Life) -> str:
    """A key of the requester, made beside the running bot."""
    database = await Database.open(it.environ["DATABASE_URL"])
    [installation] = it.github.installations
    person = it.github.account("requester")
    _, text = await create(
        ApiKeys(database, Crypto(it.environ["SECRET_KEY"].encode())),
        person=Actor(id=person.id, login="requester"),
        installation_id=installation,
        scopes=["write"],
        days=1,
        now=UtcClock().now(),
    )
    await database.close()
    return text


async def given(it: crash.Life, key: str) -> tuple[int, Any]:
    """The order once; 0 where nobody answers any more."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "a-1"}
    address = f"http://127.0.0.1:{it.environ['PORT']}{PREFIX}/integrations"
    try:
        async with aiohttp.ClientSession() as session:
            answer = await session.post(address, headers=headers, json=WISH)
            return answer.status, await answer.json()
    except aiohttp.ClientError:
        return 0, None


async def given_until_it_is_taken(it: crash.Life, key: str) -> tuple[Any, set[int]]:
    """As a client gives it: again where nobody answered, or where it is to wait."""
    seen: set[int] = set()
    while True:
        if it.is_dead():
            it.start()
        status, said = await given(it, key)
        assert status in TO_BE_REPEATED | {202}, said
        seen.add(status)
        if status == 202:
            return said, seen
        await asyncio.sleep(AGAIN_SECONDS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("server", [None, SERVER] if SERVER else [None])
async def test_f01_an_order_whose_process_was_killed_is_done_once(server: str | None) -> None:
    async with crash.tables_in(server) as template, crash.life(stories.STORIES[0], template, DEADLY) as it:
        it.start()
        await crash.until(it, "ready", lambda: crash.is_listening(it))
        key = await key_in(it)

        async with asyncio.timeout(PATIENCE_SECONDS):
            said, seen = await given_until_it_is_taken(it, key)
            again, _ = await given_until_it_is_taken(it, key)

        assert {*DEADLY} <= {*it.points()}
        assert 0 in seen
        assert again == said
        issues = it.github.repository("acme/shop").issues.values()
        assert [each.number for each in issues if each.pull is None] == [said["issue"]]
        await it.stop()
        assert await wrong_in(it.environ["DATABASE_URL"]) == []
        database = await Database.open(it.environ["DATABASE_URL"])
        assert [row["id"] for row in await ReadModels(database).find()] == [said["id"]]
        await database.close()
