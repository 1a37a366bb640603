"""What stands before the API, in one order: each middleware checks one thing and hands on.

Request id, body, key, tenant, quota, permission. The net, the log and the figures stand around all of it
(`gateway.py`), as they do around every other door.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict

from bot.api_records import Caller, Quota
from bot.application.callers import NotRecognised, Recognise
from bot.domain.policy import Permission
from bot.records import Refused
from bot.web import api_words as words

REQUEST_ID: Final = web.RequestKey("REQUEST_ID", str)
SAID: Final = web.RequestKey("SAID", dict[str, str])
"""What the log line of this request says beside what all say."""

CALLER: Final = web.RequestKey("CALLER", Caller)
AGAIN: Final = web.RequestKey[Callable[[], Awaitable[Caller]]]("AGAIN", partial)
"""Who asks, looked at once more by whatever is answered for long. Raises NotRecognised, Unavailable."""

LASTING: Final = web.RequestKey("LASTING", str)
"""Said by a question whose answer changes with the log and with GitHub's word on the caller, and with nothing
else: the stream that it is of, "" where it is of many.
"""

HEADERS: Final = web.RequestKey("HEADERS", CIMultiDict[str])
"""What the answer carries whatever it is, a refusal too."""

_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,36}")  # a UUID or a trace id; what is secret is longer
_NAMES_OF_KEYS: Final = frozenset((
    *("access_token", "api_key", "apikey", "authorization", "key", "refresh_token", "token"),
))
_LIKE_A_KEY: Final = re.compile(r"cc[br]_|eyJ[\w-]+\.eyJ")  # a key, what renews a token, a token

MOST_ADDRESSES: Final = 2_000
WITH_BODY: Final = frozenset(("POST", "PUT"))
MOST_BODY: Final = 256 * 1024  # bytes


class BySession(Protocol):
    """Who asks by a session in a cookie."""

    def is_shown(self, request: web.Request) -> bool: ...

    def text_of(self, request: web.Request) -> str:
        """What the browser shows, "" where it shows nothing."""

    async def caller(self, request: web.Request, *, field: str | None = None) -> Caller:
        """`field` is what its form says to be meant, where that was read already.

        Raises NotRecognised, Refused, Unavailable.
        """


class Limits(Protocol):
    """How often one kind of caller may ask."""

    async def look(self, caller: str) -> Quota: ...

    async def take(self, caller: str) -> Quota: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What the middlewares need. `policy` tells the quota's windows, as its header has them."""

    recognise: Recognise
    callers: Limits
    strangers: Limits
    policy: str
    trusted_proxies: int = 0
    by_session: BySession | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """What a route asks of a key: nothing where it `is_open`, any key where it needs nothing."""

    needs: Permission | None = None
    is_open: bool = False


RIGHT: Final = "right"


def middlewares(guards: Guards) -> Sequence[Middleware]:
    """In their order, the first outermost."""
    return (named, bounded, keyless_address, authenticated(guards), tenant, limited(guards), permitted)


