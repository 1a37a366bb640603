"""The same order given again under the same key is answered as it was, and done once (`Idempotency-Key`)."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Final, Protocol, assert_never
from uuid import uuid4

from aiohttp import web

from bot.api_records import Begun, KeptAnswer
from bot.records import Refused, Unavailable
from bot.web import api_words as words
from bot.web.api_gateway import CALLER, HEADERS
from bot.web.api_shapes import Asked

KEY: Final = "Idempotency-Key"
AGAIN: Final = "Idempotent-Replayed"
ORDER: Final = web.RequestKey("ORDER", str)
"""What all that is done for an order is known by: the same for an order that is given again."""

KEPT_HEADERS: Final = ("Location", "ETag")
_SANE: Final = re.compile(r"[\x21-\x7e]{1,255}")

Act = Callable[[], Awaitable[web.StreamResponse]]


class Repeats(Protocol):
    """What orders were answered; a key of one's own names one order for a day."""

    async def begin(self, name: str, request: str, *, holder: str) -> Begun: ...

    async def finish(self, name: str, answer: KeptAnswer, *, holder: str) -> None: ...

    async def let_go(self, name: str, *, holder: str) -> None: ...


async def once(repeats: Repeats, request: web.Request, asked: Asked, act: Act) -> web.StreamResponse:
    """What comes of it, or came of it when it was given first. Raises Refused, Unavailable."""
    given, holder = key_of(request), uuid4().hex
    if given is None:
        request[ORDER] = f"api:{holder}"
        return await act()
    name = _digest(str(request[CALLER].installation_id), request[CALLER].id, given)
    begun = await repeats.begin(name, _meant(request, asked), holder=holder)
    match begun.state:
        case "another":
            raise Refused(422, "idempotency_key_reused", words.KEY_REUSED)
        case "under_way":
            request[HEADERS]["Retry-After"] = str(begun.wait_seconds)
            raise Refused(409, "order_under_way", words.UNDER_WAY)
        case "answered":
            request[HEADERS][AGAIN] = "true"
            return _again(begun.answer)
        case "new":
            request[ORDER] = f"api:{_digest(name, begun.since)}"
            return await _kept(repeats, name, holder, act)
    assert_never(begun.state)


def key_of(request: web.Request) -> str | None:
    """The key that the caller gave the order, with or without the quotes of a structured header."""
    given = request.headers.getall(KEY, [])
    if not given:
        return None
    bare = given[0].removeprefix('"').removesuffix('"')
    if len(given) > 1 or not _SANE.fullmatch(bare):
        raise Refused(400, "bad_idempotency_key", words.BAD_ORDER_KEY)
    return bare


async def _kept(repeats: Repeats, name: str, holder: str, act: Act) -> web.StreamResponse:
    """Do it, and keep what is answered. What cannot be done now is answered anew the next time."""
    async with AsyncExitStack() as unless_answered:
        unless_answered.push_async_callback(_let_go, repeats, name, holder)
        try:
            response = await act()
        except Refused as no:
            answer = KeptAnswer(status=no.status, body=no.detail, code=no.code, more=no.more)
            await repeats.finish(name, answer, holder=holder)
            unless_answered.pop_all()
            raise
        await repeats.finish(name, _as_kept(response), holder=holder)
        unless_answered.pop_all()
    return response


async def _let_go(repeats: Repeats, name: str, holder: str) -> None:
    with suppress(Unavailable):  # then it is held a while longer
        await repeats.let_go(name, holder=holder)


def _as_kept(response: web.StreamResponse) -> KeptAnswer:
    body = response.body if isinstance(response, web.Response) else None
    headers = {each: response.headers[each] for each in KEPT_HEADERS if each in response.headers}
    return KeptAnswer(
        status=response.status, body=body.decode() if isinstance(body, bytes) else "", headers=headers
    )


def _again(answer: KeptAnswer | None) -> web.Response:
    if answer is None:
        raise AssertionError("what is answered has an answer")
    if answer.code is not None:
        raise Refused(answer.status, answer.code, answer.body, **answer.more)
    if not answer.body:
        return web.Response(status=answer.status, headers=answer.headers)
    body = answer.body.encode()
    return web.Response(
        status=answer.status,
        body=body,
        headers=answer.headers,
        content_type="application/json",
        charset="utf-8",
    )


def _meant(request: web.Request, asked: Asked) -> str:
    """What makes two orders the same: what is asked, of what, on which condition, and with which rights.

    Tokens of one key are one caller, and what is answered to a wide one is not for a narrow one.
    """
    condition = request.headers.get("If-Match", "")
    said, rights = asked.model_dump(mode="json"), " ".join(sorted(request[CALLER].permissions))
    return _digest(request.method, request.path, condition, json.dumps(said, sort_keys=True), rights)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
