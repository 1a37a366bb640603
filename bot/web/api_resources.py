"""The routes of v1 that are not of integrations, and whose handlers lie each in a file of their own."""

from typing import Final

from aiohttp import web

from bot.domain.policy import Permission
from bot.web import api_budgets, api_deliveries, api_freezes, openapi
from bot.web import api_resource_shapes as v1
from bot.web.api_door import ApiDoor, Handle, json_of
from bot.web.api_gateway import CALLER, Right
from bot.web.api_shapes import Nothing


async def list_installations(door: ApiDoor, request: web.Request, _asked: Nothing) -> web.StreamResponse:
    """The installations of the App that you count in: your key's own, if you may read anything there."""
    place = await door.resources.belonging.place(request[CALLER])
    return json_of(v1.Installations(items=[v1.installation_of(place)] if place else []))


ROUTES: Final[tuple[openapi.Route[Handle], ...]] = (
    openapi.Route("/installations", list_installations, Nothing, v1.Installations, Right(Permission.READ)),
    *api_freezes.ROUTES,
    *api_budgets.ROUTES,
    *api_deliveries.ROUTES,
)
