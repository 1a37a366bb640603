"""The way in: a delivery goes to the handler of its kind."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog

from bot.application.ports import World
from bot.records import Delivery, FollowUp
from handlers.conversation import Context, Handler
from handlers.payloads import is_from_the_app

log = structlog.get_logger()

# It is of a person and of no installation, and no webhook but the App's own can be sent it.
OF_PEOPLE: Final = frozenset({"github_app_authorization.revoked"})


def dispatcher(world: World, table: Mapping[str, Handler]) -> Callable[[Delivery], Awaitable[list[FollowUp]]]:
    """Hands on what the App sent; a webhook of the repository's own asks for nothing."""

    async def dispatch(delivery: Delivery) -> list[FollowUp]:
        handler, context = table.get(delivery.kind), Context(world=world, key=delivery.key)
        if handler is None:
            return []
        data: Mapping[str, Any] = json.loads(delivery.body)
        if is_from_the_app(data) or delivery.kind in OF_PEOPLE:
            await handler(data, context)
        else:
            log.info("delivery_ignored", why="no_installation")
        return context.follow_ups

    return dispatch
