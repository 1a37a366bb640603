"""The web application: what stands around every handler, one error shape, and the web's net."""

import math
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import structlog
from aiohttp import HttpVersion11, web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict

from bot.application.callers import NotRecognised
from bot.application.slack_linking import PATH as LINKS
from bot.records import Refused, Unavailable
from bot.web import api_docs, schemas
from bot.web.api import api_of
from bot.web.api_door import PREFIX, ApiDoor
from bot.web.api_gateway import REQUEST_ID, SAID
from bot.web.auth import PREFIX as AUTH
from bot.web.auth import AuthDoor, auth_of
from bot.web.books import Books, route_of
from bot.web.health import HealthDoor
from bot.web.lane import Lane, RequestHandler, Told
from bot.web.leaving import Leaving
from bot.web.measuring import Metrics
from bot.web.setup import SetUpDoor
from bot.web.slack import PATH as SLACK
from bot.web.slack import SlackDoor
from bot.web.slack_installing import SlackInstallDoor
from bot.web.slack_link import SlackLinkDoor, slack_link_of
from bot.web.token_door import TokenDoor
from bot.web.webhooks import PATH, GitHubDoor

HEADERS: Final = CIMultiDict({
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
})

# Compressed bodies are refused unread; what follows a refusal is not waited for long.
SERVING: Final[Mapping[str, Any]] = {
    "access_log": None,
    "auto_decompress": False,
    "keepalive_timeout": 75,
    "lingering_time": 2.0,
}

# What a driver says names hosts and users of the operator's: that is for the log.
_TOLD: Final[Mapping[str, str]] = {"database": "the database cannot be reached now; it is tried again"}

_MET: Final = frozenset({"", "100-continue"})
UNMET: Final = web.RequestKey("UNMET", int)
"""With what a request is refused that expects what there is not."""

LANE: Final = web.AppKey("LANE", Lane)

log = structlog.get_logger()


def build_app(  # noqa: PLR0913  every door
    *,
    health: HealthDoor,
    metrics: Metrics,
    github: GitHubDoor | None = None,
    slack: SlackDoor | None = None,
    setup: SetUpDoor | None = None,
    shows_schemas: bool = False,
    api: ApiDoor | None = None,
    tokens: TokenDoor | None = None,
    auth: AuthDoor | None = None,
    installing: SlackInstallDoor | None = None,
    links: SlackLinkDoor | None = None,
) -> web.Application:
    """Health and figures, and each door that is given, behind the same guard."""
    books = Books(metrics)
    app = web.Application(middlewares=[guarded(books, health.leaving)])
    app.router.add_get("/healthz", health.alive, allow_head=False)
    app.router.add_get("/readyz", health.ready, allow_head=False)
    app.router.add_get("/metrics", health.figures, allow_head=False)
    mount_doors(app, {PATH: github, SLACK: slack})
    if setup is not None:
        app.router.add_get("/setup", setup.show, allow_head=False)
    if shows_schemas:
        app.router.add_get(schemas.CONFIGURATION, schemas.configuration, allow_head=False)
    if api is not None:
        app.add_subapp(PREFIX, api_of(api))
        if api.retelling is not None:
            app[LANE] = Lane(
                prefix=f"{PREFIX}/",
                tried=tried,
                guards=api.guards,
                retelling=api.retelling,
                books=books,
                leaving=health.leaving,
            )
        api_docs.mount(app)
    if tokens is not None:
        tokens.mount(app)
    if auth is not None:
        app.add_subapp(AUTH, auth_of(auth))
    mount_for_slack(app, installing, links)
    app.on_response_prepare.append(dress)
    return app


def mount_doors(app: web.Application, doors: Mapping[str, GitHubDoor | SlackDoor | None]) -> None:
    """Where events come in, each under its path."""
    for path, door in doors.items():
        if door is not None:
            app.router.add_post(path, door.receive)


def mount_for_slack(
    app: web.Application, installing: SlackInstallDoor | None, links: SlackLinkDoor | None
) -> None:
    """Where workspaces install the Slack app, and where people link their accounts."""
    if installing is not None:
        installing.mount(app)
    if links is not None:
        app.add_subapp(LINKS, slack_link_of(links))


