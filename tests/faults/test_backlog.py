"""Very many deliveries lie there when the bot starts: it is ready at once, and works them off by itself."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import aiohttp

from bot.records import Delivery
from tests.contracts.by_hand import column
from tests.faults.test_doubled import held
from tests.story import Team, Thread
from tests.story.waiting import until

# Of ten thousand docs/faults.md tells; a test takes a tenth of them.
MANY: Final = 1_000
AT_ONCE: Final = 500


async def one_like(team: Team, issue: Thread) -> Callable[[int], Delivery]:
    """A person's comment that asks nothing of the bot, as often as one likes."""
    team.github.world.postman.holding = True
    await team.requester.comments("Thank you.", on=issue)
    [said] = [each for each in held(team) if each.event == "issue_comment"]
    team.github.world.postman.holding = False
    payload = json.loads(said.body)
    whole = Delivery(
        key="",
        source="github",
        kind="issue_comment.created",
        meaning="",
        body=b"",
        digest=b"",
        received_at=team.bot.stored.clock.now(),
        installation=payload["installation"]["id"],
        repository=payload["repository"]["id"],
        repository_name=payload["repository"]["full_name"],
    )

    def another(number: int) -> Delivery:
        comment = {**payload["comment"], "id": 10_000_000 + number}
        body = json.dumps({**payload, "comment": comment}).encode()
        return replace(
            whole, key=f"late-{number}", meaning=f"late:{number}", digest=b"%d" % number, body=body
        )

    return another


async def left(team: Team) -> int:
    """How many are not settled yet."""
    waiting = "SELECT count(*) FROM deliveries WHERE state = 'kept'"
    return int((await column(team.bot.stored.database, waiting))[0])


async def is_ready(team: Team) -> bool:
    url = f"http://127.0.0.1:{team.bot.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status == HTTPStatus.OK


async def test_f78_a_bot_that_finds_very_many_is_ready_and_works_them_off(team: Team) -> None:
    issue = await team.requester.opens_an_issue()
    await team.bot.comes_to_rest()
    another, calls = await one_like(team, issue), len(team.github.world.calls)
    for block in range(0, MANY, AT_ONCE):
        numbers = range(block, block + AT_ONCE)
        await asyncio.gather(*(team.bot.stored.inbox.keep(another(number)) for number in numbers))

    await team.bot.restarts()

    assert await left(team) > MANY // 2
    assert await is_ready(team)
    await team.requester.comments("/claude help", on=issue)

    async def worked_off() -> bool:
        return await left(team) == 0

    await until(worked_off, otherwise=team.bot.story_so_far)
    await team.bot.comes_to_rest()
    assert len(issue.replies()) == 1
    assert len(team.github.world.calls) - calls < MANY // 10
