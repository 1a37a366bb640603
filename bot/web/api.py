"""REST, /api/v1: the table of routes, which the document is made from, as an application of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from aiohttp import web

from bot.application.live import Live
from bot.application.ordering import NotDone
from bot.application.reading import NotFound
from bot.domain.policy import Permission
from bot.records import Refused
from bot.web import api_key_shapes as key_shapes
from bot.web import api_keys as keys
from bot.web import api_live_shapes as live_v1
from bot.web import api_orders as orders
from bot.web import api_reads as reads
from bot.web import api_resources as resources
from bot.web import api_shapes as v1
from bot.web import api_stream as streams
from bot.web import api_words as words
from bot.web import openapi
from bot.web.api_asked import read_asked
from bot.web.api_deprecating import headers_of
from bot.web.api_door import PREFIX, ApiDoor, Handle, json_of
from bot.web.api_gateway import CALLER, HEADERS, RIGHT, Right, middlewares, told
from bot.web.api_refusals import refused
from bot.web.api_repeats import once
from bot.web.health import asked as asked_in_time


async def get_me(_door: ApiDoor, request: web.Request, _asked: v1.Nothing) -> web.StreamResponse:
    """Whose key it is, and what it allows."""
    return json_of(v1.me_of(request[CALLER]))


async def get_health(door: ApiDoor, _request: web.Request, _asked: v1.Nothing) -> web.StreamResponse:
    """Whether the API answers, and takes your key; and how what it stands on is."""
    names, probes = door.resources.probes.keys(), door.resources.probes.values()
    answers = await asyncio.gather(*map(asked_in_time, probes))
    queues = await door.resources.queues()
    return json_of(v1.Health.model_validate({**dict(zip(names, answers, strict=True)), "queues": queues}))


async def get_document(_door: ApiDoor, _request: web.Request, _asked: v1.Nothing) -> web.StreamResponse:
    """This document."""
    return web.Response(body=openapi.encoded(PREFIX, ROUTES), content_type="application/json")


ROUTES: Final[tuple[openapi.Route[Handle], ...]] = (
    openapi.Route(
        "/integrations",
        reads.list_integrations,
        v1.IntegrationsAsked,
        v1.Integrations,
        Right(Permission.READ),
    ),
    openapi.Route(
        "/integration-counts",
        reads.count_integrations,
        live_v1.CountsAsked,
        live_v1.Counts,
        Right(Permission.READ),
    ),
    openapi.Route(
        "/integrations/{id}",
        reads.get_integration,
        v1.IntegrationAsked,
        v1.Integration,
        Right(Permission.READ),
    ),
    openapi.Route(
        "/integrations/{id}/events",
        reads.list_events,
        v1.EventsAsked,
        v1.Events,
        Right(Permission.READ),
        lines=v1.Event,
    ),
    openapi.Route(
        "/integrations/{id}/stream",
        streams.stream_events,
        live_v1.StreamAsked,
        None,
        Right(Permission.READ),
        is_stream=True,
    ),
    *resources.ROUTES,
    *orders.ROUTES,
    openapi.Route("/keys", keys.list_keys, key_shapes.KeysAsked, key_shapes.KeptKeys, Right()),
    openapi.Route(
        "/keys",
        keys.create_key,
        key_shapes.NewKeyAsked,
        key_shapes.NewKey,
        Right(),
        method="POST",
        status=201,
        also=(409,),
    ),
    openapi.Route("/keys/{key}", keys.revoke_key, v1.Nothing, None, Right(), method="DELETE", status=204),
    openapi.Route(
        "/members",
        keys.list_members,
        key_shapes.MembersAsked,
        key_shapes.Members,
        Right(Permission.USERS),
    ),
    openapi.Route("/me", get_me, v1.Nothing, v1.Me, Right()),
    openapi.Route("/health", get_health, v1.Nothing, v1.Health, Right()),
    openapi.Route("/openapi.json", get_document, v1.Nothing, None, Right(is_open=True)),
)


def api_of(door: ApiDoor) -> web.Application:
    """An application of its own: what stands before it stands before nothing else."""
    app = web.Application(middlewares=middlewares(door.guards))
    for route in ROUTES:
        app.router.add_route(route.method, openapi.pattern_of(route.path), bound(door, route))
    app.on_response_prepare.append(told)
    app.cleanup_ctx.append(partial(watched, door.live))
    app.on_shutdown.append(partial(ended, door.live))
    return app


@asynccontextmanager
async def watched(live: Live, _app: web.Application) -> AsyncIterator[None]:
    """As long as the application serves, those who follow something are told what comes."""
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(live.watch())
        yield
        watch.cancel()


def bound(
    door: ApiDoor, route: openapi.Route[Handle]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The route's handler, given what was asked once that is known to be right."""

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = await read_asked(request, route.asked)
        request[HEADERS].update(headers_of((route.answer, route.lines), asked))

        async def act() -> web.StreamResponse:
            try:
                return await route.handle(door, request, asked)
            except NotDone as no:
                raise refused(no) from None

        try:
            if route.before is not None:
                await route.before(door, request, asked)
            is_order = route.method != "GET" and CALLER in request
            return await (once(door.repeats, request, asked, act) if is_order else act())
        except NotFound:
            raise Refused(404, "no_integration", words.NO_INTEGRATION) from None

    setattr(handle, RIGHT, route.right)
    return handle


async def ended(live: Live, _app: web.Application) -> None:
    """Streams end before the application waits for what is being answered."""
    live.close()
