"""The month's money by REST: seen, and raised by whoever manages it."""

from typing import Final

from aiohttp import web

from bot.application import budgets, budgets_seen
from bot.application.asked import RaiseMonth
from bot.application.budgets_seen import BudgetPage
from bot.application.freezes_seen import DOOR
from bot.domain.policy import Permission
from bot.web import api_resource_shapes as v1
from bot.web import api_resource_words as words
from bot.web import openapi
from bot.web.api_door import ApiDoor, Handle, json_of, number_behind, sealed
from bot.web.api_gateway import CALLER, Right
from bot.web.api_refusals import refused_as
from bot.web.api_repeats import ORDER

ABOUT: Final = "budgets"


async def list_budgets(door: ApiDoor, request: web.Request, asked: v1.BudgetsAsked) -> web.StreamResponse:
    """What was spent this month and may be, in the repositories whose budget you manage."""
    caller, resources = request[CALLER], door.resources
    about = f"{caller.id} {ABOUT} {asked.repository}"
    after = number_behind(door, asked.cursor, about)
    if asked.repository is None:
        page = await budgets_seen.seen(resources.belonging, resources.world, caller, after=after)
    else:
        with refused_as("no_repository", words.NO_REPOSITORY):
            found = await resources.belonging.repository(caller, asked.repository, Permission.BUDGET)
        page = BudgetPage(budgets=[await budgets_seen.of_one(found, resources.world)], last=None)
    following = sealed(door, None if page.last is None else (str(page.last),), about)
    return json_of(v1.Budgets(items=[*map(v1.budget_of, page.budgets)], next_cursor=following))


async def raise_budget(door: ApiDoor, request: web.Request, asked: v1.RaiseAsked) -> web.StreamResponse:
    """Let a repository spend more this month; what rests for that goes on."""
    caller, resources = request[CALLER], door.resources
    key = request[ORDER]
    with refused_as("no_repository", words.NO_REPOSITORY):
        repository = await resources.belonging.repository(caller, asked.repository)
        order = RaiseMonth(
            by=caller.person, repository=repository, micro_usd=max(1, round(asked.add_usd * v1.MICRO))
        )
        await budgets.raise_month(order, key=key, door=DOOR, world=resources.world)
        found = await budgets_seen.of_one(repository, resources.world)
    return json_of(v1.budget_of(found))


ROUTES: Final[tuple[openapi.Route[Handle], ...]] = (
    openapi.Route("/budgets", list_budgets, v1.BudgetsAsked, v1.Budgets, Right(Permission.BUDGET)),
    openapi.Route(
        "/budgets", raise_budget, v1.RaiseAsked, v1.Budget, Right(Permission.BUDGET), method="POST"
    ),
)
