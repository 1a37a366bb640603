"""The way in: a delivery goes to the handler of its kind."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.application.ports import World
from bot.records import Delivery
from handlers.conversation import Context, Handler
from handlers.payloads import is_from_the_app

log = structlog.get_logger()


def dispatcher(world: World, table: Mapping[str, Handler]) -> Callable[[Delivery], Awaitable[None]]:
    """Hands on what the App sent; a webhook of the repository's own asks for nothing."""

    async def dispatch(delivery: Delivery) -> None:
        handler = table.get(delivery.kind)
        if handler is None:
            return
        data: Mapping[str, Any] = json.loads(delivery.body)
        if is_from_the_app(data):
            await handler(data, Context(world=world, key=delivery.key))
        else:
            log.info("delivery_ignored", why="no_installation")

    return dispatch
