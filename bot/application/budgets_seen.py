"""The month's money for whoever asks by REST: of each repository whose budget they manage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.api_records import Caller
from bot.application.belonging import Belonging
from bot.application.ports import World
from bot.application.reading import MOST_REPOSITORIES
from bot.application.spending import spending
from bot.domain.freezing import FROZEN
from bot.domain.money import Spending
from bot.domain.pausing import LONGEST
from bot.domain.policy import Permission
from bot.records import Repository

RESTS_FOR: Final = [cause for cause in LONGEST if cause != FROZEN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A repository's month, and which of its runs rest for money."""

    repository: Repository
    spent: Spending
    paused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPage:
    """Budgets in the order of their repositories' numbers; `last` is where to go on, None at the end."""

    budgets: Sequence[Budget]
    last: int | None


async def seen(belonging: Belonging, world: World, caller: Caller, *, after: int) -> BudgetPage:
    """Of the repositories of the caller's installation in which something happened this month."""
    began = world.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = await world.integrations.since(began, installation_id=caller.installation_id)
    named = {row["repository_id"]: str(row["repository"]) for row in rows if row["repository_id"] > after}
    numbers = sorted(named)[:MOST_REPOSITORIES]
    there = [Repository(id=n, full_name=named[n], installation_id=caller.installation_id) for n in numbers]
    found = [
        await of_one(each, world)
        for each in there
        if await belonging.reading.may_read(caller, each, Permission.BUDGET)
    ]
    return BudgetPage(budgets=found, last=numbers[-1] if len(named) > len(numbers) else None)


async def of_one(repository: Repository, world: World) -> Budget:
    """What it may spend and has spent, and what rests for that."""
    find = world.integrations.find
    resting = [await find(repository_id=repository.id, waiting_for=cause) for cause in RESTS_FOR]
    return Budget(
        repository=repository,
        spent=await spending(repository, world),
        paused=tuple(row["id"] for rows in resting for row in rows),
    )
