"""GitHub: a check run, or a suite of them, has ended."""

from collections.abc import Mapping
from typing import Any

from bot.application.checking import note_checks
from handlers.conversation import Context
from handlers.payloads import EndedCheck


async def completed(data: Mapping[str, Any], context: Context) -> None:
    """Look at the checks of the commit, where it is one that the bot put up; what is said of it is not taken
    from the payload.
    """
    check = EndedCheck.from_payload(data)
    integration_id = await context.integration_of(check.repository, head=check.head)
    if integration_id is None and check.branch is not None:
        integration_id = await context.integration_of(check.repository, branch=check.branch)
    if integration_id is not None:
        await note_checks(integration_id, check.head, key=context.key, world=context.world)
