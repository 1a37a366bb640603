"""Every path of the application with its methods, for what stands in front of it."""

import re
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Final

from aiohttp import web

from bot.web.gateway import build_app
from bot.web.health import HealthDoor
from bot.web.slack_installing import SlackInstallDoor
from tests.doors.api import Opened
from tests.doors.webapp import Given, app_of

# For the operator on the machine, and for whoever looks whether a process is well: never from outside.
INSIDE: Final = {"/healthz", "/readyz", "/metrics", "/setup"}
IDS: Final[Mapping[str, str]] = {
    "id": "int1",
    "freeze": "repository-7",
    "delivery": "3f1c-9:a_b.c",
    "key": "F3kq0Zb81LmX",
}
Mounted = dict[str, list[str]]


def mounted_in(opened: Opened) -> Mounted:
    """Every path, with its methods."""
    health = HealthDoor(needs={}, states={}, metrics=opened.metrics, metrics_token=None, is_public=False)
    guards = opened.guards()
    auth: Any = SimpleNamespace(guards=guards)  # nobody signs in here
    nobody: Any = None
    links: Any = SimpleNamespace(guards=guards)
    with_api = build_app(
        health=health,
        metrics=opened.metrics,
        api=opened.door(guards),
        tokens=opened.tokens(guards),
        auth=auth,
        installing=SlackInstallDoor(guards=guards, browsers=nobody, installing=None),
        links=links,
    )
    found: Mounted = {}
    for path, method in {*resources(app_of(Given())), *resources(with_api)}:
        found[path] = sorted([*found.get(path, []), method])
    return found


def resources(app: web.Application) -> Iterator[tuple[str, str]]:
    for route in app.router.routes():
        if route.resource is not None:
            yield route.resource.canonical, route.method


def there(path: str) -> str:
    """A path with something in the place of each of its names."""
    return re.sub(r"{(\w+)}", lambda name: IDS[name[1]], path)
