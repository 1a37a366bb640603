"""GitHub: a review of a pull request."""

from collections.abc import Mapping
from typing import Any, Final

from bot.application import words
from bot.application.commands import Approve, note_withdrawn
from bot.domain.policy import Denied, NothingWaits
from handlers.conversation import Context, may_be_answered, reply
from handlers.payloads import Review

APPROVED: Final = "approved"
CHANGES_REQUESTED: Final = "changes_requested"


async def submitted(data: Mapping[str, Any], context: Context) -> None:
    """A review that approves is an approval; one that asks for changes takes its writer's approval back."""
    review = Review.from_payload(data)
    if not review.own or review.state not in {APPROVED, CHANGES_REQUESTED}:
        return
    integration_id = await context.integration_of(review.repository, pull_request=review.issue)
    if integration_id is None:
        return
    if review.state == APPROVED:
        await _approve(integration_id, review, context)
        return
    await note_withdrawn(integration_id, by=review.by, whose=review.by, key=context.key, world=context.world)


async def _approve(integration_id: str, review: Review, context: Context) -> None:
    """It approves the commit that it was made of; where it counts for nothing, that is said."""
    asked = Approve(
        by=review.by, repository=review.repository, integration_id=integration_id, head=review.commit
    )
    try:
        await context.send(asked)
    except NothingWaits:
        return  # a review is no command: where no gate waits, it asks nothing of the bot
    except Denied as error:
        if await may_be_answered(review, context.world):
            await reply(review, context, words.review_not_counted(error))


async def dismissed(data: Mapping[str, Any], context: Context) -> None:
    """Who dismisses a review takes back the approval that it gave."""
    review = Review.from_payload(data)
    integration_id = await context.integration_of(review.repository, pull_request=review.issue)
    if integration_id is not None and review.author is not None:
        await note_withdrawn(
            integration_id, by=review.by, whose=review.author, key=context.key, world=context.world
        )
