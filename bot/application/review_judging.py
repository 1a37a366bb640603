"""What somebody says of a finding counts at once: on the pull request where it is said, too."""

import structlog

from bot.application.asked import Judge
from bot.application.ports import World
from bot.application.review_telling import tell_anew
from bot.application.verdicts import Judged, judge
from bot.records import StepFailed

log = structlog.get_logger()


async def judge_and_tell(asked: Judge, *, key: str, door: str, world: World) -> Judged:
    """Note it, once for each key, and say anew what the last review there said.

    What is noted stays so where that cannot be said. Raises Denied, Unavailable, StepFailed.
    """
    verdict = await judge(asked, key=key, door=door, world=world)
    try:
        pull = await world.reviews.look(asked.repository, asked.number)
        return Judged(verdict=verdict, ends=await tell_anew(asked.repository, pull, world))
    except StepFailed as no:
        log.warning("verdict_not_shown", code=no.code)
        return Judged(verdict=verdict, trouble=no.code)
