"""GitHub's door beside a bare gidgethub handler that keeps nothing: `python -m benchmarks.door`.

One server process with uvloop, 64 connections, signed deliveries of about 14 KB, each with ids of its own;
a quarter of them somebody handles, so they go on to the engine in the same commit. The two servers take
turns. SQLite with synchronous=FULL; PostgreSQL too, in a schema of its own, where TEST_POSTGRES_URL is set.
"""

import asyncio
import gc
import hashlib
import hmac
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NamedTuple
from uuid import uuid4

import psycopg
import uvloop

SECRET: Final = "a-webhook-secret-of-32-characters"
CONNECTIONS: Final = 64
REQUESTS: Final = 6_000
ROUNDS: Final = 5
WARM_UP: Final = 500
RECORDED: Final = Path(__file__).parents[1] / "tests/contracts/data/webhooks"

# A recorded payload, and the number in it that names the act.
MIX: Final = (
    ("issue_comment", "created.4", "comment"),
    ("issues", "labeled.1", "issue"),
    ("check_run", "created.2", "check_run"),
    ("deployment_status", "created.3", "deployment_status"),
    ("issues", "opened.1", "issue"),
    ("pull_request_review_comment", "created.2", "comment"),
    ("pull_request", "synchronize.1", "pull_request"),
    ("commit_comment", "created.2", "comment"),
)

# GitHub names the App's installation in every delivery; a team has one.
INSTALLATION: Final = {"id": 1, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMQ=="}

FIGURES: Final = ("rate", "p50", "p99", "cpu")

HANDED_ON: Final = frozenset({"issue_comment.created", "deployment_status.created"})


def deliveries(run: str) -> Iterator[bytes]:
    """Endless requests, ready to be written to a socket; no two alike."""
    payloads = [
        (event, noun, json.loads((RECORDED / event / f"{name}.json").read_bytes()))
        for event, name, noun in MIX
    ]
    for number, (event, noun, payload) in enumerate(cycle(payloads), start=int(run, 16) << 20):
        payload[noun]["id"], payload["installation"] = number, INSTALLATION
        yield request(event, f"{run}-{number}", json.dumps(payload, separators=(",", ":")).encode())


def request(event: str, key: str, body: bytes) -> bytes:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        "POST /webhooks/github HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/0000000\r\n"
        f"Accept: */*\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-GitHub-Delivery: {key}\r\nX-GitHub-Event: {event}\r\nX-GitHub-Hook-ID: 1\r\n"
        "X-GitHub-Hook-Installation-Target-ID: 17\r\nX-GitHub-Hook-Installation-Target-Type: integration\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\n\r\n"
    )
    return head.encode() + body


# --- the load, in a process of its own ---------------------------------------------------------------


class Connection(asyncio.Protocol):
    """Writes the next request when the last one is answered; keeps how long each took."""

    def __init__(self, queue: Iterator[bytes], seconds: list[float]) -> None:
        self.queue, self.seconds = queue, seconds
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        following = next(self.queue, None)
        if following is None:
            self.done.set_result(None)
            self.transport.close()
            return
        self.began = perf_counter()
        self.transport.write(following)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, blank, body = self.received.partition(b"\r\n\r\n")
        if not blank or len(body) < int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]):
            return
        self.seconds.append(perf_counter() - self.began)
        self.check(head, body)
        self.received = b""
        self.send()

    def check(self, head: bytes, body: bytes) -> None:
        """An answer that is none of those that count ends the run."""
        assert head.startswith(b"HTTP/1.1 202"), head + body
        assert b'"fresh": false' not in body

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))


