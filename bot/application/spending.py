"""What a repository and its owner have spent this month, and may."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.application.ports import World
from bot.domain.integration import Integration
from bot.domain.money import Spending, month_of, raised_in, spent_in, stream_of
from bot.records import Repository, StepFailed


async def check_month(it: Integration, world: World) -> None:
    """Raise StepFailed, monthly_budget or owner_budget, where that of this month is used up."""
    if reached := (await spending(it.repository, world)).reached():
        raise StepFailed(reached)


async def spending(repository: Repository, world: World) -> Spending:
    """Of the month that it is now, by our clock in UTC."""
    month = month_of(world.clock.now())
    began = world.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = await world.integrations.since(began, installation_id=repository.installation_id)
    costs = [(row["repository_id"], await _cost(row, month, world)) for row in rows]
    raised = raised_in(month, await world.log.read(stream_of(repository.id)))
    return Spending(
        month=month,
        repository=sum(cost for where, cost in costs if where == repository.id),
        repository_allowed=world.rules.monthly_micro_usd + raised,
        owner=sum(cost for _, cost in costs),
        owner_allowed=world.rules.owners_micro_usd,
    )


async def _cost(row: Mapping[str, Any], month: str, world: World) -> int:
    """What it has cost in that month: all of it, unless it was asked for in an earlier one."""
    if month_of(datetime.fromisoformat(str(row["requested_at"]))) == month:
        return int(row["cost_micro_usd"])
    return spent_in(month, await world.log.read(row["id"]))
