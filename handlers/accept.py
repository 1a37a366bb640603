"""Command: accept."""

from bot.application import verdict_words as words
from bot.application.asked import Judge
from bot.application.review_judging import judge_and_tell
from bot.domain.commands import Command
from bot.domain.verdicts import LASTS, said_until
from handlers.conversation import Here

UNDO = "undo"

COMMAND = Command(
    name="accept",
    usage="accept [finding] [why] [until <when>] [--undo]",
    help="live with a finding of a review, until then or for 90 days: no review here says or counts it "
    "meanwhile; `--undo` takes that back",
    needs=Judge.needs,
    flags=(UNDO,),
)


async def run(here: Here) -> str:
    """Let it be as it is, for a while."""
    if not here.comment.is_pull:
        return words.no_pull_request()
    context, is_undo = here.context, UNDO in here.spoken.options
    now = context.world.clock.now()
    it = said_until(here.spoken.text, now, thread=await here.finding())
    if it.until is not None and it.until <= now:
        return words.over_already(it.until)
    asked = Judge(
        by=here.by,
        repository=here.repository,
        number=here.comment.issue,
        finding=it.finding,
        kind="lifted" if is_undo else "accepted",
        why=it.why,
        until=None if is_undo else it.until or now + LASTS,
    )
    told = await judge_and_tell(asked, key=context.key, door=context.door, world=context.world)
    return words.noted(told, is_unread=it.is_unread)
