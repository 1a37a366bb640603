"""Requests of nobody's, made up at random, over a real socket: `python -m tests.doors.fuzz 100000`."""

import asyncio
import logging
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from bot.infrastructure.database import Database
from bot.web.api import ROUTES
from bot.web.api_docs import DOCUMENT, PAGE, SHEET, page_of
from bot.web.api_door import PREFIX
from bot.web.gateway import listening
from tests.doors.api_filled import filled
from tests.doors.api_places import ADA, AT_HAND, EVE, NAMES, OPEN, SECOND, THEIR_OWN
from tests.doors.matrix import arranged, opened_on

CONNECTIONS: Final = 8
SECONDS: Final = 10.0
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get")
NAMED: Final = (AT_HAND, OPEN, THEIR_OWN, "nothing001", "..", "%2e%2e", "%00", "a" * 300, "%ff", "é", "")
OTHER: Final = (
    *("/", "/auth/token", "/auth/token/revoke", "/.well-known/jwks.json", "/healthz", "/metrics"),
    *(PAGE, f"{PAGE}/", f"{PAGE}?x=%ff", f"{PAGE}%00", SHEET, DOCUMENT, "/api/", "/api"),
)
MORE: Final = (
    "/api/v2/me",
    "//api/v1/me",
    "/api/v1//me",
    "/api/v1/me/",
    "/api/v1/../v1/me",
    "*",
)
NAMES_OF_HEADERS: Final = (
    *("Accept", "Authorization", "Content-Type", "Cookie", "Forwarded", "If-Match", "If-None-Match"),
    *("Idempotency-Key", "Last-Event-ID", "Origin", "X-CSRF-Token", "X-Forwarded-For", "X-Request-Id"),
    *("Content-Encoding", "Range", "Upgrade", "X-HTTP-Method-Override", "Sec-Fetch-Site"),
)
VALUES: Final = (
    *("*", "", "Bearer", "Bearer x", "Basic YTpi", "application/json", "text/event-stream", "gzip", "0"),
    *(
        "session=" + "a" * 43,
        "__Host-session=x",
        "100-continue",
        "websocket",
        "bytes=0-",
        "127.0.0.1",
        "\xff",
    ),
    *("Bearer ccb_" + "0" * 12 + "_" + "0" * 49, "Bearer eyJhbGciOiJub25lIn0.e30.", '"x"', "W/", "a" * 4000),
)
EXPECTED: Final = ("100-continue", "100-Continue", "", "a-miracle", "\xff", "100-continue\xe9", "\x80" * 2000)
BODIES: Final = (
    *(b"", b"{}", b"[]", b"{", b"null", b'{"repository":"acme/shop"}', b"\x00\xff", b'{"a":' * 500),
    *(b"grant_type=api_key&api_key=x", b"grant_type=refresh_token&refresh_token=%ff", b"x" * 20_000),
)
SECRET: Final = (*NAMES.values(), ADA.login, EVE.login, AT_HAND, OPEN, SECOND, THEIR_OWN)
TOLD: Final = [(name.encode(), re.compile(rf"\b{re.escape(name)}\b".encode())) for name in SECRET]
PUBLISHED: Final = page_of().encode()
"""The page of the API, whose examples are called as what is there is; it is the same for everybody."""

STATUS: Final = re.compile(rb"(?:HTTP/1\.1 100 Continue\r\n\r\n)?HTTP/1\.[01] (\d{3}) ")


@dataclass(slots=True)
class Seen:
    """What came of it."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[tuple[bytes, bytes]] = field(default_factory=list)
    leaks: list[tuple[bytes, bytes]] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())


def made_up(chance: random.Random) -> bytes:
    """One request, whole, after which the connection ends."""
    target, method = target_of(chance), chance.choice(METHODS)
    body = chance.choice(BODIES) if chance.random() < 0.6 else chance.randbytes(chance.randrange(200))
    lines = [
        f"{method} {target} HTTP/1.{chance.choice('1110')}",
        "Host: bot.example.org",
        "Connection: close",
    ]
    names = chance.sample(NAMES_OF_HEADERS, chance.randrange(5))
    lines += [f"{name}: {chance.choice(VALUES)}" for name in names]
    lines += [f"Expect: {chance.choice(EXPECTED)}"] if chance.random() < 0.1 else []
    length = len(body) if chance.random() < 0.95 else chance.choice((0, -1, 10**12))
    lines += [f"Content-Length: {length}"] if body or chance.random() < 0.5 else []
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def target_of(chance: random.Random) -> str:
    """Mostly a route of the API, with something in its braces."""
    if chance.random() < 0.2:
        return chance.choice(OTHER + MORE)
    path = re.sub(r"{\w+}", lambda _: chance.choice(NAMED), PREFIX + chance.choice(ROUTES).path)
    return path + chance.choice((
        "",
        "",
        "?limit=1",
        "?q=%00",
        "?at=x",
        "?cursor=%ff",
        "?key=x",
        "?" + "a" * 300,
    ))


async def asked(port: int, request: bytes) -> bytes:
    """All that is answered until the connection ends; the body is not waited for that never comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await asyncio.wait_for(reader.read(), SECONDS)
    except ConnectionError:
        return b""  # it was closed while we still wrote
    finally:
        writer.close()


def noted(seen: Seen, request: bytes, answer: bytes) -> None:
    """Whether it failed, and whether it tells of anything that is there and was not in the question."""
    status = STATUS.match(answer)
    seen.statuses[int(status[1]) if status else 0] += 1
    if status and status[1] == b"500":
        seen.failures.append((request, answer))
    told_of = answer.replace(PUBLISHED, b"")
    if any(name not in request and told.search(told_of) for name, told in TOLD):
        seen.leaks.append((request, answer))


async def fuzzed(port: int, *, most: int, seed: int) -> Seen:
    """So many requests, some at a time."""
    seen, chance = Seen(), random.Random(seed)  # noqa: S311  no secret
    requests = (made_up(chance) for _ in range(most))

    async def one_after_another() -> None:
        for request in requests:
            noted(seen, request, await asked(port, request))

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(one_after_another())
    return seen


@asynccontextmanager
async def served(place: Path) -> AsyncIterator[int]:
    """The application on a database with something in every place; the port it listens at."""
    url = f"sqlite:///{place}/bot.db"
    texts = await filled(url)
    database = await Database.open(url)
    await arranged(database, texts)
    async with listening(opened_on(database, texts, "admin").application(), host="127.0.0.1", port=0) as port:
        yield port
    await database.close()


async def main(most: int, seed: int = 0) -> Seen:
    """Tell what came of so many."""
    with tempfile.TemporaryDirectory() as place:
        async with served(Path(place)) as port:
            seen = await fuzzed(port, most=most, seed=seed)
    told = ", ".join(f"{status or 'none'}: {number}" for status, number in sorted(seen.statuses.items()))
    sys.stdout.write(
        f"{seen.answered} requests; {len(seen.failures)} of 500, {len(seen.leaks)} leaks; {told}\n"
    )
    for request, answer in [*seen.failures, *seen.leaks][:10]:
        sys.stdout.write(f"{request[:300]!r}\n  {answer[:600]!r}\n")
    return seen


if __name__ == "__main__":
    logging.disable()  # what the parser says of each
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    found = asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
    sys.exit(1 if found.failures or found.leaks else 0)
