"""First start: what is still to be set up, told to the one who can read the console."""

import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from bot.records import Refused
from bot.web.nearness import check_is_near

SETUP: Final = "/setup"
COOKIE: Final = "setup"


class SetUpDoor:
    """GET /setup. `token` was printed on the console at this start; `None` once the bot is set up.

    The token is good once: whoever comes with it first gets a cookie in its place, and nobody else does.
    """

    def __init__(self, *, token: str | None, steps: Sequence[str]) -> None:
        self._token, self._steps = token, steps
        self._cookie, self._is_spent = secrets.token_urlsafe(32), False

    async def show(self, request: web.Request) -> web.Response:
        """The steps that are left, locked to whoever had the console's token on this machine."""
        if self._token is None:
            raise Refused(404, "not_found", "the bot is set up")
        check_is_near(request)
        page = web.Response(text="".join(f"{n}. {step}\n" for n, step in enumerate(self._steps, start=1)))
        if not is_same(request.cookies.get(COOKIE, ""), self._cookie):
            self._spend(request.query.get("token", ""), self._token)
            page.set_cookie(COOKIE, self._cookie, path=SETUP, httponly=True, samesite="Strict")
        return page

    def _spend(self, given: str, token: str) -> None:
        if not is_same(given, token):
            raise Refused(403, "locked", "open the address that the bot printed on its console")
        if self._is_spent:
            raise Refused(403, "spent", "this address was opened before; start the bot again for a new one")
        self._is_spent = True


def is_same(given: str, expected: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())
