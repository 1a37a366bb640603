"""GitHub: a review of a pull request."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from bot.application import approval_words, landing_words, refusal_words, words
from bot.application.asked import Approve, RequestChanges
from bot.application.landing import note_change
from bot.application.recording import load
from bot.application.refusing import Command
from bot.application.withdrawing import note_withdrawn
from bot.domain.integration import Integration
from bot.domain.policy import Denied, NothingWaits, TestedAgain
from bot.domain.states import State
from bot.records import Unavailable
from handlers import conversation
from handlers.conversation import Context, may_be_answered, note_refusal, refused_before, reply
from handlers.payloads import Review

APPROVED: Final = "approved"
CHANGES_REQUESTED: Final = "changes_requested"


async def submitted(data: Mapping[str, Any], context: Context) -> None:
    """A review that approves is an approval; one that asks for changes sends what it is about back.

    It takes its writer's approval back as well, whether they may send anything back or not.
    """
    review = Review.from_payload(data)
    row = await _reviewed(review, context) if _says_something(review) else None
    if row is None:
        return
    if row["pull_request"] is None:
        # It was opened a moment ago, and that is not written down yet: nobody's word is lost by that.
        raise Unavailable("pull_request_being_opened")
    if review.state == APPROVED:
        await note_change(row["id"], "review", key=f"{context.key}:review", world=context.world)
        await _answer(review, context, partial(_approved, row["id"]))
    else:
        said = await note_withdrawn(
            row["id"], by=review.by, whose=review.by, key=context.key, world=context.world
        )
        await _answer(review, context, partial(_sent_back, row["id"], said))


async def apologise(data: Mapping[str, Any], context: Context) -> None:
    """Something went wrong with a review of one of the bot's pull requests: say so there."""
    review = Review.from_payload(data)
    if _says_something(review) and await _reviewed(review, context) is not None:
        await conversation.apologise(review, context)


def _says_something(review: Review) -> bool:
    """Whether a person says by it what they think of the pull request as a whole."""
    return review.own and review.state in {APPROVED, CHANGES_REQUESTED}


async def _reviewed(review: Review, context: Context) -> Mapping[str, Any] | None:
    """The integration whose pull request it is, or is about to be, as our own records say."""
    find, repository_id = context.world.integrations.find, review.repository.id
    rows = await find(repository_id=repository_id, pull_request=review.issue)
    if not rows and review.branch is not None:
        begun = await find(repository_id=repository_id, branch=review.branch, state=State.REVIEWING.value)
        rows = [row for row in begun if row["pull_request"] is None]
    return rows[0] if rows else None


async def _answer(
    review: Review, context: Context, take: Callable[[Review, Context], Awaitable[str | None]]
) -> None:
    """Do what it asks; where it counts for nothing, that is said, and final."""
    said = await refused_before(review, context) or await take(review, context)
    if said is not None:
        await reply(review, context, said)


async def _approved(integration_id: str, review: Review, context: Context) -> str | None:
    """It approves the commit that it was made of, as long as it stands."""
    if not await _stands(review, context):
        return None
    asked = Approve(
        by=review.by,
        repository=review.repository,
        integration_id=integration_id,
        head=review.commit,
        given_at=review.submitted_at,
    )
    try:
        it = await context.send(asked)
    except TestedAgain:
        return words.tested_again()
    except NothingWaits:
        if (await load(context.world, integration_id)).is_moving:
            # It shows the new commit since a moment, and that is not written down yet.
            raise Unavailable("pull_request_being_changed") from None
        return None  # a review is no command: where no gate waits, it asks nothing of the bot
    except Denied as error:
        return await _refused(review, context, "approve", error, said=refusal_words.review_not_counted(error))
    lacks = any(each.missing for each in it.rules_standing)
    return approval_words.approved(it, by=review.by) if lacks else None


async def _stands(review: Review, context: Context) -> bool:
    """Whether it still says what it said: whoever dismissed it may have been heard before it."""
    pulls = context.world.pulls
    says = await pulls.review_state(review.repository, review.issue, review.id)
    if says is None:
        raise Unavailable("review_not_shown")
    return says == review.state


async def _sent_back(
    integration_id: str, withdrawn: str | None, review: Review, context: Context
) -> str | None:
    """It sends it back, to be changed as it says; where it says nothing, its approval is `withdrawn`.

    Dismissed by now it sends nothing back; what its writer had approved before stays withdrawn.
    """
    remarks = await context.world.pulls.line_remarks(review.repository, review.issue, review.id)
    parts = words.wishes(review.body, remarks)
    if not parts or not await _stands(review, context):
        return withdrawn
    asked = RequestChanges(
        by=review.by,
        repository=review.repository,
        integration_id=integration_id,
        parts=parts,
        head=review.commit,
    )
    try:
        await replace(context, key=f"{context.key}:changes").send(asked)
    except TestedAgain:
        return words.tested_again()
    except NothingWaits:
        return _nothing_waits(await load(context.world, integration_id), review) or withdrawn
    except Denied as error:
        return await _refused(
            review, context, "changes", error, said=refusal_words.review_sends_nothing_back(error)
        )
    return words.sent_back(by=review.by.login)


def _nothing_waits(it: Integration, review: Review) -> str | None:
    """What is about to be merged, or at its gate again, is neither yet: the wish waits for that."""
    if it.is_to_be_merged or it.is_coming_to_its_gate:
        raise Unavailable("gate_being_moved")
    if it.merged and not it.ended:
        return landing_words.merged_before_changes(by=review.by.login)
    return words.being_changed() if it.is_being_changed else None


async def _refused(review: Review, context: Context, name: str, error: Denied, *, said: str) -> str | None:
    if not await may_be_answered(review, context):
        return None
    refused = Command(by=review.by, name=name, code=error.code, said=said)
    await note_refusal(review, context, refused)
    return refused.said


async def dismissed(data: Mapping[str, Any], context: Context) -> None:
    """Who dismisses a review takes back the approval that it gave; GitHub may have waited for that."""
    review = Review.from_payload(data)
    integration_id = await context.integration_of(review.repository, pull_request=review.issue)
    if integration_id is None or review.author is None:
        return
    key, world = context.key, context.world
    said = await note_withdrawn(integration_id, by=review.by, whose=review.author, key=key, world=world)
    await note_change(integration_id, "review", key=f"{key}:review", world=world)
    if said is not None:
        await reply(review, context, said)
