"""A field that is on its way out: marked once, told by the document, and by every answer that has it."""

from typing import Any, Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.web import openapi
from bot.web.api import bound
from bot.web.api_deprecating import going, headers_of
from bot.web.api_door import ApiDoor, Handle
from bot.web.api_gateway import Right, named, told
from bot.web.api_shapes import Asked, Shape
from tests.doors.webapp import Connect

SINCE_2026: Final = {
    "Deprecation": "@1767225600",
    "Link": '</api/docs#deprecated>; rel="deprecation"; type="text/html"',
}


class AskedForTea(Asked):
    """Tea."""

    sort: str = "black"
    sugar: int | None = going("say `sweetness`", since="2026-03-01", default=None)


class Cup(Shape):
    """A cup, whose colour is on its way out."""

    size: int
    colour: str = going("cups have no colour", since="2026-01-01")


class Tray(Shape):
    """Cups, if any."""

    cups: list[Cup] | None


class Plate(Shape):
    """Nothing of it goes."""

    size: int


async def get_tea(_door: ApiDoor, _request: web.Request, asked: AskedForTea) -> web.StreamResponse:
    """Some tea."""
    return web.Response(text=str(asked.model_dump()["sugar"]))


ROUTE: Final[openapi.Route[Handle]] = openapi.Route("/tea", get_tea, AskedForTea, Tray, Right(is_open=True))


def test_the_document_marks_it_wherever_it_stands() -> None:
    document: Any = openapi.document("/api/v1", [ROUTE])

    assert document["components"]["schemas"]["Cup"]["properties"]["colour"]["deprecated"] is True
    assert (
        document["components"]["schemas"]["Cup"]["properties"]["colour"]["x-deprecated-since"] == "2026-01-01"
    )
    assert "deprecated" not in document["components"]["schemas"]["Cup"]["properties"]["size"]
    marked = {it["name"]: it.get("deprecated") for it in document["paths"]["/tea"]["get"]["parameters"]}
    assert marked == {"sort": None, "sugar": True}


@pytest.mark.parametrize("answer", [Cup, Tray])
def test_every_answer_that_has_it_says_since_when_however_deep_it_lies(answer: type[Shape]) -> None:
    assert headers_of((answer, None), AskedForTea()) == SINCE_2026
    assert headers_of((None, answer), AskedForTea()) == SINCE_2026


def test_the_oldest_of_several_is_told() -> None:
    assert headers_of((Cup, Plate), AskedForTea(sugar=1)) == SINCE_2026


def test_who_asks_with_it_is_told_and_nobody_else() -> None:
    assert headers_of((Plate,), AskedForTea(sugar=None))["Deprecation"] == "@1772323200"
    assert headers_of((Plate,), AskedForTea(sort="green")) == {}


def test_an_answer_that_has_it_is_made_without_a_warning() -> None:
    assert Tray(cups=[Cup(size=1, colour="red")]).model_dump_json() == '{"cups":[{"size":1,"colour":"red"}]}'


async def test_the_answer_itself_carries_it(aiohttp_client: Connect) -> None:
    door: Any = None  # of no use to such a handler
    app = web.Application(middlewares=[named])
    app.router.add_get("/tea", bound(door, ROUTE))
    app.on_response_prepare.append(told)
    server = TestServer(app)
    await server.start_server()
    client = await aiohttp_client(server)

    answer = await client.get("/tea?sugar=2")

    assert (answer.status, await answer.text()) == (200, "2")
    assert {name: answer.headers[name] for name in SINCE_2026} == SINCE_2026
