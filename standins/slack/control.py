"""The stand-in's own doors: for a demo or a harness that runs in another process."""

import dataclasses
import inspect
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from standins.faults import Fault
from standins.slack.people import Slack
from standins.slack.state import Delivery, Team, User
from standins.slack.world import Refused

SWITCHES: Final = {"door_url"}
POSTING: Final = {"twice", "holding", "losing", "deadline_seconds", "retries_after_seconds"}
READABLE: Final = {
    "effects",
    "calls",
    "violations",
    "deliveries",
    "channels",
    "ephemerals",
    "views",
    "homes",
    "faults",
}


async def steer(slack: Slack, request: web.Request) -> web.Response:
    """GET /_standin/{what}; POST /_standin/acts/{act}, /faults, /switches; DELETE /_standin/faults."""
    door = request.path.removeprefix("/_standin/").strip("/")
    asked = await request.json() if request.can_read_body else {}
    try:
        return web.json_response(await _answer(slack, request.method, door, asked))
    except Refused as refused:
        return web.json_response({"error": refused.error}, status=404)
    except (TypeError, ValueError, KeyError) as error:
        return web.json_response({"error": repr(error)}, status=400)


async def _answer(slack: Slack, method: str, door: str, asked: dict[str, Any]) -> Any:
    if method == "GET" and door in READABLE:
        return _plain(slack.faults.active if door == "faults" else getattr(slack, door))
    if method == "POST" and door.startswith("acts/"):
        return _plain(await _act(slack, door.removeprefix("acts/"), asked))
    if method == "POST" and door == "faults":
        return _plain(slack.faults.add(Fault(**asked)))
    if method == "DELETE" and door == "faults":
        return slack.faults.clear()
    if method == "POST" and door == "switches":
        return _switch(slack, asked)
    raise Refused("not_found")


async def _act(slack: Slack, name: str, asked: dict[str, Any]) -> Any:
    """Any public deed of the people, by its name, with its arguments by name; a team by its id."""
    acts: dict[str, Any] = {"release": slack.postman.release, "redeliver": slack.postman.redeliver}
    act = acts.get(name) or getattr(slack, name, None)
    if name.startswith("_") or not inspect.ismethod(act):
        raise Refused("no_such_act")
    if isinstance(asked.get("team"), str):
        asked = {**asked, "team": slack.team(asked["team"])}
    result = act(**asked)
    return await result if inspect.isawaitable(result) else result


def _switch(slack: Slack, asked: dict[str, Any]) -> dict[str, Any]:
    for name, value in asked.items():
        if name not in SWITCHES | POSTING:
            raise Refused("no_such_switch")
        setattr(slack.postman if name in POSTING else slack, name, value)
    return asked


def _plain(value: Any) -> Any:
    """Plain JSON of what the stand-in remembers."""
    match value:
        case User() | Team():
            return {"id": value.id, "name": value.name}
        case datetime() | bytes():
            return value.isoformat() if isinstance(value, datetime) else value.decode(errors="replace")
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple() | set():
            return [_plain(each) for each in value]
    if not dataclasses.is_dataclass(value):
        return value
    return _fields(value) | ({"reply": value.reply} if isinstance(value, Delivery) else {})


def _fields(value: Any) -> dict[str, Any]:
    return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
