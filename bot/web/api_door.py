"""What the API's routes have in common: what they need, and how they answer."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from aiohttp import web
from pydantic import BaseModel

from bot.application.key_acts import KeyActs
from bot.application.live import Live
from bot.application.members import Members
from bot.application.ordering import Orders
from bot.application.reading import Reading
from bot.application.resources import Resources
from bot.records import Refused
from bot.web import api_words as words
from bot.web.api_gateway import Guards
from bot.web.api_repeats import Repeats
from bot.web.lane import Retelling

PREFIX: Final = "/api/v1"

Handle = Callable[["ApiDoor", web.Request, Any], Awaitable[web.StreamResponse]]
"""A route's own part: what was asked comes in the shape that the table of routes names."""


class Cursors(Protocol):
    """Where a list is to go on, as text that nobody can read or make up."""

    def seal(self, place: tuple[str, ...], *, about: str) -> str: ...

    def open(self, text: str, *, about: str) -> tuple[str, ...] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between signs of life of a stream, and questions for the right; for how long one that nobody
    answers is borne with, and for one write.
    """

    beats: float = 15.0
    asks: float = 1.0
    bears: float = 30.0
    writes: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDoor:
    """What the routes need."""

    guards: Guards
    reading: Reading
    cursors: Cursors
    keys: KeyActs
    members: Members
    orders: Orders
    repeats: Repeats
    resources: Resources
    live: Live
    pace: Pace = field(default_factory=Pace)
    retelling: Retelling | None = None


def opened(door: ApiDoor, cursor: str | None, about: str, *, parts: int) -> tuple[str, ...] | None:
    """The place that a cursor of this list names. Raises Refused."""
    if cursor is None:
        return None
    place = door.cursors.open(cursor, about=about)
    if place is None or len(place) != parts:
        raise Refused(400, "bad_cursor", words.BAD_CURSOR)
    return place


def row_behind(door: ApiDoor, cursor: str | None, about: str) -> tuple[str, str] | None:
    """The row, by its moment and its id, behind which this list goes on. Raises Refused."""
    place = opened(door, cursor, about, parts=2)
    return None if place is None else (place[0], place[1])


def number_behind(door: ApiDoor, cursor: str | None, about: str) -> int:
    """The number behind which this list goes on; 0 where it begins. Raises Refused."""
    place = opened(door, cursor, about, parts=1)
    return 0 if place is None else int(place[0])


def sealed(door: ApiDoor, place: tuple[str, ...] | None, about: str) -> str | None:
    """Where the list goes on, as whoever asked is told it; None at the end."""
    return None if place is None else door.cursors.seal(place, about=about)


def json_of(shape: BaseModel, *, status: int = 200) -> web.Response:
    """The shape as JSON."""
    return answer_of(shape.model_dump_json().encode(), status=status)


def answer_of(body: bytes, *, status: int = 200) -> web.Response:
    """What is JSON already."""
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8")


def etag_of(response: web.Response) -> str:
    """What the content is called, so that two of one name are the same."""
    body = response.body
    assert isinstance(body, bytes)  # noqa: S101  `answer_of` made it
    return hashlib.sha256(body).hexdigest()[:32]


def unless_known(request: web.Request, response: web.Response) -> web.Response:
    """The answer under the name of its content; nothing but the name for whoever has that content already."""
    etag = etag_of(response)
    known = request.if_none_match or ()
    if any(each.value in {etag, "*"} for each in known):
        response = web.Response(status=304)
    response.etag = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