async def load(
    port: int, requests: list[bytes], connection: type[Connection] = Connection
) -> tuple[float, list[float]]:
    """Requests a second, and how long each took."""
    queue, seconds = iter(requests), list[float]()
    loop = asyncio.get_running_loop()
    began = perf_counter()
    opened = [
        await loop.create_connection(lambda: connection(queue, seconds), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(each.done for _, each in opened))
    return len(requests) / (perf_counter() - began), seconds


def fire(port: str, run: str, count: str) -> None:
    """Build everything first, then send it as fast as it is answered; prints the figures."""
    fired(int(port), list(islice(deliveries(run), int(count))))


def fired(port: int, requests: list[bytes], connection: type[Connection] = Connection) -> None:
    """Send them, and print the figures."""
    gc.freeze()
    rate, seconds = uvloop.run(load(port, requests, connection))
    cuts = statistics.quantiles(seconds, n=100)
    print(json.dumps({"rate": rate, "p50": cuts[49] * 1000, "p99": cuts[98] * 1000}))


# --- the two servers, each in a process of its own -----------------------------------------------------


async def serve_bare() -> None:
    """gidgethub and aiohttp: check the signature, parse, route to a handler that does nothing."""
    from aiohttp import web
    from gidgethub import routing, sansio

    router = routing.Router()

    @router.register("issue_comment", action="created")
    async def created(event: sansio.Event) -> None: ...

    async def receive(incoming: web.Request) -> web.Response:
        event = sansio.Event.from_http(incoming.headers, await incoming.read(), secret=SECRET)
        await router.dispatch(event)
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/webhooks/github", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await until_told(runner.addresses[0][1])


@asynccontextmanager
async def inbox_on(url: str, observer: Any, handed_on: frozenset[str] = HANDED_ON) -> AsyncIterator[Any]:
    """The inbox as it is kept; nobody works the queues here."""
    from bot.infrastructure.database import Database
    from bot.infrastructure.engine import Engine
    from bot.infrastructure.inbox import Inbox
    from bot.infrastructure.outbox import Outbox

    engine = Engine(url=url, executor="benchmark", listens_to=())
    pool = engine.configure()
    await engine.launch()
    database, outbox = await Database.open(url), Outbox()
    await database.migrate()
    inbox = Inbox(database, outbox, handed_on.__contains__, observer)
    yield inbox
    await inbox.close()
    outbox.close()
    await database.close()
    await engine.stop(pool)


async def serve_ours(url: str) -> None:
    """The door as it is served, with its logs and figures."""
    from bot.infrastructure.clock import UtcClock
    from bot.infrastructure.metrics import MeteringObserver, Metrics
    from bot.infrastructure.redaction import LiveSecrets
    from bot.infrastructure.telemetry import set_up_logs
    from bot.web.gateway import build_app, listening
    from bot.web.health import HealthDoor
    from bot.web.setup import SetUpDoor
    from bot.web.webhooks import GitHubDoor

    set_up_logs(level="warning", form="json", secrets=LiveSecrets())
    metrics, secrets = Metrics(), (SECRET.encode(),)
    async with inbox_on(url, MeteringObserver(metrics)) as inbox:
        github = GitHubDoor(inbox=inbox, secrets=secrets, app_id="17", clock=UtcClock(), metrics=metrics)
        health = HealthDoor(needs={}, states={}, metrics=metrics, metrics_token=None, is_public=False)
        setup = SetUpDoor(token=None, steps=())
        app = build_app(github=github, health=health, setup=setup, metrics=metrics)
        async with listening(app, host="127.0.0.1", port=0) as port:
            await until_told(port)


async def until_told(port: int) -> None:
    """Tell the port, then serve until standard input ends."""
    gc.collect()
    gc.freeze()
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


# --- the comparison -----------------------------------------------------------------------------------


class Server(NamedTuple):
    """Where it listens, and what it has used."""

    port: str
    pid: int

    def used(self) -> float:
        """Seconds of processor time, of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(*what: str, module: str = "benchmarks.door") -> Iterator["Server"]:
    """A server in a process of its own."""
    command = [sys.executable, "-m", module, *what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(port=process.stdout.readline().strip(), pid=process.pid)
        finally:
            process.stdin.close()
            process.wait(timeout=20)


def shot(at: Server, count: int = REQUESTS, *, module: str = "benchmarks.door") -> dict[str, float]:
    """The figures of so many deliveries, with the processor time that each took there."""
    command = [sys.executable, "-m", module, "fire", at.port, uuid4().hex[:8], str(count)]
    began = at.used()
    figures: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return figures | {"cpu": (at.used() - began) / count * 1_000_000}


def compare(name: str, url: str, *, module: str = "benchmarks.door") -> None:
    """Five rounds, turn by turn; the median of each figure, and of the ratio of each round."""
    fire = partial(shot, module=module)
    with server("bare", module=module) as bare, server("ours", url, module=module) as ours:
        fire(bare, WARM_UP), fire(ours, WARM_UP)
        rounds = [(fire(bare), fire(ours)) for _ in range(ROUNDS)]
    for label, figures in (
        ("bare handler, keeps nothing", [b for b, _ in rounds]),
        (f"door on {name}", [o for _, o in rounds]),
    ):
        rate, p50, p99, cpu = (statistics.median(f[key] for f in figures) for key in FIGURES)
        print(f"{label:<30} {rate:7.0f}/s   p50 {p50:5.1f} ms   p99 {p99:5.1f} ms   {cpu:4.0f} us busy")
    ratios = sorted(o["rate"] / b["rate"] for b, o in rounds)
    print(f"{'':<30} ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


@contextmanager
def schema_of_its_own(url: str) -> Iterator[str]:
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            yield f"{url}?options=-csearch_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def on_both(measured: Callable[[str, str], None]) -> None:
    """On a SQLite file of its own and, where there is a server, on PostgreSQL: by name and address."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as directory:
        measured("SQLite", f"sqlite:///{directory}/bot.db")
    if url := os.environ.get("TEST_POSTGRES_URL"):
        with schema_of_its_own(url) as own:
            measured("PostgreSQL", own)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare"]:
            uvloop.run(serve_bare())
        case ["ours", address]:
            uvloop.run(serve_ours(address))
        case ["fire", port, run, count]:
            fire(port, run, count)
        case _:
            on_both(compare)
