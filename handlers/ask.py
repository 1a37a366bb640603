"""Command: ask."""

from bot.application import question_words as words
from bot.application.asked import Ask
from bot.application.question_asking import ask_about
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="ask",
    usage="ask <question>",
    help="look into the code, and answer here with the files and lines that the answer rests on",
    needs=Ask.needs,
    is_free=True,
)


async def run(here: Here) -> str | None:
    """Begin; the answer is a comment of its own, as soon as there is one."""
    if not here.spoken.text:
        return words.no_question()
    asked = Ask(
        by=here.by,
        repository=here.repository,
        number=here.comment.issue,
        is_pull=here.comment.is_pull,
        text=here.spoken.text,
        comment=here.comment.id,
        said_at=here.comment.said_at,
        thread=here.comment.thread,
    )
    await ask_about(asked, key=here.context.key, door=here.context.door, world=here.context.world)
    return None
