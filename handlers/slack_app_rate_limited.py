"""Slack: so many events happened in a minute that it sends no more of them."""

from collections.abc import Mapping
from typing import Any

import structlog

from handlers.conversation import Context

log = structlog.get_logger()


async def limited(data: Mapping[str, Any], context: Context) -> None:
    """Nothing brings those back: the operator is told."""
    log.warning("slack_events_lost", team=data.get("team_id"), minute=data.get("minute_rate_limited"))
