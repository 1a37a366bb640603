"""Command: review."""

from bot.application import review_words as words
from bot.application.asked import Review
from bot.application.review_asking import ask_for_review
from bot.domain.commands import Command
from handlers.conversation import Here

FULL = "full"

COMMAND = Command(
    name="review",
    usage="review [full] [focus]",
    help="review this pull request, with an eye on what you say; `full` reads all of it again",
    needs=Review.needs,
)


async def run(here: Here) -> str | None:
    """Begin; the check run says how it goes, and a comment more would be one too many."""
    if not here.comment.is_pull:
        return words.no_pull_request()
    is_full = here.first_word == FULL
    focus = here.spoken.text.removeprefix(FULL).strip() if is_full else here.spoken.text
    asked = Review(
        by=here.by, repository=here.repository, number=here.comment.issue, focus=focus, full=is_full
    )
    await ask_for_review(asked, key=here.context.key, door=here.context.door, world=here.context.world)
    return None
