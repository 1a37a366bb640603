"""Command: fix."""

from bot.application import fix_words as words
from bot.application.asked_fixes import Fix
from bot.application.fix_asking import ask_for_fix
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="fix",
    usage="fix [what]",
    help="change this pull request, tested: a finding by its name, `checks` that fail, its `conflict`, or "
    "what you say; in a thread at a line, what is said there",
    needs=Fix.needs,
    is_free=True,
)


async def run(here: Here) -> str | None:
    """Begin; how it goes and what came of it stands in one comment, or in the thread."""
    if not here.comment.is_pull:
        return words.no_pull_request()
    asked = Fix(
        by=here.by,
        repository=here.repository,
        number=here.comment.issue,
        text=here.spoken.text,
        comment=here.comment.id,
        said_at=here.comment.said_at,
        thread=here.comment.thread,
        finding=await here.finding(),
    )
    context = here.context
    begins = await ask_for_fix(asked, key=context.key, door=context.door, world=context.world)
    return None if begins else words.no_words()
