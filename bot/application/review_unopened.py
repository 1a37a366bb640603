"""A review whose check could not be opened: the people of the pull request are told in a comment."""

import structlog

from bot.application import review_words as words
from bot.application.effects import say_once
from bot.application.ports import World
from bot.domain.reviewing import Request
from bot.records import StepFailed

log = structlog.get_logger()


async def tell_without_check(request: Request, code: str, *, key: str, world: World) -> None:
    """To whoever asked, each time; where nobody did, once for each reason, however often it is pushed to.

    Where not even that can be said it stands in the log: that keeps nothing from its end. Raises Unavailable.
    """
    repository, number = request.repository, request.number
    log.error("review_without_check", repository=repository.full_name, number=number, code=code)
    name = f"{key}:given-up" if request.by else f"unasked:{repository.id}:{number}:{code}"
    marker, said = words.marker(name), words.without_check(code, is_asked=request.by is not None)
    try:
        await say_once(
            world, repository, number, f"{marker}\n{said}", marker=marker, effect=name, looks_first=True
        )
    except StepFailed as no:
        log.warning("review_not_told", repository=repository.full_name, number=number, code=no.code)
