"""A GitHub that says what it is told to say, true or not, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.resilience import Policy
from bot.records import Repository

ERP = Repository(id=7, full_name="acme/erp", installation_id=70)
CRM = Repository(id=8, full_name="beta/crm", installation_id=80)
NAMES = {7: "acme/erp", 8: "beta/crm"}
APP_ID = 4711
TOKEN = "ghs_canary"


@cache
def private_key() -> str:
    """A key as GitHub hands it out."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Says:
    """One answer: JSON, or raw bytes; `cut` ends the connection after these bytes, `hang` never answers."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bytes | None = None
    hang: bool = False


class Hostile:
    """Says in order what is in `says`, then `{}` forever; tokens are made unless `mints` says otherwise."""

    def __init__(self) -> None:
        self.says: list[Says] = []
        self.mints: list[Says] = []
        self.names = dict(NAMES)
        self.expires_at = "2099-01-01T00:00:00Z"
        self.heard: list[Heard] = []
        self.minted: list[Heard] = []
        self.url = ""

    def will(self, *answers: Says) -> None:
        self.says.extend(answers)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        heard = await _heard(request)
        if request.path.endswith("/access_tokens"):
            self.minted.append(heard)
            return await _response(request, self.mints.pop(0) if self.mints else self._token(heard))
        self.heard.append(heard)
        return await _response(request, self.says.pop(0) if self.says else Says())

    def _token(self, heard: Heard) -> Says:
        number = heard.body["repository_ids"][0]
        return Says(
            201,
            {
                "token": f"{TOKEN}{len(self.minted)}",
                "expires_at": self.expires_at,
                "repositories": [{"id": number, "full_name": self.names[number]}],
            },
        )


async def _heard(request: web.Request) -> Heard:
    text = await request.text()
    body = json.loads(text) if text else None
    return Heard(request.method, request.path_qs, request.headers.copy(), body)


async def _response(request: web.Request, says: Says) -> web.StreamResponse:
    if says.hang:
        await asyncio.Event().wait()
    if says.cut is not None and request.transport:
        request.transport.write(says.cut)
        request.transport.close()
    if says.raw is not None:
        return web.Response(status=says.status, body=says.raw, headers=says.headers)
    return web.json_response(says.body, status=says.status, headers=says.headers)


@dataclass
class Watch:
    """A clock that stands still until it is set."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Side:
    """The two ends of the wire."""

    app: GitHubApp
    hostile: Hostile
    watch: Watch


class Heedful:
    """An observer with a memory."""

    def __init__(self) -> None:
        self.points: list[str] = []

    def before(self, point: str) -> None:
        self.points.append(f"before {point}")

    def after(self, point: str) -> None:
        self.points.append(f"after {point}")


def policy(*, attempt_seconds: float = 5, threshold: int = 100, observer: Heedful | None = None) -> Policy:
    return Policy(
        "github",
        concurrency=16,
        attempt_seconds=attempt_seconds,
        deadline_seconds=5,
        threshold=threshold,
        observer=observer,
    )


@asynccontextmanager
async def serving(handler: Any) -> AsyncIterator[str]:
    """A server on a loopback port that gives every request to the handler."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0.1)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@asynccontextmanager
async def hostile_side(*, with_policy: Policy | None = None) -> AsyncIterator[Side]:
    hostile, watch = Hostile(), Watch()
    async with serving(hostile.answer) as hostile.url, aiohttp.ClientSession() as session:
        app = GitHubApp(
            session,
            app_id=APP_ID,
            private_key=private_key(),
            policy=with_policy or policy(),
            base_url=hostile.url,
            timer=watch,
        )
        yield Side(app, hostile, watch)
