"""The API's page for people, made from its document: each route, what it takes, answers and needs."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from bot.web import openapi
from bot.web.api import ROUTES
from bot.web.api_door import PREFIX

PAGE: Final = "/api/docs"
DOCUMENT: Final = "/api/openapi.json"
SHEET: Final = "/static/api.css"
HERE: Final = Path(__file__).parent
_EXAMPLES: Final[Mapping[str, Any]] = {"repository": "acme/shop", "why": "ERP migration", "number": 2.5}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is, in a word or a few; `shape` is the one it leads to."""

    words: str
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body or a shape."""

    name: str
    place: str
    kind: Kind
    needed: bool
    says: str
    going: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What may come back."""

    status: str
    says: str
    shape: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A route with one method."""

    anchor: str
    method: str
    path: str
    says: str
    permission: str | None
    is_open: bool
    fields: Sequence[Field]
    answers: Sequence[Answer]
    example: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What is answered, by name."""

    name: str
    says: str
    fields: Sequence[Field]
    kind: Kind


def mount(app: web.Application) -> None:
    """The page, its sheet, and the document at the address that outlives versions; open to everybody."""
    app.router.add_get(PAGE, _page, allow_head=False)
    app.router.add_get(DOCUMENT, _document, allow_head=False)
    app.router.add_get(SHEET, _sheet, allow_head=False)


async def _page(_request: web.Request) -> web.Response:
    return web.Response(text=await asyncio.to_thread(page_of), content_type="text/html", charset="utf-8")


async def _document(_request: web.Request) -> web.Response:
    return web.Response(body=openapi.encoded(PREFIX, ROUTES), content_type="application/json")


async def _sheet(_request: web.Request) -> web.Response:
    return web.Response(body=_style(), content_type="text/css", charset="utf-8")


@cache
def _style() -> bytes:
    return (HERE / "static/api.css").read_bytes()


@cache
def page_of() -> str:
    """The whole of it, made once."""
    import jinja2  # noqa: PLC0415  heavy, and only the page needs it

    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    document = openapi.document(PREFIX, ROUTES)
    return templates.get_template("api_docs.html").render(
        title=document["info"]["title"],
        operations=operations_of(document),
        shapes=shapes_of(document),
        document=DOCUMENT,
        sheet=SHEET,
    )


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """Each route with each of its methods, in the order of the table."""
    return [
        _operation(method.upper(), path, each)
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    ]


def shapes_of(document: Mapping[str, Any]) -> list[Shape]:
    """Each shape, by name: its fields, or what it may be."""
    return [
        Shape(
            name=name,
            says=schema.get("description", ""),
            fields=_fields(schema, place="field"),
            kind=kind_of(schema),
        )
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def kind_of(schema: Mapping[str, Any]) -> Kind:
    """What a value is, in words."""
    words, shape = str(schema.get("type", "any")), None
    match schema:
        case {"$ref": reference}:
            words = shape = reference.rpartition("/")[2]
        case {"anyOf": kinds}:
            parts = [kind_of(each) for each in kinds]
            words = " or ".join(it.words for it in parts)
            shape = next((it.shape for it in parts if it.shape), None)
        case {"enum": names}:
            words = ", ".join(map(str, names))
        case {"const": only}:
            words = str(only)
        case {"type": "array", "items": items}:
            of = kind_of(items)
            words, shape = f"list of {of.words}", of.shape
        case {"format": form}:
            words = f"{words} ({form})"
    return Kind(words, shape)


def _operation(method: str, path: str, it: Mapping[str, Any]) -> Operation:
    body = it.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    parameters = [
        _field(each["name"], each["in"], each["schema"], each["required"]) for each in it["parameters"]
    ]
    return Operation(
        anchor=it["operationId"],
        method=method,
        path=f"{PREFIX}{path}",
        says=it["summary"],
        permission=it.get("x-permission"),
        is_open=it.get("security") == [],
        fields=[*parameters, *_fields(body, place="body")],
        answers=[_answer(status, told) for status, told in it["responses"].items()],
        example=example_of(method, path, body, is_open=it.get("security") == []),
    )


def _fields(schema: Mapping[str, Any], *, place: str) -> list[Field]:
    needed = schema.get("required", [])
    return [_field(name, place, each, name in needed) for name, each in schema.get("properties", {}).items()]


def _field(name: str, place: str, schema: Mapping[str, Any], needed: bool) -> Field:  # noqa: FBT001
    says = schema.get("description", "")
    return Field(name, place, kind_of(schema), needed, says, bool(schema.get("deprecated")))


def _answer(status: str, told: Mapping[str, Any]) -> Answer:
    schemas = [each["schema"] for each in told.get("content", {}).values()]
    return Answer(status, told["description"], kind_of(schemas[0]).shape if schemas else None)


def example_of(method: str, path: str, body: Mapping[str, Any], *, is_open: bool) -> str:
    """How one asks for it on a command line; what is left to be put in stands as a variable."""
    parts = ["curl -sS --fail-with-body"]
    parts += [f"-X {method}"] if method != "GET" else []
    parts += [] if is_open else ['-H @<(echo "Authorization: Bearer $KEY")']
    filled = "/".join(f"${part[1:-1].upper()}" if part.startswith("{") else part for part in path.split("/"))
    said = {name: _sample(name, body["properties"][name]) for name in body.get("required", [])}
    if said:
        parts += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(said)}'"]
    elif method in {"POST", "PUT"}:
        parts.append("-d ''")
    return " \\\n  ".join([*parts, f"$BOT{PREFIX}{filled}"])


def _sample(name: str, schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    return _EXAMPLES.get(name) or _EXAMPLES.get(schema.get("type", ""), "...")
