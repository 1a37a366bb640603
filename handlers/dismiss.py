"""Command: dismiss."""

from bot.application import verdict_words as words
from bot.application.asked import Judge
from bot.application.review_judging import judge_and_tell
from bot.domain.commands import Command
from bot.domain.verdicts import said
from handlers.conversation import Here

UNDO = "undo"

COMMAND = Command(
    name="dismiss",
    usage="dismiss [finding] [why] [--undo]",
    help="say that a finding of a review is none: no review here says or counts it again; `--undo` takes "
    "that back",
    needs=Judge.needs,
    flags=(UNDO,),
)


async def run(here: Here) -> str:
    """Have it said no more."""
    if not here.comment.is_pull:
        return words.no_pull_request()
    context, it = here.context, said(here.spoken.text, thread=await here.finding())
    asked = Judge(
        by=here.by,
        repository=here.repository,
        number=here.comment.issue,
        finding=it.finding,
        kind="lifted" if UNDO in here.spoken.options else "dismissed",
        why=it.why,
    )
    return words.noted(await judge_and_tell(asked, key=context.key, door=context.door, world=context.world))
