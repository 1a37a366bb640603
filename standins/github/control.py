"""The stand-in's own doors: for a demo or a harness that runs in another process."""

import dataclasses
import inspect
from datetime import datetime
from typing import Any

from aiohttp import web

from standins.faults import Fault
from standins.github.people import GitHub
from standins.github.state import Account, Delivery, Installation, Repository
from standins.github.world import Refused

SWITCHES = {"deployer", "webhook_url", "rate_limit"}
POSTING = {"twice", "holding", "losing"}
READABLE = {"effects", "calls", "violations", "deliveries", "repositories", "faults"}


async def steer(github: GitHub, request: web.Request) -> web.Response:
    """GET /_standin/{what}; POST /_standin/acts/{act}, /faults, /switches; DELETE /_standin/faults."""
    door = request.path.removeprefix("/_standin/").strip("/")
    asked = await request.json() if request.can_read_body else {}
    try:
        return web.json_response(await _answer(github, request.method, door, asked))
    except Refused as refused:
        return web.json_response({"error": refused.message}, status=refused.status)
    except (TypeError, ValueError, KeyError) as error:
        return web.json_response({"error": repr(error)}, status=400)


async def _answer(github: GitHub, method: str, door: str, asked: dict[str, Any]) -> Any:
    if method == "GET" and door in READABLE:
        return _plain(_read(github, door))
    if method == "POST" and door.startswith("acts/"):
        return _plain(await _act(github, door.removeprefix("acts/"), asked))
    if method == "POST" and door == "faults":
        return _plain(github.faults.add(Fault(**asked)))
    if method == "DELETE" and door == "faults":
        return github.faults.clear()
    if method == "POST" and door == "switches":
        return _switch(github, asked)
    raise Refused(404, f"no {method} {door}")


def _read(github: GitHub, what: str) -> Any:
    if what == "faults":
        return github.faults.active
    if what == "repositories":
        return [_summary(each) for each in github.repositories.values()]
    return getattr(github, what)


def _summary(of: Repository) -> dict[str, Any]:
    """A repository at a glance."""
    shown = ("number", "title", "body", "state", "by", "pull", "labels")
    return {
        "id": of.id,
        "full_name": of.full_name,
        "default_branch": of.default_branch,
        "branches": of.branches,
        "issues": [{name: getattr(each, name) for name in shown} for each in of.issues.values()],
        "comments": list(of.comments.values()),
        "checks": list(of.checks.values()),
        "deployments": list(of.deployments.values()),
    }


async def _act(github: GitHub, name: str, asked: dict[str, Any]) -> Any:
    """Any public deed of the people, by its name, with its arguments by name."""
    acts: dict[str, Any] = {"release": github.postman.release, "redeliver": github.postman.redeliver}
    act = acts.get(name) or getattr(github, name, None)
    if name.startswith("_") or not inspect.ismethod(act):
        raise Refused(404, f"no act {name}")
    result = act(**asked)
    return await result if inspect.isawaitable(result) else result


def _switch(github: GitHub, asked: dict[str, Any]) -> dict[str, Any]:
    for name, value in asked.items():
        if name not in SWITCHES | POSTING:
            raise Refused(404, f"no switch {name}")
        setattr(github.postman if name in POSTING else github, name, value)
    return asked


def _plain(value: Any) -> Any:
    """Plain JSON of what the stand-in remembers."""
    match value:
        case Account() | Installation() | Repository():
            return {"id": value.id, "login": getattr(value, "login", None)}
        case Delivery():
            return _fields(value) | {"body": value.body.decode(), "payload": value.payload}
        case datetime():
            return value.isoformat()
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple() | set():
            return [_plain(each) for each in value]
    return _fields(value) if dataclasses.is_dataclass(value) else value


def _fields(value: Any) -> dict[str, Any]:
    names = [each.name for each in dataclasses.fields(value) if each.name != "body"]
    shown = {name: _plain(getattr(value, name)) for name in names}
    return shown | ({"body": value.body} if isinstance(getattr(value, "body", None), str) else {})
