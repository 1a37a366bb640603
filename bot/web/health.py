"""How the bot is: alive, ready, and in figures."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bot.records import Refused
from bot.web.leaving import Leaving
from bot.web.measuring import Metrics
from bot.web.nearness import check_is_near

OK: Final = "ok"
PROBE_SECONDS: Final = 2.0

Probe = Callable[[], Awaitable[str]]
"""Answers "ok", or one word for what is wrong; never a secret, never an address."""

State = Callable[[], str | Mapping[str, str]]


async def nothing_to_count() -> None: ...


@dataclass(frozen=True, kw_only=True)
class HealthDoor:
    """`needs` must all be "ok" for the bot to be ready; `beside` and `states` are told and decide nothing.

    Where it `is_public`, what reaches it may come through a proxy on this machine that does not say so.
    """

    needs: Mapping[str, Probe]
    states: Mapping[str, State]
    metrics: Metrics
    metrics_token: str | None
    is_public: bool
    beside: Mapping[str, Probe] = field(default_factory=dict)
    before_figures: Callable[[], Awaitable[None]] = field(default=nothing_to_count)
    leaving: Leaving = field(default_factory=Leaving)

    async def alive(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"status": OK})

    async def ready(self, _request: web.Request) -> web.Response:
        """Ready to work: 503 while anything it needs is missing, and which; and from when on it stops."""
        probes = {**self.needs, **self.beside}
        answers = await asyncio.gather(*(asked(probe) for probe in probes.values()))
        found = dict(zip(probes, answers, strict=True))
        is_ready = not self.leaving.is_begun and all(found[name] == OK for name in self.needs)
        states = {name: state() for name, state in self.states.items()}
        return web.json_response({"ready": is_ready, **found, **states}, status=200 if is_ready else 503)

    async def figures(self, request: web.Request) -> web.Response:
        """Prometheus figures for the bearer of METRICS_TOKEN; where none is set, for this machine at most."""
        self.check_may_read_figures(request)
        await self.before_figures()
        return web.Response(
            body=self.metrics.exposition(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    def check_may_read_figures(self, request: web.Request) -> None:
        """Refuse strangers."""
        if self.metrics_token is None and self.is_public:
            raise Refused(
                403, "no_token", "set METRICS_TOKEN: a proxy's requests cannot be told from your own"
            )
        if self.metrics_token is None:
            check_is_near(request)
            return
        given = request.headers.get("Authorization", "").encode(errors="surrogatepass")
        if not hmac.compare_digest(given, f"Bearer {self.metrics_token}".encode()):
            raise Refused(401, "bad_token", "send METRICS_TOKEN as a bearer token")


async def asked(probe: Probe, *, seconds: float = PROBE_SECONDS) -> str:
    """What a probe answers; one that takes too long is itself the answer."""
    try:
        async with asyncio.timeout(seconds):
            return await probe()
    except TimeoutError:
        return "timeout"
