"""Slack: somebody wrote a link that leads to something of the bot's."""

from collections.abc import Mapping
from typing import Any

from bot.application import slack_unfurling
from handlers.conversation import Context
from handlers.slack_home_payloads import SharedLinks


async def shared(data: Mapping[str, Any], context: Context) -> None:
    """What may be shown there is; in what is still being written nothing is."""
    it = SharedLinks.from_event(data)
    if it is not None:
        context.follow_ups.append(slack_unfurling.shared(it.user, it.posted, it.urls, key=context.key))
