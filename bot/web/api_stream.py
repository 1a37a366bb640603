"""What happens to an integration, as it happens: server-sent events, each with its version as id."""

import asyncio
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bot.api_records import Caller
from bot.application.callers import NotRecognised
from bot.application.live import Line, TooMany
from bot.application.reading import FACTS_AT_ONCE, NotFound
from bot.domain.states import MOVES, State
from bot.records import Recorded, Refused, Unavailable
from bot.web import api_words as words
from bot.web.api_door import ApiDoor
from bot.web.api_gateway import AGAIN, CALLER, HEADERS, right_of
from bot.web.api_live_shapes import Ended, StreamAsked, StreamEnd
from bot.web.api_told import event_told

EVENT_STREAM: Final = "text/event-stream"
BEAT: Final = b": still here\n\n"
RETRY_SECONDS: Final = 3
SPREAD_MILLISECONDS: Final = 4_000
FULL_SECONDS: Final = 10
NEWEST_VERSION: Final = 2**31 - 1


class _TooSlow(Exception):
    """The reader does not take what is sent."""


async def stream_events(door: ApiDoor, request: web.Request, asked: StreamAsked) -> web.StreamResponse:
    """What happens to it, as it happens: server-sent events from behind the one that Last-Event-ID names."""
    caller, integration_id = request[CALLER], request.match_info["id"]
    after = after_of(request, asked)
    row = await door.reading.one(caller, integration_id)
    if after and not await door.reading.facts(caller, integration_id, after=after - 1, most=1):
        raise Refused(400, "bad_event_id", words.BAD_EVENT_ID)
    if _is_over(row["state"]) and after >= row["version"]:
        return web.Response(status=204)  # the one answer after which a browser does not come again
    with refused_where_full(request):
        async with door.live.line(caller.id, integration_id) as line:
            telling = _Telling(door, request, caller, integration_id, line, last=after)
            return await telling.told()


def after_of(request: web.Request, asked: StreamAsked) -> int:
    """The version that the reader has; a browser that comes again says it in a header. Raises Refused."""
    given = request.headers.get("Last-Event-ID")
    if not given:
        return asked.after
    if not (given.isascii() and given.isdecimal() and len(given) <= len(str(NEWEST_VERSION))):
        raise Refused(400, "bad_event_id", words.BAD_EVENT_ID)
    return min(int(given), NEWEST_VERSION)


@contextmanager
def refused_where_full(request: web.Request) -> Iterator[None]:
    """No place is told with when to come again. Raises Refused."""
    try:
        yield
    except TooMany as no:
        request[HEADERS]["Retry-After"] = str(FULL_SECONDS)
        if no.is_full:
            raise Refused(503, "streams_full", words.STREAMS_FULL) from None
        raise Refused(429, "too_many_streams", words.TOO_MANY_STREAMS) from None


@dataclass(slots=True)
class _Telling:
    """One stream: what its reader has by now, and when it is to be looked after again."""

    door: ApiDoor
    request: web.Request
    caller: Caller
    integration_id: str
    line: Line
    last: int
    response: web.StreamResponse = field(
        default_factory=lambda: web.StreamResponse(
            headers={"Content-Type": EVENT_STREAM, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
    )
    beat_at: float = 0.0
    ask_at: float = 0.0
    allowed_at: float = 0.0

    async def told(self) -> web.StreamResponse:
        """All of it, until it ends; who does not take it is cut off, and comes again if they like."""
        await self.response.prepare(self.request)
        self.allowed_at, self.ask_at = _now(), self._next_asking()
        try:
            await self._write(b"retry: %d\n\n" % (RETRY_SECONDS * 1000))
            why = await self._until_it_ends()
            await self._write(end_of(why))
        except _TooSlow:
            self.door.live.cut_off += 1
            if self.request.transport is not None:
                self.request.transport.abort()
        except ConnectionError:
            pass
        return self.response

    async def _until_it_ends(self) -> Ended:
        try:
            await self._what_was()
            while not await self._is_over():
                if why := await self._what_comes():
                    return why
        except Unavailable:
            return "unavailable"
        except (NotFound, NotRecognised, Refused):
            return "not_allowed"
        return "over"

    async def _what_was(self) -> None:
        """What happened before anybody listened; from then on the line has it."""
        pages = self.door.reading.pages
        while some := await pages.facts(self.integration_id, after=self.last, most=FACTS_AT_ONCE):
            await self._look_after()
            await self._tell(some)

    async def _what_comes(self) -> Ended | None:
        """Tell what has come, until something has; why it ends, if it does."""
        while not (facts := await self.line.taken(seconds=max(0.0, self.ask_at - _now()))):
            if self.line.is_closed:
                return "stopping"
            await self._look_after()
        if self.line.is_behind:
            raise _TooSlow
        await self._look_after()
        await self._tell(facts)
        return None

    async def _look_after(self) -> None:
        """Whether the reader is there, and may read: asked again each second. Raises what says no."""
        if self.line.is_behind:
            raise _TooSlow
        if self.request.transport is None or self.request.transport.is_closing():
            raise ConnectionResetError
        if _now() >= self.ask_at:
            await self._ask()
        if _now() >= self.beat_at:
            await self._write(BEAT)

    async def _ask(self) -> None:
        """A no ends it at once; that nobody answers is borne with for a while, so that a database which is
        away for a moment does not send every reader away.
        """
        try:
            caller = await self.request[AGAIN]()
            if right_of(self.request).needs not in caller.permissions:
                raise NotRecognised("scope_missing")
            await self.door.reading.one(caller, self.integration_id)
        except Unavailable:
            if _now() >= self.allowed_at + self.door.pace.bears:
                raise
        else:
            self.allowed_at = _now()
        self.ask_at = self._next_asking()

    def _next_asking(self) -> float:
        """All streams ask at the same moments, so that the database hears it as one question."""
        return (_now() // self.door.pace.asks + 1) * self.door.pace.asks

    async def _is_over(self) -> bool:
        row = await self.door.reading.integrations.get(self.integration_id)
        return row is not None and _is_over(row["state"]) and self.last >= row["version"]

    async def _tell(self, facts: Iterable[Recorded]) -> None:
        """Those that the reader has not been told."""
        for fact in facts:
            if fact.version > self.last:
                await self._write(message_of(fact))
                self.last = fact.version

    async def _write(self, content: bytes) -> None:
        try:
            async with asyncio.timeout(self.door.pace.writes):
                await self.response.write(content)
        except TimeoutError:
            raise _TooSlow from None
        self.beat_at = _now() + self.door.pace.beats


def message_of(fact: Recorded) -> bytes:
    """One event as the stream has it; it is the same for all who follow."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (fact.version, fact.type.encode(), event_told(fact))


def end_of(why: Ended) -> bytes:
    """The last message. All who are to come again are not to come at once, so each is told another time."""
    again = why in {"stopping", "unavailable"}
    retry = f"retry: {1_000 + secrets.randbelow(SPREAD_MILLISECONDS)}\n" if again else ""
    return f"{retry}event: end\ndata: {StreamEnd(why=why).model_dump_json()}\n\n".encode()


def _is_over(state: str) -> bool:
    """Whether nothing follows from that state any more."""
    return not MOVES[State(state)]


def _now() -> float:
    return asyncio.get_running_loop().time()
