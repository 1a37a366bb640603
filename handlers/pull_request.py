"""GitHub: something happened to a pull request."""

from collections.abc import Mapping
from typing import Any

from bot.application.commands import note_closed
from handlers.conversation import Context
from handlers.payloads import ClosedPullRequest


async def closed(data: Mapping[str, Any], context: Context) -> None:
    """Whoever else closes the pull request ends its integration; so does whoever merges it at the gate."""
    pull = ClosedPullRequest.from_payload(data)
    integration_id = await context.integration_of(pull.repository, pull_request=pull.number)
    if integration_id is not None and pull.by.login != await context.world.repositories.app_login():
        await note_closed(
            integration_id, by=pull.by, merged=pull.merged, key=context.key, world=context.world
        )
