"""Command: budget."""

from bot.application import money_words as words
from bot.application.asked import RaiseBudget, RaiseMonth, SeeBudget
from bot.application.budgets import raise_month, see
from bot.application.recording import load
from bot.domain.commands import Command
from bot.domain.money import micro_dollars
from bot.domain.policy import NothingWaits
from handlers.conversation import Here

COMMAND = Command(
    name="budget",
    usage="budget [month] [+<dollars>]",
    help="show what this run and this month cost and may cost; with an amount, allow so much more",
    needs=SeeBudget.needs,
)


async def run(here: Here) -> str:
    """Show it, or add to it."""
    match here.spoken.text.lower().split():
        case [] | ["month"]:
            return await _shown(here)
        case [amount] if (more := _more(amount)) is not None:
            return await _raised(here, more)
        case ["month", amount] if (more := _more(amount)) is not None:
            return await _month_raised(here, more)
        case _:
            return words.no_budget(here.spoken.text)


def _more(amount: str) -> int | None:
    """Millionths of a dollar; None where it is no amount to be added, or none at all."""
    more = micro_dollars(amount.removeprefix("+")) if amount.startswith("+") else None
    return more or None


async def _shown(here: Here) -> str:
    spent = await see(SeeBudget(by=here.by, repository=here.repository), here.context.world)
    try:
        it = await load(here.context.world, await here.integration_id())
    except NothingWaits:
        return words.month(spent)
    return f"{words.run(it)}\n\n{words.month(spent)}"


async def _raised(here: Here, more: int) -> str:
    asked = RaiseBudget(
        by=here.by,
        repository=here.repository,
        integration_id=await here.integration_id(),
        micro_usd=more,
    )
    return words.run_raised(await here.send(asked), by=here.by.login)


async def _month_raised(here: Here, more: int) -> str:
    asked = RaiseMonth(by=here.by, repository=here.repository, micro_usd=more)
    context = here.context
    spent = await raise_month(asked, key=context.key, door=context.door, world=context.world)
    return words.month_raised(spent, by=here.by.login)
