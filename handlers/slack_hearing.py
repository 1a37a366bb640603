"""The way in from Slack: what was sealed at the door is opened, and goes to the handler of its kind."""

from collections.abc import Callable, Mapping

from bot.application.intake import Dispatch
from bot.application.ports import World
from bot.records import Delivery, FollowUp
from handlers.conversation import Context, Handler
from handlers.slack_payloads import read

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
