"""REST, /api/v1: questions in, shapes out. The table of routes is what the document is made from."""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.api_records import Wanted
from bot.application.reading import NotFound, Reading
from bot.domain.policy import Permission
from bot.records import Refused
from bot.web import api_shapes as v1
from bot.web import api_words as words
from bot.web import openapi
from bot.web.api_gateway import CALLER, RIGHT, Guards, Right, middlewares, told

PREFIX: Final = "/api/v1"
NDJSON: Final = "application/x-ndjson"

Handle = Callable[["ApiDoor", web.Request, v1.Asked], Awaitable[web.StreamResponse]]


class Cursors(Protocol):
    """Where a list is to go on, as text that nobody can read or make up."""

    def seal(self, place: tuple[str, ...], *, about: str) -> str: ...

    def open(self, text: str, *, about: str) -> tuple[str, ...] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDoor:
    """What the routes need."""

    guards: Guards
    reading: Reading
    cursors: Cursors


async def list_integrations(door: ApiDoor, request: web.Request, asked: v1.Asked) -> web.StreamResponse:
    """The integrations of the repositories that you may read, the newest first."""
    assert isinstance(asked, v1.IntegrationsAsked)  # noqa: S101  the table says so
    key = request[CALLER]
    wanted = Wanted(
        installation_id=key.installation_id,
        state=asked.state,
        repository=asked.repository,
        requested_by=asked.requested_by,
        text=asked.q,
    )
    about = f"{key.id} {wanted!r}"
    after = opened(door, asked.cursor, about, parts=2)
    page = await door.reading.listed(
        key, wanted, after=(after[0], after[1]) if after else None, most=asked.limit
    )
    following = door.cursors.seal(page.last, about=about) if page.last else None
    return json_of(v1.Integrations(items=[*map(v1.integration_of, page.rows)], next_cursor=following))


async def get_integration(door: ApiDoor, request: web.Request, asked: v1.Asked) -> web.StreamResponse:
    """One integration, as it is or as it was; with an ETag, by which to ask whether it has changed."""
    assert isinstance(asked, v1.IntegrationAsked)  # noqa: S101  the table says so
    key, integration_id = request[CALLER], request.match_info["id"]
    if asked.at is None:
        row = await door.reading.one(key, integration_id)
    else:
        row = await door.reading.as_it_was(key, integration_id, asked.at)
    return unless_known(request, json_of(v1.integration_of(row)))


async def list_events(door: ApiDoor, request: web.Request, asked: v1.Asked) -> web.StreamResponse:
    """What happened to it, the oldest first: a page as JSON, or all of it as lines of JSON."""
    assert isinstance(asked, v1.EventsAsked)  # noqa: S101  the table says so
    key, integration_id = request[CALLER], request.match_info["id"]
    if NDJSON in request.headers.get("Accept", ""):
        return await lines(door, request, integration_id)
    about = f"{key.id} {integration_id}"
    after = opened(door, asked.cursor, about, parts=1)
    found = await door.reading.facts(
        key, integration_id, after=int(after[0]) if after else 0, most=asked.limit + 1
    )
    shown = found[: asked.limit]
    following = door.cursors.seal((str(shown[-1].version),), about=about) if len(found) > len(shown) else None
    return json_of(v1.Events(items=[*map(v1.event_of, shown)], next_cursor=following))


async def lines(door: ApiDoor, request: web.Request, integration_id: str) -> web.StreamResponse:
    """Every event, a line each. What is refused is refused before the first; later it is cut off."""
    facts = door.reading.all_facts(request[CALLER], integration_id)
    first = await anext(facts)
    response = web.StreamResponse(headers={"Content-Type": NDJSON})
    await response.prepare(request)
    await response.write(v1.event_of(first).model_dump_json().encode() + b"\n")
    with ExitStack() as unless_whole:
        unless_whole.callback(cut_off, request)
        async for record in facts:
            await response.write(v1.event_of(record).model_dump_json().encode() + b"\n")
        unless_whole.pop_all()
    await response.write_eof()
    return response


