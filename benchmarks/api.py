"""The questions of the API beside a bare handler that answers the same bytes: `python -m benchmarks.api`.

10,000 integrations and 1,000,000 facts, or as many as are asked for (`python -m benchmarks.api 10000 10`);
one caller, 32 connections, the two servers in turns, each a process with uvloop. What GitHub says of the
caller is known; key, quota and log are as in production. SQLite, and PostgreSQL where TEST_POSTGRES_URL is
set; a database that was filled before where BENCHMARK_FILLED is its address; as many requests in each round
as BENCHMARK_REQUESTS says. Busy is the server's processor time for one request: of all figures here it says
least of what else the machine does.
"""

import asyncio
import gc
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Any, Final

import uvloop

from benchmarks.door import Server, on_both, until_told
from benchmarks.large import INSTALLATION, Size, fill, id_of

SECRET: Final = b"a secret of a benchmark, 32 bytes and more"
CONNECTIONS: Final = 32
REQUESTS: Final = int(os.environ.get("BENCHMARK_REQUESTS", "1500"))
FIGURES: Final = ("rate", "p50", "p95", "p99", "busy")
ROUNDS: Final = 3
ONE: Final = f"/api/v1/integrations/{id_of(77)}"
ASKED: Final = {
    "get": ONE,
    "list": "/api/v1/integrations",
    "list, by state": "/api/v1/integrations?state=failed",
    "list, by repository": "/api/v1/integrations?repository=acme/repository-3",
    "list, by requester": "/api/v1/integrations?requested_by=person-7",
    "list, found": "/api/v1/integrations?q=repository-3",
    "list, not found": "/api/v1/integrations?q=nowhere",
    "counts": "/api/v1/integration-counts",
    "events": f"{ONE}/events",
}


# --- the load --------------------------------------------------------------------------------------


class Connection(asyncio.Protocol):
    """Asks again as soon as it is answered; keeps how long each answer took."""

    def __init__(self, request: bytes, left: list[int], seconds: list[float]) -> None:
        self.request, self.left, self.seconds, self.received = request, left, seconds, b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        if not self.left[0]:
            self.done.set_result(None)
            self.transport.close()
            return
        self.left[0] -= 1
        self.began = perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, blank, body = self.received.partition(b"\r\n\r\n")
        if not blank or len(body) < int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]):
            return
        assert head.startswith(b"HTTP/1.1 200"), head + body
        self.seconds.append(perf_counter() - self.began)
        self.received = b""
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))


async def load(port: int, request: bytes, count: int) -> dict[str, float]:
    loop, left, seconds = asyncio.get_running_loop(), [count], list[float]()
    began = perf_counter()
    make = partial(Connection, request, left, seconds)
    opened = [await loop.create_connection(make, "127.0.0.1", port) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(connection.done for _, connection in opened))
    rate, cuts = count / (perf_counter() - began), statistics.quantiles(seconds, n=100)
    return {"rate": rate, "p50": cuts[49] * 1e3, "p95": cuts[94] * 1e3, "p99": cuts[98] * 1e3}


# --- the two servers ---------------------------------------------------------------------------------


async def serve_bare(port: str, key: str) -> None:
    """The very bytes that the other server answers, and nothing else."""
    from aiohttp import web

    app = web.Application()
    for path in dict.fromkeys(path.partition("?")[0] for path in ASKED.values()):
        pages = {
            each.partition("?")[2]: await asyncio.to_thread(answer, port, key, each)
            for each in ASKED.values()
            if each.partition("?")[0] == path
        }

        async def tell(request: web.Request, pages: dict[str, bytes] = pages) -> web.Response:
            return web.Response(body=pages[request.query_string], content_type="application/json")

        app.router.add_get(path, tell)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await until_told(runner.addresses[0][1])


def answer(port: str, key: str, path: str) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request) as told:  # noqa: S310  the same
        return bytes(told.read())


