"""A repository's money of the month: seen, and raised by whoever may."""

from bot.application.asked import RaiseMonth, SeeBudget
from bot.application.lives import saga_id
from bot.application.ports import World
from bot.application.recording import FACTS, append_beside, load
from bot.application.rights import check_right
from bot.application.spending import spending
from bot.domain.money import Spending, month_of, month_raised, stream_of
from bot.records import FollowUp, Wake


async def see(asked: SeeBudget, world: World) -> Spending:
    """What was spent this month, and may be. Raises Denied, Unavailable."""
    await check_right(asked, world)
    return await spending(asked.repository, world)


async def raise_month(asked: RaiseMonth, *, key: str, door: str, world: World) -> Spending:
    """Note it, and wake whoever rests for it; the same key again adds nothing. Raises Denied, Unavailable."""
    await check_right(asked, world)
    stream, month = stream_of(asked.repository.id), month_of(world.clock.now())
    fact = month_raised(month, asked.micro_usd, by=asked.by)
    meta = {"by": asked.by.id, "login": asked.by.login, "door": door, "key": key}
    woken = await _resting(asked, key, world)
    await append_beside(world, stream, fact, key=key, meta=meta, follow_ups=woken)
    return await spending(asked.repository, world)


async def _resting(asked: RaiseMonth, key: str, world: World) -> list[FollowUp]:
    find = world.integrations.find
    rows = await find(repository_id=asked.repository.id, waiting_for="monthly_budget")
    resting = [await load(world, row["id"]) for row in rows]
    return [Wake(workflow_id=saga_id(it), topic=FACTS, key=f"{it.id}:{key}") for it in resting]
