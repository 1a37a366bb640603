"""Slack: the app was taken out of a workspace, or tokens of it are void."""

from collections.abc import Mapping
from typing import Any

from handlers.conversation import Context
from handlers.slack_payloads import Revoked


async def gone(data: Mapping[str, Any], context: Context) -> None:
    """Its tokens are forgotten at once; of the operator's own, for one workspace, none are kept."""
    told, slack = Revoked.from_event(data), context.world.slack
    if slack is not None and slack.forgets is not None:
        await slack.forgets(told.workspace, told_at=told.told_at, bots=told.bots)
