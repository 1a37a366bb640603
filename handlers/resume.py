"""Command: resume."""

from bot.application import review_pause_words as words
from bot.application.asked import ResumeReviews
from bot.application.review_pausing import resume
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="resume",
    usage="resume",
    help="let reviews of this pull request follow by themselves again",
    needs=ResumeReviews.needs,
)


async def run(here: Here) -> str:
    """Let them follow by themselves again."""
    if not here.comment.is_pull:
        return words.no_pull_request()
    asked = ResumeReviews(by=here.by, repository=here.repository, number=here.comment.issue)
    context = here.context
    outcome = await resume(asked, key=context.key, door=context.door, world=context.world)
    return words.resumed(outcome, by=here.by.login)
