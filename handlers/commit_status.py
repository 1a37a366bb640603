"""GitHub: somebody said of a commit how it is, in the way that is older than check runs."""

from collections.abc import Mapping
from typing import Any

from bot.application.checking import note_checks
from handlers.conversation import Context
from handlers.payloads import CommitStatus


async def told(data: Mapping[str, Any], context: Context) -> None:
    """Look at the checks of the commit, where it is one that the bot put up; what is said of it is not taken
    from the payload.
    """
    status = CommitStatus.from_payload(data)
    if not status.is_over:
        return
    integration_id = await context.integration_of(status.repository, head=status.head)
    if integration_id is not None:
        await note_checks(integration_id, status.head, key=context.key, world=context.world)
