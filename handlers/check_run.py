"""GitHub: a check run, or a suite of them, has ended, or is wanted again."""

from collections.abc import Mapping
from typing import Any

from bot.application.checking import note_checks
from bot.application.review_again import run_again
from bot.application.review_words import CHECK
from handlers.conversation import Context
from handlers.payloads import CheckAgain, EndedCheck


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


async def rerequested(data: Mapping[str, Any], context: Context) -> None:
    """A person pressed the button at our review's check, or at all of our checks of that commit."""
    wanted, world = CheckAgain.from_payload(data), context.world
    is_ours = f"{wanted.app}[bot]" == await world.repositories.app_login()
    if is_ours and wanted.by_person and wanted.name in {None, CHECK}:
        await run_again(wanted.repository, wanted.head, by=wanted.by, key=context.key, world=world)
