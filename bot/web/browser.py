"""A browser as it is known here: its cookies, whether a request is its own, and whether it was meant."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bot.api_records import Caller
from bot.application.callers import NotRecognised
from bot.application.signing_in import SignIn
from bot.domain.signing_in import TO_RETURN, NotSignedIn
from bot.records import Refused
from bot.session_records import LONGEST
from bot.web import auth_words as words

SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS"))
HEADER: Final = "X-CSRF-Token"
FIELD: Final = "csrf_token"
SESSION: Final = "__Host-session"
FORM: Final = "application/x-www-form-urlencoded"
NOT_YOURS: Final = frozenset(("not_a_member", "no_installation"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsers:
    """Where the outside reaches the bot decides what its cookies are called and who may send them."""

    address: str
    csrf_of: Callable[[str], str]

    @property
    def is_secure(self) -> bool:
        """Whether a cookie is only ever sent over TLS; plain is this machine alone."""
        return urlsplit(self.address).scheme == "https"

    @property
    def session(self) -> str:
        """The session's cookie: with the prefix no other host and no plain connection can set it."""
        return SESSION if self.is_secure else "session"

    @property
    def begun(self) -> str:
        """The cookie of a sign-in under way."""
        return "__Host-signin" if self.is_secure else "signin"

    @property
    def installing(self) -> str:
        """The cookie of an installation in Slack under way."""
        return "__Host-slack" if self.is_secure else "slack"

    def keep(self, response: web.StreamResponse, name: str, text: str) -> None:
        """A cookie for this very host, that no script reads and no other site's form brings along."""
        life = LONGEST if name == self.session else TO_RETURN
        response.set_cookie(
            name,
            text,
            path="/",
            max_age=int(life.total_seconds()),
            httponly=True,
            secure=self.is_secure,
            samesite="Lax",
        )

    def drop(self, response: web.StreamResponse, name: str) -> None:
        """The cookie is gone."""
        response.del_cookie(name, path="/", httponly=True, secure=self.is_secure, samesite="Lax")

    def session_of(self, request: web.Request) -> str | None:
        """What the browser shows, if it shows anything."""
        text = request.cookies.get(self.session, "")
        return text if text and text.isascii() else None

    async def check_meant(self, request: web.Request, session: str, *, field: str | None = None) -> None:
        """What changes something comes from a page of ours, and of this session. Raises Refused.

        `field` is what its form says, where that was read already.
        """
        if request.method in SAFE:
            return
        self._check_own(request)
        given = request.headers.get(HEADER, "")
        if not given and request.content_type == FORM:
            given = await _field_of(request) if field is None else field
        if not given:
            raise Refused(403, "csrf_missing", words.CSRF_MISSING)
        if not hmac.compare_digest(given.encode(errors="surrogatepass"), self.csrf_of(session).encode()):
            raise Refused(403, "csrf_foreign", words.CSRF_FOREIGN)

    def _check_own(self, request: web.Request) -> None:
        """Every browser of today says where a request comes from; who says nothing is not believed."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        is_told = site is not None or origin is not None
        if not is_told or site not in {None, "same-origin"} or origin not in {None, origin_of(self.address)}:
            raise Refused(403, "cross_site", words.CROSS_SITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGate:
    """What the API's gateway asks of sessions."""

    signing: SignIn
    browsers: Browsers

    def is_shown(self, request: web.Request) -> bool:
        """Whether a session is all that is shown: who sends a header is judged by that alone."""
        return "Authorization" not in request.headers and self.browsers.session_of(request) is not None

    def text_of(self, request: web.Request) -> str:
        """What the browser shows, "" where it shows nothing."""
        return self.browsers.session_of(request) or ""

    async def caller(self, request: web.Request, *, field: str | None = None) -> Caller:
        """Who asks by a session, and means it. Raises NotRecognised, Refused, Unavailable."""
        text = self.text_of(request)
        try:
            caller = await self.signing.caller(text)
        except NotSignedIn as no:
            if no.code in NOT_YOURS:
                raise Refused(403, no.code, words.WHY[no.code]) from None
            raise NotRecognised(no.code) from None
        await self.browsers.check_meant(request, text, field=field)
        return caller


async def _field_of(request: web.Request) -> str:
    """What the form says in it; nothing where nobody can read the form."""
    try:
        return str((await request.post()).get(FIELD, ""))
    except (LookupError, ValueError):  # no such charset, or not written in it
        return ""


def origin_of(address: str) -> str:
    """The origin as browsers write it."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port not in {None, 80 if parts.scheme == "http" else 443} else ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}"
