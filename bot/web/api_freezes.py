"""Freezes by REST: seen, said and lifted, by the same facts as by a command."""

from typing import Final

from aiohttp import web

from bot.application import freezes_seen, freezing
from bot.application.asked import Freeze
from bot.application.freezes_seen import DOOR
from bot.domain.policy import Permission
from bot.records import Refused
from bot.web import api_resource_shapes as v1
from bot.web import api_resource_words as words
from bot.web import openapi
from bot.web.api_door import ApiDoor, Handle, json_of
from bot.web.api_gateway import CALLER, Right
from bot.web.api_refusals import refused_as
from bot.web.api_repeats import ORDER
from bot.web.api_shapes import Nothing

LEVELS: Final = {"repository": "repo", "owner": "org"}


async def list_freezes(door: ApiDoor, request: web.Request, _asked: Nothing) -> web.StreamResponse:
    """What stands still, of what you may read."""
    resources = door.resources
    found = await freezes_seen.seen(resources.belonging, resources.world, request[CALLER])
    return json_of(v1.Freezes(items=[*map(v1.freeze_of, found)]))


async def freeze(door: ApiDoor, request: web.Request, asked: v1.FreezeAsked) -> web.StreamResponse:
    """Let all work in a repository, or its account, stand still within five seconds."""
    caller, resources = request[CALLER], door.resources
    if asked.until is not None and asked.until <= resources.world.clock.now():
        raise Refused(400, "bad_field", words.NOT_AHEAD)
    key = request[ORDER]
    with refused_as("no_repository", words.NO_REPOSITORY):
        repository = await resources.belonging.repository(caller, asked.repository)
        order = Freeze(
            by=caller.person,
            repository=repository,
            level=LEVELS[asked.scope],
            why=asked.why,
            until=asked.until,
        )
        found = await freezing.freeze(order, key=key, door=DOOR, world=resources.world)
    return json_of(v1.freeze_of(found), status=201)


async def unfreeze(door: ApiDoor, request: web.Request, _asked: Nothing) -> web.StreamResponse:
    """Lift a freeze, and let what stopped go on."""
    caller, resources = request[CALLER], door.resources
    with refused_as("no_freeze", words.NO_FREEZE):
        await freezes_seen.lift(
            request.match_info["freeze"],
            resources.belonging,
            resources.world,
            caller,
            key=request[ORDER],
        )
    return web.Response(status=204)


ROUTES: Final[tuple[openapi.Route[Handle], ...]] = (
    openapi.Route("/freezes", list_freezes, Nothing, v1.Freezes, Right(Permission.READ)),
    openapi.Route(
        "/freezes",
        freeze,
        v1.FreezeAsked,
        v1.Freeze,
        Right(Permission.FREEZE),
        method="POST",
        status=201,
    ),
    openapi.Route(
        "/freezes/{freeze}", unfreeze, Nothing, None, Right(Permission.FREEZE), method="DELETE", status=204
    ),
)
