"""What a repository and its owner have spent this month, with what waits in batches, and may."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.application.ports import World
from bot.domain.batching import LONGEST, InFlight, in_flight, reserved_in
from bot.domain.money import Spending, month_of, raised_in, spent_in, stream_of
from bot.domain.reviewing import paid_stream, spent_on
from bot.records import Recorded, Repository, StepFailed


async def check_month(repository: Repository, world: World) -> None:
    """Raise StepFailed, monthly_budget or owner_budget, where that of this month is used up."""
    if reached := (await spending(repository, world)).reached():
        raise StepFailed(reached)


async def spending(repository: Repository, world: World) -> Spending:
    """Of the month that it is now, by our clock in UTC."""
    month = month_of(world.clock.now())
    began = world.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since, allowed = world.integrations.since, world.rules.owners_micro_usd
    # A repository keeps its number, also where the App is installed anew.
    here = await since(began, repository_id=repository.id)
    everywhere = [] if allowed is None else await since(began, installation_id=repository.installation_id)
    raised = raised_in(month, await world.log.read(stream_of(repository.id)))
    reviews = await world.log.read(paid_stream(repository.installation_id, world.clock.now()))
    waiting = await in_flight_of(repository, reviews, world)
    return Spending(
        month=month,
        repository=sum([await _cost(row, month, world) for row in here])
        + spent_on(reviews, repository.id)
        + reserved_in(waiting, repository.id),
        repository_allowed=world.rules.monthly_micro_usd + raised,
        owner=sum([await _cost(row, month, world) for row in everywhere])
        + spent_on(reviews)
        + reserved_in(waiting),
        owner_allowed=allowed,
    )


async def in_flight_of(repository: Repository, month: Sequence[Recorded], world: World) -> list[InFlight]:
    """The questions of its account that wait in batches, also since the end of the month before this one."""
    now = world.clock.now()
    before = paid_stream(repository.installation_id, now - LONGEST)
    is_new = before != paid_stream(repository.installation_id, now)
    return in_flight((*(await world.log.read(before) if is_new else ()), *month), now=now)


async def _cost(row: Mapping[str, Any], month: str, world: World) -> int:
    """What it has cost in that month: all of it, unless it was asked for in an earlier one."""
    if month_of(datetime.fromisoformat(str(row["requested_at"]))) == month:
        return int(row["cost_micro_usd"])
    return spent_in(month, await world.log.read(row["id"]))
