"""Command: pause."""

from bot.application import review_pause_words as words
from bot.application.asked import PauseReviews
from bot.application.review_pausing import pause
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="pause",
    usage="pause",
    help="have no review of this pull request follow by itself; what you ask for is still done",
    needs=PauseReviews.needs,
)


async def run(here: Here) -> str:
    """Let none follow by itself."""
    if not here.comment.is_pull:
        return words.no_pull_request()
    asked = PauseReviews(by=here.by, repository=here.repository, number=here.comment.issue)
    context = here.context
    is_new = await pause(asked, key=context.key, door=context.door, world=context.world)
    return words.paused(is_new=is_new, by=here.by.login)
