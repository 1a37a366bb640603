"""Slack: somebody looks at the app's own tab."""

from collections.abc import Mapping
from typing import Any

from bot.application import slack_home
from handlers.conversation import Context
from handlers.slack_home_payloads import OpenedHome


async def opened(data: Mapping[str, Any], context: Context) -> None:
    """Their Home is shown; what they write to the bot is none of this."""
    it = OpenedHome.from_event(data)
    if it.is_home:
        context.follow_ups.append(slack_home.opened(it.user, key=context.key))