@web.middleware
async def named(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The request id that the caller gave, if it is one that a log can hold."""
    if given := id_given(request):
        request[REQUEST_ID] = given
        structlog.contextvars.bind_contextvars(request=given)
    request[HEADERS] = CIMultiDict(Vary="Authorization, Cookie, Accept")
    return await handler(request)


def id_given(request: web.BaseRequest) -> str:
    """The id that the caller gave; "" where there is none, or one that no log should hold."""
    given = request.headers.get("X-Request-Id", "")
    return given if _SANE_ID.fullmatch(given) else ""


@web.middleware
async def bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A question has no body, and none is read; an order says how long its own is, and it is not long."""
    length = request.content_length or 0
    if request.method not in WITH_BODY:
        if length or "Transfer-Encoding" in request.headers:
            raise Refused(413, "unwanted_body", words.BODY)
    elif length > MOST_BODY:
        raise Refused(413, "body_too_long", words.TOO_LONG)
    elif request.content_length is None:
        raise Refused(411, "length_required", words.NO_LENGTH)
    return await handler(request)


@web.middleware
async def keyless_address(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A key in an address is refused, also a good one: addresses are kept by whoever passes them on."""
    is_named = any(name.lower() in _NAMES_OF_KEYS for name in request.query)
    if is_named or _LIKE_A_KEY.search(request.path_qs):
        raise Refused(400, "key_in_address", words.KEY_IN_ADDRESS)
    return await handler(request)


def authenticated(guards: Guards) -> Middleware:
    """Whose key it is. Who shows none that counts is counted by address, and then not even looked at."""

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        address = address_of(request, guards.trusted_proxies)
        if right_of(request).is_open:
            check_quota(request, await guards.strangers.take(address), guards.policy)
            return await handler(request)
        check_quota(request, await guards.strangers.look(address), guards.policy)
        try:
            again = shown(request, guards)
            caller = await again()
        except NotRecognised as no:
            check_quota(request, await guards.strangers.take(address), guards.policy)
            challenge = (
                'Bearer realm="api"' if no.code == "no_key" else 'Bearer realm="api", error="invalid_token"'
            )
            request[HEADERS]["WWW-Authenticate"] = challenge
            raise Refused(401, no.code, words.KEY[no.code]) from None
        request[CALLER], request[AGAIN] = caller, again
        request[SAID] = {"caller": caller.id}
        return await handler(request)

    return authenticate


def shown(request: web.Request, guards: Guards) -> Callable[[], Awaitable[Caller]]:
    """Who asks, now and again: by a key, whatever cookie comes along; else by a session, where one is shown.

    Raises NotRecognised.
    """
    if guards.by_session is not None and guards.by_session.is_shown(request):
        return partial(guards.by_session.caller, request)
    return partial(guards.recognise, bearer_of(request))


def bearer_of(request: web.Request) -> str:
    """The key as it was sent. Raises NotRecognised where there is none, or more than one."""
    given = request.headers.getall("Authorization", [])
    if not given:
        raise NotRecognised("no_key")
    scheme, _, text = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer":
        raise NotRecognised("key_malformed")
    return text


@web.middleware
async def tenant(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A key counts in its own installation alone, which each question that follows is asked with."""
    caller = request.get(CALLER)
    if caller is not None and caller.installation_id <= 0:
        raise Refused(401, "no_tenant", words.NO_TENANT)
    return await handler(request)


def limited(guards: Guards) -> Middleware:
    """Each key has its quota, whatever it asks and from wherever."""

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        if caller := request.get(CALLER):
            check_quota(request, await guards.callers.take(caller.id), guards.policy)
        return await handler(request)

    return limit


def check_quota(request: web.Request, quota: Quota, policy: str) -> None:
    """Tell what is left. Raises Refused where nothing is."""
    request[HEADERS].update({
        "RateLimit-Policy": policy,
        "RateLimit-Limit": str(quota.most),
        "RateLimit-Remaining": str(quota.left),
        "RateLimit-Reset": str(quota.wait_seconds),
    })
    if quota.is_spent:
        request[HEADERS]["Retry-After"] = str(quota.wait_seconds)
        raise Refused(429, "too_many_requests", words.TOO_MANY)


@web.middleware
async def permitted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the key's scopes do not allow is refused; what GitHub does not allow is not there."""
    if isinstance(request.match_info.http_exception, web.HTTPNotFound):
        raise Refused(404, "not_found", words.NOT_FOUND)
    if needs := right_of(request).needs:
        check_scope(request, needs)
    return await handler(request)


def check_scope(request: web.Request, needs: Permission) -> None:
    """Raise Refused unless what is shown allows it."""
    caller = request.get(CALLER)
    if caller is None or needs not in caller.permissions:
        request[HEADERS]["WWW-Authenticate"] = (
            f'Bearer realm="api", error="insufficient_scope", scope="{needs}"'
        )
        raise Refused(403, "scope_missing", words.lacks(needs))


def right_of(request: web.Request) -> Right:
    """What the route that was found asks of a key; where none was, a key all the same."""
    found = getattr(request.match_info.handler, RIGHT, None)
    return found if isinstance(found, Right) else Right()


def address_of(request: web.Request, trusted_proxies: int) -> str:
    """Where it comes from, as the outermost trusted proxy saw it; of IPv6, the network that one is given."""
    remote = request.remote or ""
    if not trusted_proxies:
        return network_of(remote) or remote
    hops = [hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
    told = hops[-trusted_proxies] if trusted_proxies <= len(hops) else remote
    return network_of(told) or remote


@lru_cache(maxsize=MOST_ADDRESSES)
def network_of(told: str) -> str | None:
    """The address, or of IPv6 its network; None where it is none."""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    network = ipaddress.ip_network((address, 64), strict=False)
    return str(address.ipv4_mapped or network)  # whoever listens on both writes the one as the other


async def told(request: web.Request, response: web.StreamResponse) -> None:
    """What every answer carries beside the security headers, refusals too."""
    response.headers.update(request.get(HEADERS, CIMultiDict[str]()))
