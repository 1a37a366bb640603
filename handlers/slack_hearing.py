"""The way in from Slack: what was sealed at the door is opened, and goes to the handler of its kind."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from bot.application.intake import Dispatch
from bot.application.ports import World
from bot.records import Delivery, FollowUp
from handlers.conversation import Context, Handler

Open = Callable[[Delivery], bytes]


def slack_dispatcher(world: World, table: Mapping[str, Handler], opened: Open) -> Dispatch:
    """Hands on what Slack sent."""

    async def dispatch(delivery: Delivery) -> list[FollowUp]:
        handler = table.get(delivery.kind)
        context = Context(world=world, key=delivery.key, door="slack", heard_at=delivery.received_at)
        if handler is not None:
            await handler(read(opened(delivery)), context)
        return context.follow_ups

    return dispatch


def by_source(dispatches: Mapping[str, Dispatch]) -> Dispatch:
    """Each delivery goes on by the door that it came in at: its kind alone does not say."""

    async def dispatch(delivery: Delivery) -> list[FollowUp]:
        return list(await dispatches[delivery.source](delivery))

    return dispatch


def read(body: bytes) -> Mapping[str, Any]:
    """What is in it: an event's JSON, what people pressed, or the fields of a form."""
    if body.lstrip().startswith(b"{"):
        said: Mapping[str, Any] = json.loads(body)
        return said
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    pressed: Mapping[str, Any] = json.loads(form["payload"]) if "payload" in form else form
    return pressed
