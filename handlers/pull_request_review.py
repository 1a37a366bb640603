"""GitHub: a review of a pull request."""

from collections.abc import Mapping
from typing import Any, Final

from bot.application import words
from bot.application.commands import Approve, note_withdrawn
from bot.domain.policy import Denied, NothingWaits
from handlers.conversation import Context, may_be_answered, reply
from handlers.payloads import Review

APPROVED: Final = "approved"


async def submitted(data: Mapping[str, Any], context: Context) -> None:
    """A review that approves is an approval of the commit it was made of; where it is none, that is said."""
    review = Review.from_payload(data)
    if not review.own or review.state != APPROVED:
        return
    integration_id = await context.integration_of(review.repository, pull_request=review.issue)
    if integration_id is None:
        return
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
