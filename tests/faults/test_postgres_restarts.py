"""PostgreSQL is stopped in the middle of a story, and started again: it ends the same."""

import asyncio
from http import HTTPStatus
from typing import Final

import aiohttp
import pytest

from tests.faults import crash, stories
from tests.faults.own_postgres import Server, own_postgres, programs

FOUND: Final = programs()
# Each is come to once the story is so far; the server is stopped there.
MOMENTS: Final = (
    "before claude.ask 2",
    "before github.create_branch 1",
    "before github.merge_pull_request 1",
)


async def restarts(it: crash.Life, server: Server) -> None:
    """Stop it at each moment, as by a power cut, and start it again."""
    for moment in MOMENTS:
        while moment not in it.points():  # noqa: ASYNC110  what is waited for happens elsewhere
            await asyncio.sleep(crash.POLL_SECONDS)
        await asyncio.to_thread(server.stop)
        while await is_ready(it):  # noqa: ASYNC110  the same
            await asyncio.sleep(crash.POLL_SECONDS)
        await asyncio.to_thread(server.start)


async def is_ready(it: crash.Life) -> bool:
    """Whether the bot says that it can work."""
    address = f"http://127.0.0.1:{it.environ['PORT']}/readyz"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status == HTTPStatus.OK


@pytest.mark.timeout(400)
@pytest.mark.skipif(FOUND is None, reason="there are no programs of PostgreSQL's: it runs elsewhere")
async def test_f06_a_story_ends_the_same_although_postgresql_restarts_in_it() -> None:
    assert FOUND is not None
    story = stories.STORIES[0]
    with own_postgres(FOUND) as server:
        async with crash.tables_in(server.url) as template, crash.life(story, template) as it:
            async with asyncio.timeout(300):
                await asyncio.gather(crash.mourned(it, story), restarts(it, server))

            crash.check(it, story)
            await crash.check_what_is_kept(it)
            assert it.deaths == 0
