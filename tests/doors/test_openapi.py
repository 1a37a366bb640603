"""The API's document: OpenAPI 3.1, equal to the routes, and true of the answers."""

from typing import Any, Final

import pytest
from aiohttp import web
from openapi_schema_validator import OAS31Validator

from bot.web import openapi
from bot.web.api import ROUTES, api_of
from bot.web.api_door import PREFIX
from bot.web.browser import HEADER, Browsers
from tests.doors.api import Opened
from tests.doors.api_places import NO_SUCH, OPEN
from tests.doors.webapp import Client

DOCUMENT: Final = openapi.document(PREFIX, ROUTES)
ENDLESS: Final = {route.path for route in ROUTES if route.is_stream}
FINITE: Final = {path: each for path, each in DOCUMENT["paths"].items() if path not in ENDLESS}


def test_the_document_has_the_routes_that_there_are_and_no_other(opened: Opened) -> None:
    app: web.Application = api_of(opened.door())

    mounted = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}

    told = {(method.upper(), path) for path, each in DOCUMENT["paths"].items() for method in each}
    assert told == mounted
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["servers"] == [{"url": PREFIX}]


async def test_everybody_may_read_it(api: Client) -> None:
    answer = await api.get(f"{PREFIX}/openapi.json")

    assert (answer.status, await answer.json()) == (200, DOCUMENT)
    assert answer.headers["RateLimit-Remaining"] == "99"


def test_it_tells_by_what_one_is_known_and_with_what_else_an_order_is_meant() -> None:
    over_tls = Browsers(address="https://bot.example.org", csrf_of=str)
    schemes, told = DOCUMENT["components"]["securitySchemes"], DOCUMENT["security"]

    asked = {
        (method, str(each.get("security", told)))
        for path in DOCUMENT["paths"].values()
        for method, each in path.items()
    }

    assert set(schemes) == {"key", "session", "csrf"}
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", over_tls.session)
    assert (schemes["csrf"]["in"], schemes["csrf"]["name"]) == ("header", HEADER)
    orders = {(method, "[{'key': []}, {'session': [], 'csrf': []}]") for method in ("post", "put", "delete")}
    assert asked == orders | {("get", "[{'key': []}, {'session': []}]"), ("get", "[]")}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_its_parameters_are_those_that_are_taken(route: openapi.Route[Any]) -> None:
    operation = DOCUMENT["paths"][route.path][route.method.lower()]

    named = {it["name"]: it for it in operation["parameters"]}

    asked = {name for name, it in named.items() if it["in"] == "query"}
    assert asked == (set() if route.has_body else set(route.asked.model_fields))
    beside = {name for name, it in named.items() if it["in"] == "header"}
    assert ("Idempotency-Key" in beside) == (route.method != "GET")
    assert ("id" in named) == ("{id}" in route.path)
    assert operation["summary"].endswith(".")
    assert operation.get("x-permission") == (str(route.right.needs) if route.right.needs else None)


def test_every_schema_is_one_and_every_reference_leads_to_one() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    for schema in schemas.values():
        OAS31Validator.check_schema(schema)
    assert {reference.rpartition("/")[2] for reference in references(DOCUMENT)} <= set(schemas)


def references(part: Any) -> set[str]:
    if isinstance(part, list):
        return {each for one in part for each in references(one)}
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if "$ref" in part else set()
    return own | {each for one in part.values() for each in references(one)}


@pytest.mark.parametrize("whose", ["reader", "eve", "expired", "scopeless"])
@pytest.mark.parametrize("integration_id", [OPEN, NO_SUCH])
@pytest.mark.parametrize("query", ["", "?limit=1", "?limit=x", "?at=2026-01-01T09:05:00Z"])
async def test_every_answer_is_what_the_document_says(
    api: Client, opened: Opened, whose: str, integration_id: str, query: str
) -> None:
    questions = [(path, each["get"]) for path, each in FINITE.items() if "get" in each]
    for path, operation in questions:
        answer = await api.get(
            f"{PREFIX}{path.replace('{id}', integration_id)}{query}", headers=opened.bearer(whose)
        )

        told = operation["responses"][str(answer.status)]
        schema = told["content"][answer.content_type]["schema"]
        OAS31Validator({**schema, "components": DOCUMENT["components"]}).validate(await answer.json())
        assert [name for name in told["headers"] if name not in answer.headers] == []
