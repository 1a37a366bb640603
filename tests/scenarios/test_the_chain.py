"""The chain of facts: where it ends is written down whenever the bot starts or stops."""

from sqlalchemy import select

from bot.infrastructure.tables import HEADS
from tests.story import Team


async def noted(team: Team) -> list[int]:
    database = team.bot.stored.database
    rows = await database.read(lambda it: it.execute(select(HEADS.c.seq).order_by(HEADS.c.seq)).fetchall())
    return [row.seq for row in rows]


async def test_sm_07_the_head_is_noted_at_each_start_and_stop(team: Team) -> None:
    first = await noted(team)
    await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    seq, _ = await team.bot.stored.log.head()

    await team.bot.restarts()

    assert first == [0]
    assert await noted(team) == [0, seq]
