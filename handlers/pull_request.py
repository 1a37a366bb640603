"""GitHub: something happened to a pull request."""

from collections.abc import Mapping
from typing import Any

from bot.application.checking_configuration import Proposed, check_configuration
from bot.application.commands import note_closed
from bot.application.deprecating import note_removal_closed
from bot.application.review_asking import OWN
from bot.application.review_heeding import after_sign
from bot.application.reviewing import after_event
from handlers.conversation import Context
from handlers.payloads import ClosedPullRequest, MovedPullRequest, sign_in


async def closed(data: Mapping[str, Any], context: Context) -> None:
    """Whoever else closes the pull request ends its integration; so does whoever merges it at the gate.

    Of the one that takes an integration out, both decide on that.
    """
    pull = ClosedPullRequest.from_payload(data)
    integration_id = await context.integration_of(pull.repository, pull_request=pull.number)
    if integration_id is not None and pull.by.login != await context.world.repositories.app_login():
        key, world = context.key, context.world
        await note_closed(integration_id, pull.number, by=pull.by, merged=pull.merged, key=key, world=world)
        await note_removal_closed(integration_id, pull.number, by=pull.by, key=key, world=world)


async def moved(data: Mapping[str, Any], context: Context) -> None:
    """It was opened, opened again, or pushed to: a configuration that it changes is checked.

    The bot's own changes hold none; what it pushes to somebody else's pull request comes on top of theirs.
    """
    pull = MovedPullRequest.from_payload(data)
    if not (await _is_ours(pull.by.login, context) and await _is_ours(pull.author, context)):
        proposed = Proposed(repository=pull.repository, head=pull.head, base=pull.base)
        await check_configuration(proposed, context.world)
    await _review(pull, str(data["action"]), context)


async def made_ready(data: Mapping[str, Any], context: Context) -> None:
    """It is no draft any more."""
    await _review(MovedPullRequest.from_payload(data), str(data["action"]), context)


async def signed(data: Mapping[str, Any], context: Context) -> None:
    """It was given a label, or somebody was asked to review it: by that a person may ask the bot, too."""
    sign = sign_in(data)
    if sign is not None:
        context.follow_ups.append(after_sign(sign, key=context.key))


async def _review(pull: MovedPullRequest, cause: str, context: Context) -> None:
    """A review by itself, where that is wanted; a draft's only if somebody asks."""
    if pull.is_draft:
        return
    why = OWN if await _is_ours(pull.author, context) else cause
    is_fork = not pull.is_from_here
    context.follow_ups.append(
        after_event(pull.repository, pull.number, why, is_fork=is_fork, key=context.key)
    )


async def _is_ours(login: str | None, context: Context) -> bool:
    return login == await context.world.repositories.app_login()
