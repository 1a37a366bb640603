"""First start: what is still to be set up, told to the one who can read the console."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.records import Refused
from bot.web.nearness import check_is_near


@dataclass(frozen=True, kw_only=True)
class SetUpDoor:
    """GET /setup. `token` was printed on the console at this start; `None` once the bot is set up."""

    token: str | None
    steps: Sequence[str]

    async def show(self, request: web.Request) -> web.Response:
        """The steps that are left, locked to whoever holds the console's token on this machine."""
        if self.token is None:
            raise Refused(404, "not_found", "the bot is set up")
        check_is_near(request)
        given = request.query.get("token", "").encode(errors="surrogatepass")
        if not hmac.compare_digest(given, self.token.encode()):
            raise Refused(403, "locked", "open the address that the bot printed on its console")
        return web.Response(text="".join(f"{n}. {step}\n" for n, step in enumerate(self.steps, start=1)))
