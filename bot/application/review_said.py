"""What a review has said at lines before it came to its end: whatever ends it, that is not said again."""

import json
from collections.abc import Iterable

import structlog

from bot.application import review_words as words
from bot.application.ports import World
from bot.domain.reviewing import Request
from bot.records import StepFailed

log = structlog.get_logger()


def name_of(key: str, head: str) -> str:
    """Of the one review that is posted of that commit, however often it is tried."""
    return f"{key}:{head}"


async def intend(key: str, head: str, fingerprints: Iterable[str], world: World) -> None:
    """Note what will be said at the lines of that commit, before it is."""
    noted = await _noted(key, world)
    noted[head] = [*fingerprints]
    await world.notes.put(_note(key), json.dumps(noted))


async def said_at_lines(request: Request, key: str, world: World, *, but: str = "") -> tuple[str, ...]:
    """The fingerprints of what is there of it, of all commits but this one."""
    noted = await _noted(key, world)
    return tuple([
        each
        for head, fingerprints in noted.items()
        if head != but and await _is_there(request, name_of(key, head), world)
        for each in fingerprints
    ])


async def still_said(request: Request, said: frozenset[str], world: World) -> frozenset[str]:
    """Of what was said at lines before, what stays so: where all is asked for again, what stands open.

    What people have resolved, or deleted, and is found again, is said at its line again.
    """
    if not request.is_full or not said:
        return said
    try:
        threads = await world.review_threads.ours(request.repository, request.number)
    except StepFailed as no:
        log.warning("threads_not_looked_for", code=no.code)
        return said
    return said & {each.fingerprint for each in threads if not each.is_resolved}


async def _is_there(request: Request, name: str, world: World) -> bool:
    """As GitHub shows; where it does not, rather once too few than twice."""
    try:
        found = await world.reviews.find(request.repository, request.number, marker=words.marker(name))
    except StepFailed as no:
        log.warning("review_not_looked_for", code=no.code)
        return True
    return found is not None


async def _noted(key: str, world: World) -> dict[str, list[str]]:
    return dict(json.loads(await world.notes.get(_note(key)) or "{}"))


def _note(key: str) -> str:
    return f"review-lines:{key}"
