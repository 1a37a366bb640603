"""The API's page and its document, at the addresses that others rely on."""

import re
from html.parser import HTMLParser
from typing import Any, Final

import pytest

from bot.web import openapi
from bot.web.api import ROUTES
from bot.web.api_deprecating import going
from bot.web.api_docs import DOCUMENT, PAGE, SHEET, Kind, kind_of, operations_of, page_of, shapes_of
from bot.web.api_door import PREFIX
from bot.web.api_gateway import Right
from bot.web.api_shapes import Nothing, Shape
from tests.doors.webapp import Client

TOLD: Final = openapi.document(PREFIX, ROUTES)

HEADERS: Final = {"Idempotency-Key", "If-Match", "Last-Event-ID"}


class Seen(HTMLParser):
    """The ids, links and tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids, self.links, self.tags, self.attributes = set[str](), set[str](), set[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id" and value:
                self.ids.add(value)
            if name in {"href", "src"} and value:
                self.links.add(value)


async def test_everybody_may_read_the_page_the_document_and_the_sheet(api: Client) -> None:
    page, document, sheet = [await api.get(path) for path in (PAGE, DOCUMENT, SHEET)]

    assert [(it.status, it.content_type) for it in (page, document, sheet)] == [
        (200, "text/html"),
        (200, "application/json"),
        (200, "text/css"),
    ]
    assert await page.text() == page_of()
    assert await document.json() == await (await api.get(f"{PREFIX}/openapi.json")).json() == TOLD
    assert "light-dark(" in await sheet.text()


def test_every_route_is_there_with_what_it_takes_answers_and_needs() -> None:
    operations = {(it.method, it.path): it for it in operations_of(TOLD)}

    assert set(operations) == {(route.method, f"{PREFIX}{route.path}") for route in ROUTES}
    for route in ROUTES:
        it = operations[route.method, f"{PREFIX}{route.path}"]
        in_path = re.findall(r"{(\w+)}", route.path)
        named = [field.name for field in it.fields if field.name not in HEADERS]
        asked = [field.alias or name for name, field in route.asked.model_fields.items()]
        assert named == [*in_path, *asked]
        assert it.permission == (str(route.right.needs) if route.right.needs else None)
        assert it.is_open == route.right.is_open
        assert str(route.status) in {answer.status for answer in it.answers}
        assert f"$BOT{PREFIX}" in it.example


def test_the_page_has_no_script_no_style_of_its_own_and_nothing_of_others() -> None:
    seen = Seen(page_of())

    assert seen.tags.isdisjoint({"script", "style", "iframe", "img", "object"})
    assert not any(name == "style" or name.startswith("on") for name in seen.attributes)
    assert all(link.startswith(("#", "/")) for link in seen.links)


def test_every_link_on_the_page_leads_somewhere() -> None:
    seen = Seen(page_of())

    assert {link.removeprefix("#") for link in seen.links if link.startswith("#")} <= seen.ids
    assert {link for link in seen.links if link.startswith("/")} == {DOCUMENT, SHEET}
    assert "deprecated" in seen.ids


def test_an_order_is_shown_with_a_body_and_a_question_without() -> None:
    examples = {(it.method, it.path): it.example for it in operations_of(TOLD)}

    assert (
        '-d \'{"scope": "repository", "repository": "acme/shop", "why": "ERP migration"}\''
        in (examples["POST", f"{PREFIX}/freezes"])
    )
    assert "$DELIVERY/redeliver" in examples["POST", f"{PREFIX}/deliveries/{{delivery}}/redeliver"]
    assert "-d" not in examples["GET", f"{PREFIX}/me"]
    assert "Authorization" not in examples["GET", f"{PREFIX}/openapi.json"]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, Kind("string")),
        ({"type": "string", "format": "date-time"}, Kind("string (date-time)")),
        ({"enum": ["a", "b"]}, Kind("a, b")),
        ({"const": "ok"}, Kind("ok")),
        ({"type": "array", "items": {"$ref": "#/x/Event"}}, Kind("list of Event", "Event")),
        ({"anyOf": [{"$ref": "#/x/Key"}, {"type": "null"}]}, Kind("Key or null", "Key")),
        ({}, Kind("any")),
    ],
    ids=str,
)
def test_what_a_value_is_is_said_in_words(schema: dict[str, Any], kind: Kind) -> None:
    assert kind_of(schema) == kind


class Cup(Shape):
    """A cup."""

    colour: str = going("cups have no colour", since="2026-01-01")


async def get_cup(_door: object, _request: object, _asked: object) -> None:
    """A cup."""


def test_what_is_on_its_way_out_is_marked() -> None:
    document = openapi.document(PREFIX, [openapi.Route("/cup", get_cup, Nothing, Cup, Right())])

    [cup] = [shape for shape in shapes_of(document) if shape.name == "Cup"]

    assert [(field.name, field.going) for field in cup.fields] == [("colour", True)]
