"""What is kept of each request: an id of its own, the figures, and the line in the log."""

import itertools
import secrets
from typing import Final

import structlog
from aiohttp import web

from bot.web.measuring import Metrics
from bot.web.webhooks import PATH

# Deliveries are logged where they are settled, and questions about health come every few seconds.
_QUIET: Final = frozenset({PATH, "/healthz", "/readyz", "/metrics"})

NAME: Final = "bot.web.gateway"  # where the lines come from, as far as those who read them know

log = structlog.get_logger(NAME)


class Books:
    """Of all requests of this process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._process, self._numbers = secrets.token_hex(4), itertools.count()
        self._log = log.bind()  # to find out each time how it is to be logged takes as long as to log it

    def new_id(self) -> str:
        """An id that no other request has."""
        return f"{self._process}{next(self._numbers):08x}"

    def count(self, *, route: str, status: int, seconds: float) -> None:
        """The figures alone."""
        self._metrics.request_answered(route=route, status=status, seconds=seconds)

    def answered(
        self, *, route: str, method: str, path: str, status: int, seconds: float, said: dict[str, str]
    ) -> None:
        """It was answered so, after so long; `said` is what its line says beside what all say."""
        self.count(route=route, status=status, seconds=seconds)
        if route not in _QUIET:
            self._log.info("request_answered", method=method, path=path, status=status, **said)


def route_of(request: web.Request) -> str:
    """The route as it is written in the table, so that nobody can make new figures by inventing paths."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unmatched"