@asynccontextmanager
async def listening(app: web.Application, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve the application; yields the port, which the system chooses where 0 is given."""
    runner = web.AppRunner(app, **SERVING)
    await runner.setup()
    if (server := runner.server) is not None:
        handle, lane = expecting(server.request_handler), app.get(LANE)
        server.request_handler = handle if lane is None else lane.before(handle)
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def expecting(handle: RequestHandler) -> RequestHandler:
    """Before the application, whose library answers `Expect` before any middleware, and with 500 where nobody
    can read it. What is expected that there is not goes in without that, and is refused there.
    """

    async def handled(request: web.BaseRequest) -> web.StreamResponse:
        expected = request.headers.get("Expect", "").lower()
        if expected in _MET or request.version < HttpVersion11:
            return await handle(request)
        told = [(name, text) for name, text in request.headers.items() if text.isascii()]
        asked = request.clone(headers={name: text for name, text in told if name.lower() != "expect"})
        asked[UNMET] = 417 if expected.isascii() else 400
        response = await handle(asked)
        await response.prepare(asked)
        return response

    return handled


def guarded(books: Books, leaving: Leaving) -> Middleware:
    """Around every handler, in one: an id of its own for each request, the net, the figures, the log.

    Deliveries are many: each middleware more is felt.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        request[REQUEST_ID] = books.new_id()
        structlog.contextvars.bind_contextvars(request=request[REQUEST_ID])
        response = await caught(request, handler)
        if leaving.is_begun:
            response.force_close()  # whoever asks again asks another process
        books.answered(
            route=route_of(request),
            method=request.method,
            path=request.path,
            status=response.status,
            seconds=time.perf_counter() - began,
            said=request.get(SAID, {}),
        )
        return response

    return guard


async def tried(telling: Awaitable[Told | None]) -> Told | None:
    """The same net before the application: whatever goes wrong there, the application answers."""
    try:
        return await telling
    except (NotRecognised, Refused, Unavailable):
        return None
    except Exception:
        log.exception("answer_not_told_again")
        return None


async def caught(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The net: each failure becomes the one error shape, and what nobody foresaw becomes a 500 in the log."""
    try:
        check_expectation(request)
        return await handler(request)
    except Refused as no:
        log.info("request_refused", path=request.path, status=no.status, code=no.code)
        return problem(request, no.status, no.code, no.detail, **no.more)
    except Unavailable as not_now:
        log.warning("request_put_off", path=request.path, code=not_now.code, why=not_now.detail)
        return put_off(request, not_now)
    except web.HTTPException as answer:
        if answer.status < HTTPStatus.BAD_REQUEST:
            raise
        return problem_of(request, answer)
    except Exception:
        log.exception("request_failed", path=request.path)
        return problem(request, 500, "internal", "an error of ours, now in the log under this request's id")


def check_expectation(request: web.Request) -> None:
    """Raise Refused where it expects what there is not."""
    if UNMET in request:
        raise Refused(request[UNMET], "expectation_failed", "expect 100-continue, or leave Expect out")


def problem(request: web.Request, status: int, code: str, detail: str, **more: Any) -> web.Response:
    """The one error shape: application/problem+json with a stable code as its type."""
    return web.json_response(
        {
            "type": f"urn:problem:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "request_id": request[REQUEST_ID],
            **more,
        },
        status=status,
        content_type="application/problem+json",
    )


def put_off(request: web.Request, not_now: Unavailable) -> web.Response:
    """Come again: when, says Retry-After."""
    answer = problem(request, 503, not_now.code, _TOLD.get(not_now.code, not_now.detail))
    answer.headers["Retry-After"] = str(math.ceil(not_now.retry_after or 5))
    return answer


def problem_of(request: web.Request, answer: web.HTTPException) -> web.Response:
    """What the router answers (not found, method not allowed), in the one error shape."""
    status = HTTPStatus(answer.status)
    shaped = problem(request, status, status.name.lower(), status.description)
    if "Allow" in answer.headers:
        shaped.headers["Allow"] = answer.headers["Allow"]
    return shaped


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """The security headers on every answer, and no word about the server's make."""
    response.headers.merge(HEADERS)
    response.headers["X-Request-Id"] = request.get(REQUEST_ID, "none")
    response.headers.popall("Server", None)
