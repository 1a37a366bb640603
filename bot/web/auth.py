"""Signing in and out, /auth: GitHub says who somebody is, and a cookie stands for it from then on."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.application.signing_in import SignIn
from bot.domain.signing_in import HOME, NotSignedIn, chosen, ends_at, path_of_ours
from bot.records import Refused
from bot.session_records import Begun, Membership, Returned, Session
from bot.web import auth_words as words
from bot.web.api_gateway import HEADERS, Guards, address_of, check_quota, named, told
from bot.web.browser import FORM, Browsers

PREFIX: Final = "/auth"
HTML: Final = "text/html"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")

log = structlog.get_logger()


class Seals(Protocol):
    """A sign-in under way as a text that nobody reads or makes."""

    def seal(self, begun: Begun) -> str: ...

    def open(self, text: str) -> Begun | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthDoor:
    """What the routes need; `signing` is None where the operator has not set it up."""

    guards: Guards
    browsers: Browsers
    seals: Seals
    signing: SignIn | None

    def needed(self) -> SignIn:
        """Raises Refused."""
        if self.signing is None:
            raise Refused(503, "sign_in_not_set_up", words.NOT_SET_UP)
        return self.signing


Handle = Callable[[AuthDoor, SignIn, web.Request], Awaitable[web.StreamResponse]]


async def log_in(door: AuthDoor, signing: SignIn, request: web.Request) -> web.StreamResponse:
    """To GitHub's page, with a promise in the browser that it was this one that went there."""
    leads_to = path_of_ours(request.query.get("next", HOME))
    if leads_to is None:
        raise Refused(400, "bad_next", words.BAD_NEXT)
    begun, page = signing.begin(leads_to)
    response = web.Response(status=303, headers={"Location": page})
    door.browsers.keep(response, door.browsers.begun, door.seals.seal(begun))
    return response


async def come_back(door: AuthDoor, signing: SignIn, request: web.Request) -> web.StreamResponse:
    """From GitHub's page: signed in under a new session, whatever the browser had before."""
    begun = door.seals.open(request.cookies.get(door.browsers.begun, ""))
    asked = request.query
    returned = Returned(
        state=asked.get("state", ""),
        code=asked.get("code", ""),
        issuer=asked.get("iss", ""),
        error=asked.get("error", ""),
    )
    text = await signing.finish(begun, returned, instead_of=door.browsers.session_of(request))
    leads_to = HOME if begun is None else begun.leads_to
    response = web.Response(status=303, headers={"Location": leads_to})
    door.browsers.keep(response, door.browsers.session, text)
    door.browsers.drop(response, door.browsers.begun)
    return response


async def show(door: AuthDoor, signing: SignIn, request: web.Request) -> web.StreamResponse:
    """Who is signed in, where they are a member, and what their forms have to say."""
    text = door.browsers.session_of(request) or ""
    session = await signing.session(text)
    there = await signing.memberships(session.person)
    return web.json_response({
        "person": {"id": session.person.id, "login": session.person.login},
        "installation_id": _chosen(session, there),
        "installations": [{"id": each.installation_id, "account": each.account} for each in there],
        "expires_at": ends_at(session).isoformat(),
        "csrf_token": door.browsers.csrf_of(text),
    })


def _chosen(session: Session, there: tuple[Membership, ...]) -> int | None:
    try:
        return chosen(session.installation_id, there).installation_id
    except NotSignedIn:
        return None


async def choose(door: AuthDoor, signing: SignIn, request: web.Request) -> web.StreamResponse:
    """From now on the session is of this installation."""
    text = await meant(door, request)
    await signing.choose(text, await _wanted(request))
    return _said(request, words.CHOSEN)


async def _wanted(request: web.Request) -> int:
    is_form = request.content_type == FORM
    try:
        given: Any = await request.post() if is_form else json.loads(await request.read())
        wanted = str(given["installation_id"])
    except (ValueError, TypeError, LookupError, RecursionError):
        wanted = ""
    if not _NUMBER.fullmatch(wanted):
        raise Refused(400, "bad_installation", words.BAD_INSTALLATION)
    return int(wanted)


async def log_out(door: AuthDoor, signing: SignIn, request: web.Request) -> web.StreamResponse:
    """This browser is signed out, here and not only in its own memory."""
    await signing.end(await meant(door, request))
    return _signed_out(door, request, words.SIGNED_OUT)


async def log_out_everywhere(door: AuthDoor, signing: SignIn, request: web.Request) -> web.StreamResponse:
    """Every browser of the person is, and what GitHub gave for them is taken back."""
    await signing.end_everywhere(await meant(door, request))
    return _signed_out(door, request, words.SIGNED_OUT_EVERYWHERE)


async def meant(door: AuthDoor, request: web.Request) -> str:
    """The session that is shown by somebody who means it. Raises NotSignedIn, Refused."""
    text = door.browsers.session_of(request)
    if text is None:
        raise NotSignedIn("session_over")
    await door.browsers.check_meant(request, text)
    return text


def _signed_out(door: AuthDoor, request: web.Request, says: str) -> web.Response:
    response = _said(request, says)
    door.browsers.drop(response, door.browsers.session)
    return response


def _said(request: web.Request, says: str) -> web.Response:
    """A word to whoever reads; to a script that it is done."""
    is_read = HTML in request.headers.get("Accept", "")
    return web.Response(text=f"{says}\n") if is_read else web.Response(status=204)


ROUTES: Final[tuple[tuple[str, str, Handle], ...]] = (
    ("GET", "/login", log_in),
    ("GET", "/callback", come_back),
    ("GET", "/session", show),
    ("POST", "/installation", choose),
    ("POST", "/logout", log_out),
    ("POST", "/logout/everywhere", log_out_everywhere),
)


def auth_of(door: AuthDoor) -> web.Application:
    """An application of its own, behind a quota for each address."""
    app = web.Application(middlewares=[named, readable, limited(door.guards)])
    for method, path, handle in ROUTES:
        app.router.add_route(method, path, bound(door, handle))
    app.on_response_prepare.append(told)
    return app


def bound(door: AuthDoor, handle: Handle) -> Handler:
    """The route's handler, with what it needs; what keeps somebody out is said with a status."""

    async def handled(request: web.Request) -> web.StreamResponse:
        try:
            return await handle(door, door.needed(), request)
        except NotSignedIn as no:
            raise Refused(words.STATUS.get(no.code, 400), no.code, words.WHY[no.code]) from None

    return handled


@web.middleware
async def readable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A person before a browser reads why, as plain text; everybody else has the one error shape."""
    request[HEADERS]["Vary"] = "Cookie, Accept"
    try:
        return await handler(request)
    except Refused as no:
        if HTML not in request.headers.get("Accept", ""):
            raise
        log.info("request_refused", path=request.path, status=no.status, code=no.code)
        says = f"{HTTPStatus(no.status).phrase} ({no.code})\n\n{no.detail}\n"
        return web.Response(status=no.status, text=says)


def limited(guards: Guards) -> Middleware:
    """Each address has its quota: a sign-in costs questions to GitHub."""

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        address = address_of(request, guards.trusted_proxies)
        check_quota(request, await guards.strangers.take(address), guards.policy)
        return await handler(request)

    return limit