async def serve_ours(url: str) -> None:  # noqa: PLR0915  imports, and parts that meet
    """The API as it is served; GitHub's word is a constant."""
    from bot.application.keys import recognised, still_counts
    from bot.application.live import Live
    from bot.application.reading import Reading
    from bot.domain.access import stream_of
    from bot.infrastructure.api_keys import ApiKeys
    from bot.infrastructure.cache import weighed
    from bot.infrastructure.clock import UtcClock
    from bot.infrastructure.crypto import Crypto
    from bot.infrastructure.cursors import Cursors
    from bot.infrastructure.database import Database
    from bot.infrastructure.event_store import EventStore
    from bot.infrastructure.feed import Feed
    from bot.infrastructure.kept_rows import KeptRows
    from bot.infrastructure.metrics import Metrics
    from bot.infrastructure.news import News
    from bot.infrastructure.observing import Nobody
    from bot.infrastructure.pages import Pages
    from bot.infrastructure.rate_limits import RateLimits
    from bot.infrastructure.read_models import ReadModels
    from bot.infrastructure.redaction import LiveSecrets
    from bot.infrastructure.roles import Roles
    from bot.infrastructure.shared import Unshared
    from bot.infrastructure.standing import Standing
    from bot.infrastructure.telemetry import line_of, set_up_logs
    from bot.web.api_door import ApiDoor
    from bot.web.api_gateway import Guards
    from bot.web.gateway import build_app, listening
    from bot.web.health import HealthDoor
    from bot.web.lane import Retelling

    async def role_name(*_: object) -> str:
        return "read"

    set_up_logs(level="info", form="json", secrets=LiveSecrets())
    database, crypto, clock, metrics = await Database.open(url), Crypto(SECRET), UtcClock(), Metrics()
    windows = {60: 10_000_000, 3_600: 100_000_000}
    limits = [RateLimits(kind, windows, crypto) for kind in ("key", "address")]
    news, models, pages = News(database), ReadModels(database), Pages(database)
    kept, roles = KeptRows(models, pages, news, Unshared()), Roles(role_name)
    unasked: Any = None  # nothing else is asked for here
    door = ApiDoor(
        guards=Guards(
            recognise=partial(recognised, keys=ApiKeys(database, crypto, news), clock=clock),
            callers=limits[0],
            strangers=limits[1],
            policy="none",
        ),
        reading=Reading(
            pages=pages,
            integrations=models,
            kept=kept,
            log=EventStore(database, clock, lambda *_: None, Nobody()),
            role_name=roles.name,
            known_role=roles.known,
            owners=frozenset(),
        ),
        cursors=Cursors(crypto),
        live=Live(Feed(database), each=1_000, total=1_000),
        resources=unasked,
        orders=unasked,
        repeats=unasked,
        keys=unasked,
        members=unasked,
        retelling=Retelling(
            answers=weighed(8 * 1024 * 1024, lambda each: each.size),
            standing=Standing(database, news, roles.ends, access=stream_of),
            counts=partial(still_counts, clock=clock),
            said=line_of,
        ),
    )
    health = HealthDoor(needs={}, states={}, metrics=metrics, metrics_token=None, is_public=False)
    app = build_app(health=health, metrics=metrics, api=door)
    async with listening(app, host="127.0.0.1", port=0) as port:
        gc.freeze()  # as the bot does
        await until_told(port)


# --- the comparison ------------------------------------------------------------------------------------


def shot(at: Server, request: bytes) -> dict[str, float]:
    """The figures of so many requests, with the processor time that each took there."""
    began = at.used()
    figures = uvloop.run(load(int(at.port), request, REQUESTS))
    return figures | {"busy": (at.used() - began) / REQUESTS * 1e6}


@contextmanager
def server(*what: str) -> Iterator[Server]:
    """A server in a process of its own. What it logs is written, and read by nobody."""
    command = [sys.executable, "-m", "benchmarks.api", *what]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(port=process.stdout.readline().strip(), pid=process.pid)
        finally:
            process.stdin.close()
            process.wait(timeout=20)


async def filled(url: str, size: Size) -> str:
    """The database with everything in it; the key with which to ask."""
    from bot.application.keys import create
    from bot.infrastructure.api_keys import ApiKeys
    from bot.infrastructure.clock import UtcClock
    from bot.infrastructure.crypto import Crypto
    from bot.infrastructure.database import Database
    from bot.records import Actor

    database = await Database.open(url)
    await database.migrate()
    if size.integrations:
        began = perf_counter()
        await fill(database, size)
        print(f"{size.integrations} of {size.facts} facts each written in {perf_counter() - began:.0f} s")
    keys, ada = ApiKeys(database, Crypto(SECRET)), Actor(id=1, login="ada")
    _, key = await create(
        keys, person=ada, installation_id=INSTALLATION, scopes=["read"], days=1, now=UtcClock().now()
    )
    await database.close()
    return key


def compare(name: str, url: str, size: Size) -> None:
    """Each question in turns; the median of each figure, and of the ratio of each round."""
    key = uvloop.run(filled(url, size))
    with server("ours", url) as ours, server("bare", ours.port, key) as bare:
        print(f"load {os.getloadavg()[0]:.1f}")
        print(f"{name:<20} {'a second':>8} {'p50':>7} {'p95':>7} {'p99':>7} ms {'busy':>6} us", end="")
        print(f" {'bare':>8} {'busy':>6} us  ratio, of busy")
        for label, path in ASKED.items():
            head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
            shots = [[shot(each, head) for each in (ours, bare)] for _ in range(ROUNDS)]
            mine, rest = (
                {of: statistics.median(each[who][of] for each in shots) for of in FIGURES} for who in (0, 1)
            )
            rate = statistics.median(our["rate"] / other["rate"] for our, other in shots)
            busy = statistics.median(other["busy"] / our["busy"] for our, other in shots)
            told = " ".join(f"{mine[each]:7.1f}" for each in ("p50", "p95", "p99"))
            print(f"{label:<20} {mine['rate']:8.0f} {told}    {mine['busy']:6.0f}", end="")
            print(f"    {rest['rate']:8.0f} {rest['busy']:6.0f}     {rate:.2f}   {busy:.2f}", flush=True)


def main(size: Size) -> None:
    if url := os.environ.get("BENCHMARK_FILLED"):
        compare("filled before", url, Size(integrations=0))
    else:
        on_both(partial(compare, size=size))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare", port, key]:
            uvloop.run(serve_bare(port, key))
        case ["ours", address]:
            uvloop.run(serve_ours(address))
        case [integrations, facts]:
            main(Size(integrations=int(integrations), facts=int(facts)))
        case _:
            main(Size())
