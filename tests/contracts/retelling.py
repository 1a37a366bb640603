"""Two processes on one database: one tells answers again, the other never does; asked over their sockets."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_parts
from functools import cached_property, partial
from typing import Final

from bot.api_records import Caller
from bot.application.callers import NotRecognised
from bot.application.keys import still_counts
from bot.application.reading import Reading
from bot.domain.access import stream_of
from bot.infrastructure.cache import weighed
from bot.infrastructure.database import Database
from bot.infrastructure.news import Mark as Seen
from bot.infrastructure.rate_limits import RateLimits
from bot.infrastructure.roles import Roles
from bot.infrastructure.sessions import Sessions
from bot.infrastructure.standing import Standing
from bot.infrastructure.telemetry import line_of
from bot.web.api_door import PREFIX, ApiDoor
from bot.web.api_gateway import Guards
from bot.web.gateway import build_app, listening
from bot.web.health import HealthDoor
from bot.web.lane import FOUND, Retelling
from bot.web.leaving import Leaving
from bot.web.retelling import OWN
from tests.doors.api import Opened
from tests.doors.api_places import ADA, ISSUER, OURS

OWN_LINES: Final = re.compile(rb"(\r\n(?:%b): )[^\r]*|(\"request_id\": )\"[^\"]*" % "|".join(OWN).encode())
TRIES: Final = 5


@dataclass(kw_only=True)
class OfSessions:
    """Sessions as they are kept in the database, of somebody in our installation."""

    sessions: Sessions

    def is_shown(self, request: object) -> bool:
        return "Authorization" not in request.headers and "session" in request.cookies  # type: ignore[attr-defined]

    def text_of(self, request: object) -> str:
        return str(request.cookies["session"])  # type: ignore[attr-defined]

    async def caller(self, request: object, *, field: str | None = None) -> Caller:
        assert field is None
        session = await self.sessions.get(self.text_of(request))
        if session is None:
            raise NotRecognised("session_over")
        return Caller(
            id="person-1",
            means="session",
            person=ADA,
            installation_id=OURS,
            permissions=frozenset({"integration:read"}),
            expires_at=session.created_at,
        )


@dataclass(kw_only=True)
class Retold(Opened):
    """The API of one process; it tells again unless it is told not to."""

    retells: bool = True
    redis_url: str | None = None
    found: Counter[tuple[str, ...]] = field(default_factory=Counter)
    leaving: Leaving = field(default_factory=Leaving)
    room: int = 100_000
    port: int = 0

    @cached_property
    def roles(self) -> Roles:
        def mark(installation_id: int) -> Seen:
            return self.news.mark(stream_of(installation_id))

        return Roles(self.github.role_name, mark=mark, timer=self.clock.seconds)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.database, self.crypto, ISSUER.address)

    def limits(self, kind: str) -> RateLimits:
        return RateLimits(kind, self.rates, self.crypto, timer=self.clock.seconds, redis_url=self.redis_url)

    def reading(self) -> Reading:
        return with_parts(super().reading(), role_name=self.roles.name, known_role=self.roles.known)

    def guards(self) -> Guards:
        return with_parts(super().guards(), by_session=OfSessions(sessions=self.sessions))

    def door(self, guards: Guards | None = None) -> ApiDoor:
        retelling = Retelling(
            answers=weighed(self.room, lambda each: each.size),
            standing=Standing(
                self.database, self.news, self.roles.ends, access=stream_of, timer=self.clock.seconds
            ),
            counts=partial(still_counts, clock=self.clock),
            said=line_of,
            found=self.found,
        )
        return with_parts(super().door(guards), retelling=retelling if self.retells else None)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        health = HealthDoor(
            needs={},
            states={},
            metrics=self.metrics,
            metrics_token=None,
            is_public=False,
            leaving=self.leaving,
        )
        guards = self.guards()
        app = build_app(
            health=health, metrics=self.metrics, api=self.door(guards), tokens=self.tokens(guards)
        )
        async with listening(app, host="127.0.0.1", port=0) as self.port:
            yield

    @property
    def told_again(self) -> int:
        return self.found[FOUND]

    async def asked(self, path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
        """One request over a connection of its own; the answer to the byte."""
        lines = [f"{method} {PREFIX}{path} HTTP/1.1", "Host: x", *headers, "", ""]
        return await answered(self.port, "\r\n".join(lines).encode() + body, has_body=method != "HEAD")

    async def warmed(self, path: str, *headers: str) -> bytes:
        """Asked until it is told again; that answer."""
        for _ in range(TRIES):
            before, answer = self.told_again, await self.asked(path, *headers)
            if self.told_again > before:
                return answer
        raise AssertionError(f"{path} is never told again")


@dataclass(frozen=True, kw_only=True)
class Both:
    """A process that tells again, and one on the same database that does not."""

    front: Retold
    twin: Retold

    async def alike(self, path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
        """What both answer, but for what is each answer's own."""
        mine = await self.front.asked(path, *headers, method=method, body=body)
        other = await self.twin.asked(path, *headers, method=method, body=body)
        assert without_own(mine) == without_own(other), (mine, other)
        return mine


async def answered(port: int, request: bytes, *, has_body: bool = True) -> bytes:
    """What is answered over a connection of its own: the head, and as much behind it as that says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0] or 0)
    body = await reader.readexactly(length if has_body and not head.startswith(b"HTTP/1.1 304") else 0)
    writer.close()
    return head + body


def without_own(answer: bytes) -> bytes:
    return OWN_LINES.sub(rb"\1\2", answer)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def header_of(answer: bytes, name: str) -> str:
    lines = (line.partition(": ") for line in answer.partition(b"\r\n\r\n")[0].decode().split("\r\n"))
    return next((text for given, _, text in lines if given.lower() == name.lower()), "")


async def another(database: Database, like: Retold, **changes: object) -> Retold:
    """A process on this database, with the same clock and the same GitHub."""
    return with_parts(like, database=database, found=Counter(), leaving=Leaving(), **changes)  # type: ignore[arg-type]
