"""The five services as a table: what each mounts, and which queues it works."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from bot.settings import Misconfigured, Settings

Route = Literal["auth", "webhooks", "slack", "setup", "schemas", "api", "tokens", "jwks", "links"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A part of the bot that can run in a process of its own; health and figures every process has."""

    name: str
    routes: tuple[Route, ...] = ()
    queues: tuple[str, ...] = ()


SERVICES: Final[tuple[Service, ...]] = (
    Service(name="auth", routes=("auth", "tokens", "jwks", "links")),
    Service(name="integrations", routes=("webhooks", "slack", "setup", "schemas", "api")),
    Service(name="workflow", queues=("intake", "saga", "github", "sandbox", "ops")),
    Service(name="ai", queues=("ai",)),
    Service(name="notifications", queues=("notify",)),
)

ALL_ON_SQLITE: Final = (
    "DATABASE_URL: a SQLite file takes one process, which then does the work of all five services; name no "
    "service, or give the address of a PostgreSQL database"
)
NO_MODEL: Final = (
    "ANTHROPIC_API_KEY: it is missing, and the service `ai` asks Claude; give a key from Anthropic's console"
)
NAMES: Final = tuple(service.name for service in SERVICES)


class UnknownService(Exception):
    """There is no service of this name."""


def chosen(names: Collection[str]) -> tuple[Service, ...]:
    """The services of these names, in the table's order; all five where none is named."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise UnknownService(f"no service is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return tuple(service for service in SERVICES if service.name in (names or NAMES))


def check_can_run(services: Collection[Service], settings: Settings) -> None:
    """Whether these settings suffice for these services. Raises Misconfigured with every problem at once."""
    problems = []
    if settings.on_sqlite and len(services) < len(SERVICES):
        problems.append(ALL_ON_SQLITE)
    if settings.github is not None and settings.anthropic_api_key is None and "ai" in queues_of(services):
        problems.append(NO_MODEL)
    if problems:
        raise Misconfigured(*problems)


def queues_of(services: Collection[Service]) -> tuple[str, ...]:
    """Every queue that these services work."""
    return tuple(queue for service in services for queue in service.queues)


def routes_of(services: Collection[Service]) -> tuple[Route, ...]:
    """Everything that these services mount."""
    return tuple(route for service in services for route in service.routes)
