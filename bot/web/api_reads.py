"""The questions of the API about integrations: a list, one, and what happened to it."""

from contextlib import ExitStack
from typing import Final

from aiohttp import web

from bot.api_records import Wanted
from bot.domain.states import State
from bot.web import api_shapes as v1
from bot.web import api_told as told
from bot.web.api_door import (
    ApiDoor,
    answer_of,
    json_of,
    number_behind,
    row_behind,
    sealed,
    unless_known,
)
from bot.web.api_gateway import CALLER, LASTING
from bot.web.api_live_shapes import Counts, CountsAsked

NDJSON: Final = "application/x-ndjson"


async def list_integrations(
    door: ApiDoor, request: web.Request, asked: v1.IntegrationsAsked
) -> web.StreamResponse:
    """The integrations of the repositories that you may read, the newest first."""
    caller = request[CALLER]
    wanted = Wanted(
        installation_id=caller.installation_id,
        state=asked.state,
        repository=asked.repository,
        requested_by=asked.requested_by,
        text=asked.q,
    )
    about = f"{caller.id} {wanted!r}"
    after = row_behind(door, asked.cursor, about)
    page = await door.reading.listed(caller, wanted, after=after, most=asked.limit)
    request[LASTING] = ""
    return answer_of(told.page_told(page.rows, sealed(door, page.last, about)))


async def count_integrations(door: ApiDoor, request: web.Request, asked: CountsAsked) -> web.StreamResponse:
    """How many integrations that you may read are in each state."""
    caller = request[CALLER]
    wanted = Wanted(
        installation_id=caller.installation_id,
        repository=asked.repository,
        requested_by=asked.requested_by,
        text=asked.q,
    )
    numbers, is_whole = await door.reading.counted(caller, wanted)
    states = {state: numbers.get(state, 0) for state in State}
    request[LASTING] = ""
    return json_of(Counts(total=sum(states.values()), states=states, is_whole=is_whole))


async def get_integration(
    door: ApiDoor, request: web.Request, asked: v1.IntegrationAsked
) -> web.StreamResponse:
    """One integration, as it is or as it was; with an ETag, by which to ask whether it has changed."""
    caller, integration_id = request[CALLER], request.match_info["id"]
    if asked.at is None:
        row = await door.reading.one(caller, integration_id)
        request[LASTING] = integration_id
    else:
        row = await door.reading.as_it_was(caller, integration_id, asked.at)
    return unless_known(request, answer_of(told.told_of(row)))


async def list_events(door: ApiDoor, request: web.Request, asked: v1.EventsAsked) -> web.StreamResponse:
    """What happened to it, the oldest first: a page as JSON, or all of it as lines of JSON."""
    caller, integration_id = request[CALLER], request.match_info["id"]
    if NDJSON in request.headers.get("Accept", ""):
        return await lines(door, request, integration_id)
    about = f"{caller.id} {integration_id}"
    after = number_behind(door, asked.cursor, about)
    found = await door.reading.facts(caller, integration_id, after=after, most=asked.limit + 1)
    shown = found[: asked.limit]
    request[LASTING] = integration_id
    following = sealed(door, (str(shown[-1].version),) if len(found) > len(shown) else None, about)
    return answer_of(told.events_told(shown, following))


async def lines(door: ApiDoor, request: web.Request, integration_id: str) -> web.StreamResponse:
    """Every event, a line each. What is refused is refused before the first; later it is cut off."""
    facts = door.reading.all_facts(request[CALLER], integration_id)
    first = await anext(facts)
    response = web.StreamResponse(headers={"Content-Type": NDJSON})
    await response.prepare(request)
    await response.write(told.event_told(first) + b"\n")
    with ExitStack() as unless_whole:
        unless_whole.callback(cut_off, request)
        async for record in facts:
            await response.write(told.event_told(record) + b"\n")
        unless_whole.pop_all()
    await response.write_eof()
    return response


def cut_off(request: web.Request) -> None:
    """What was begun cannot be refused any more; without its end nobody takes it for the whole."""
    if request.transport is not None:
        request.transport.close()
