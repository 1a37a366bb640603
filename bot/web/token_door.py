"""The door of tokens: granted for a key or a session, renewed, given up; and the keys that check them.

What it grants and refuses has OAuth's form (RFC 6749, 5), which every client of it reads; what goes wrong
around that (the quota, the length, a page of another site) has the one error shape.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.application.callers import NotRecognised
from bot.application.granting import Granting, NotGranted
from bot.token_records import Issued
from bot.web import token_words as words
from bot.web.api_gateway import Guards, address_of, bounded, check_quota, named, told
from bot.web.browser import FIELD, FORM
from bot.web.reading import read_short

TOKENS: Final = "/auth/token"
KEYS: Final = "/.well-known/jwks.json"
MOST_FIELDS: Final = 20
MOST_BODY: Final = 16 * 1024  # bytes
KEEP_SECONDS: Final = 600

Published = Callable[[], Awaitable[Sequence[Mapping[str, str]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDoor:
    """What the routes need. Whoever has no token yet is counted by address."""

    granting: Granting
    published: Published
    guards: Guards

    def mount(self, app: web.Application) -> None:
        """At their addresses, with what stands before them and before nothing else."""
        tokens = web.Application(middlewares=(named, bounded, self._counted()))
        tokens.router.add_post("", self.grant)
        tokens.router.add_post("/revoke", self.revoke)
        tokens.on_response_prepare.append(told)
        app.add_subapp(TOKENS, tokens)
        app.router.add_get(KEYS, self.keys, allow_head=False)

    async def grant(self, request: web.Request) -> web.Response:
        """A token for a key, for a session in a browser, or for a refresh token."""
        try:
            form = await read_form(request)
            issued = await self._issued(request, form)
        except NotGranted as no:
            return refusal(no)
        return web.json_response(told_of(issued))

    async def revoke(self, request: web.Request) -> web.Response:
        """What is shown counts no more, nor does anything of the same; so is what never did (RFC 7009)."""
        try:
            form = await read_form(request)
            text = one(form, "token")
        except NotGranted as no:
            return refusal(no)
        await self.granting.give_up(text)
        return web.Response()

    async def keys(self, _request: web.Request) -> web.Response:
        """The public keys (RFC 7517), for whoever checks tokens without asking us."""
        answer = web.json_response(
            {"keys": [*await self.published()]}, content_type="application/jwk-set+json"
        )
        answer.headers["Cache-Control"] = f"public, max-age={KEEP_SECONDS}"
        return answer

    async def _issued(self, request: web.Request, form: Mapping[str, Sequence[str]]) -> Issued:
        scopes = one(form, "scope").split() if "scope" in form else []
        match one(form, "grant_type"):
            case "api_key":
                return await self.granting.for_key(one(form, "api_key"), scopes)
            case "session":
                return await self._for_session(request, form, scopes)
            case "refresh_token":
                return await self.granting.for_refresh(one(form, "refresh_token"), scopes)
            case _:
                raise NotGranted("unsupported_grant_type", words.OTHER_GRANT)

    async def _for_session(
        self, request: web.Request, form: Mapping[str, Sequence[str]], scopes: Sequence[str]
    ) -> Issued:
        """From a page of the bot's own, which says that it means it. Raises NotGranted, Refused."""
        by_session = self.guards.by_session
        if by_session is None or not by_session.is_shown(request):
            raise NotGranted("invalid_grant", "session_over")
        try:
            caller = await by_session.caller(request, field=one(form, FIELD) if FIELD in form else "")
        except NotRecognised as no:
            raise NotGranted("invalid_grant", no.code) from None
        return await self.granting.for_session(caller, by_session.text_of(request), scopes)

    def _counted(self) -> Middleware:
        guards = self.guards

        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            address = address_of(request, guards.trusted_proxies)
            check_quota(request, await guards.strangers.take(address), guards.policy)
            return await handler(request)

        return count


async def read_form(request: web.Request) -> Mapping[str, Sequence[str]]:
    """What was sent, by name. Raises NotGranted."""
    if request.query:
        raise NotGranted("invalid_request", words.IN_ADDRESS)
    body = await read_short(request)
    if request.content_type != FORM or len(body) > MOST_BODY:
        raise NotGranted("invalid_request", words.NOT_A_FORM)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise NotGranted("invalid_request", words.NOT_A_FORM) from None
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def one(form: Mapping[str, Sequence[str]], name: str) -> str:
    """What is said of it, once. Raises NotGranted."""
    said = form.get(name, ())
    if len(said) != 1 or not said[0]:
        raise NotGranted("invalid_request", words.NO_GRANT if name == "grant_type" else words.once(name))
    return said[0]


def told_of(issued: Issued) -> Mapping[str, Any]:
    """What is granted, in OAuth's form."""
    return {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.seconds,
        "refresh_token": issued.refresh_token,
        "scope": " ".join(sorted(issued.permissions)),
    }


def refusal(no: NotGranted) -> web.Response:
    """What is not granted, in OAuth's form; `error_description` is for people."""
    said = {"error": no.error, "error_description": words.WHY.get(no.why, no.why)}
    return web.json_response(said, status=400)
