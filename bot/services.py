"""The five services as a table: what each mounts, and which queues it works."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

Route = Literal["webhooks", "setup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A part of the bot that can run in a process of its own; health and figures every process has."""

    name: str
    routes: tuple[Route, ...] = ()
    queues: tuple[str, ...] = ()


SERVICES: Final[tuple[Service, ...]] = (
    Service(name="auth"),
    Service(name="integrations", routes=("webhooks", "setup")),
    Service(name="workflow", queues=("intake", "saga", "github", "sandbox", "ops")),
    Service(name="ai", queues=("ai",)),
    Service(name="notifications", queues=("notify",)),
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


def queues_of(services: Collection[Service]) -> tuple[str, ...]:
    """Every queue that these services work."""
    return tuple(queue for service in services for queue in service.queues)


def routes_of(services: Collection[Service]) -> tuple[Route, ...]:
    """Everything that these services mount."""
    return tuple(route for service in services for route in service.routes)
