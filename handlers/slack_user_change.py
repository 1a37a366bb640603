"""Slack: somebody's account was changed."""

from collections.abc import Mapping
from typing import Any

from bot.application.slack_linking import unlink
from bot.application.slack_wishing import move
from handlers.conversation import Context
from handlers.slack_payloads import ChangedPerson


async def changed(data: Mapping[str, Any], context: Context) -> None:
    """Who is in the workspace no more acts as nobody here; who moved is told by another clock."""
    person = ChangedPerson.from_event(data)
    for user in person.users:
        key = f"{context.key}:{user.team}"
        if person.is_gone:
            await unlink(user, cause="deactivated", key=key, kept=context.world)
        else:
            await move(user, person.zone, key=key, kept=context.world)
