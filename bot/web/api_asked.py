"""What is asked of the API: from the address of a question, from the body of an order."""

import json
from functools import cache
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from bot.records import Refused
from bot.web import api_words as words
from bot.web.api_gateway import WITH_BODY
from bot.web.api_shapes import Asked
from bot.web.reading import read_short


async def read_asked(request: web.Request, shape: type[Asked]) -> Asked:
    """What is asked for, in its shape. Raises Refused."""
    if request.method not in WITH_BODY:
        if not request.query_string:
            return _nothing_said(shape)
        return _shaped(shape, read_query(request), "bad_parameter")
    if request.query:
        raise Refused(400, "bad_parameter", words.NO_PARAMETERS)
    return _shaped(shape, await read_body(request), "bad_field")


@cache
def _nothing_said(shape: type[Asked]) -> Asked:
    """The shape where all is as it is if not said. Raises Refused, each time anew."""
    return _shaped(shape, {}, "bad_parameter")


def read_query(request: web.Request) -> dict[str, Any]:
    """Each parameter once. Raises Refused."""
    if twice := sorted(name[:40] for name in request.query if len(request.query.getall(name)) > 1):
        raise Refused(400, "bad_parameter", words.given_twice(twice[:10]))
    return dict(request.query)


async def read_body(request: web.Request) -> dict[str, Any]:
    """The body's one object, each field once; an empty body is an empty object. Raises Refused."""
    body = await read_short(request)
    if not body:
        return {}
    if request.content_type != "application/json":
        raise Refused(415, "not_json", words.NOT_JSON)
    try:
        said = json.loads(body.decode(), object_pairs_hook=_each_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "not_json", words.NOT_JSON) from None
    if not isinstance(said, dict):
        raise Refused(400, "not_json", words.NOT_JSON)
    return said


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names all differ: of two that are the same nobody knows which counts."""
    said = dict(pairs)
    if len(said) < len(pairs):
        raise ValueError
    return said


def _no_constant(_name: str) -> None:
    """NaN and the infinities are no JSON."""
    raise ValueError


def _shaped(shape: type[Asked], said: dict[str, Any], code: str) -> Asked:
    try:
        return shape.model_validate(said)
    except ValidationError as no:
        faults = [
            (
                ".".join(str(part)[:40] for part in fault["loc"][:4]),
                fault["msg"].removeprefix("Value error, "),
            )
            for fault in no.errors(include_url=False, include_input=False)
        ]
        raise Refused(400, code, words.bad_parameters(faults[:10])) from None