def cut_off(request: web.Request) -> None:
    """What was begun cannot be refused any more; without its end nobody takes it for the whole."""
    if request.transport is not None:
        request.transport.close()


async def get_me(_door: ApiDoor, request: web.Request, _asked: v1.Asked) -> web.StreamResponse:
    """Whose key it is, and what it allows."""
    return json_of(v1.me_of(request[CALLER]))


async def get_health(_door: ApiDoor, _request: web.Request, _asked: v1.Asked) -> web.StreamResponse:
    """Whether the API answers, and takes your key."""
    return json_of(v1.Health())


async def get_document(_door: ApiDoor, _request: web.Request, _asked: v1.Asked) -> web.StreamResponse:
    """This document."""
    return web.Response(body=openapi.encoded(PREFIX, ROUTES), content_type="application/json")


ROUTES: Final[tuple[openapi.Route[Handle], ...]] = (
    openapi.Route(
        "/integrations", list_integrations, v1.IntegrationsAsked, v1.Integrations, Right(Permission.READ)
    ),
    openapi.Route(
        "/integrations/{id}", get_integration, v1.IntegrationAsked, v1.Integration, Right(Permission.READ)
    ),
    openapi.Route(
        "/integrations/{id}/events",
        list_events,
        v1.EventsAsked,
        v1.Events,
        Right(Permission.READ),
        lines=v1.Event,
    ),
    openapi.Route("/me", get_me, v1.Nothing, v1.Me, Right()),
    openapi.Route("/health", get_health, v1.Nothing, v1.Health, Right()),
    openapi.Route("/openapi.json", get_document, v1.Nothing, None, Right(is_open=True)),
)


def api_of(door: ApiDoor) -> web.Application:
    """An application of its own: what stands before it stands before nothing else."""
    app = web.Application(middlewares=middlewares(door.guards))
    for route in ROUTES:
        path = route.path.replace("{id}", "{id:[a-z0-9]{1,32}}")
        app.router.add_get(path, bound(door, route), allow_head=False)
    app.on_response_prepare.append(told)
    return app


def bound(
    door: ApiDoor, route: openapi.Route[Handle]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The route's handler, given what was asked once that is known to be right."""

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = read_query(request, route.asked)
        try:
            return await route.handle(door, request, asked)
        except NotFound:
            raise Refused(404, "no_integration", words.NO_INTEGRATION) from None

    setattr(handle, RIGHT, route.right)
    return handle


def read_query(request: web.Request, shape: type[v1.Asked]) -> v1.Asked:
    """What is asked for in the address: each thing once, nothing unknown. Raises Refused."""
    if twice := sorted(name[:40] for name in request.query if len(request.query.getall(name)) > 1):
        raise Refused(400, "bad_parameter", words.given_twice(twice[:10]))
    try:
        return shape.model_validate(dict(request.query))
    except ValidationError as no:
        faults = [
            (str(fault["loc"][0])[:40], fault["msg"])
            for fault in no.errors(include_url=False, include_input=False)
        ]
        raise Refused(400, "bad_parameter", words.bad_parameters(faults[:10])) from None


def opened(door: ApiDoor, cursor: str | None, about: str, *, parts: int) -> tuple[str, ...] | None:
    """The place that a cursor of this list names. Raises Refused."""
    if cursor is None:
        return None
    place = door.cursors.open(cursor, about=about)
    if place is None or len(place) != parts:
        raise Refused(400, "bad_cursor", words.BAD_CURSOR)
    return place


def json_of(shape: BaseModel) -> web.Response:
    """The shape as JSON."""
    return web.Response(
        body=shape.model_dump_json().encode(), content_type="application/json", charset="utf-8"
    )


def unless_known(request: web.Request, response: web.Response) -> web.Response:
    """The answer under the name of its content; nothing but the name for whoever has that content already."""
    body = response.body
    assert isinstance(body, bytes)  # noqa: S101  `json_of` made it
    etag = hashlib.sha256(body).hexdigest()[:32]
    known = request.if_none_match or ()
    if any(each.value in {etag, "*"} for each in known):
        response = web.Response(status=304)
    response.etag = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
