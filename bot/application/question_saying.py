"""Saying what came of a question: one comment where it was asked, edited until it is the answer.

At a line it is a thread, in which nothing is edited: what holds it up is said there once, then the answer.
"""

from dataclasses import dataclass

import structlog

from bot.application import question_words as words
from bot.application.frozen import check_not_frozen
from bot.application.placing import Placed, place
from bot.application.ports import World
from bot.application.question_turns import load_replied
from bot.application.recording import append_beside
from bot.application.review_paying import spent_by
from bot.application.slack_questions import asked_there, tell_there
from bot.application.talking import Spot, say_there
from bot.domain.enquiring import Concluded, Enquiry, concluded, ending_key, enquiry_in
from bot.records import StepFailed

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Which question it is: its stream, the key that it was asked under, and what was asked."""

    stream: str
    key: str
    enquiry: Enquiry


async def at(world: World, stream: str, asked_key: str) -> At:
    """The question of this key."""
    enquiry = enquiry_in(await world.log.read(stream), asked_key)
    return At(stream=stream, key=asked_key, enquiry=enquiry)


async def say(world: World, stream: str, asked_key: str, digest: str, *, key: str) -> None:
    """Say the answer, once. Raises StepFailed, Unavailable."""
    it = await at(world, stream, asked_key)
    repository = it.enquiry.repository
    await check_not_frozen(world, repository)
    replied = await load_replied(world, repository, digest)
    text = (await world.blobs.get(repository.id, it.enquiry.text)).decode()
    spent = await _spent(it, world)
    await tell(it, words.answered(it.enquiry, text, replied, spent=spent), world)
    ended = Concluded(
        outcome="said",
        commit=replied.commit,
        text=digest,
        calls=replied.cost.calls,
        tokens=replied.cost.tokens,
        micro_usd=max(spent, replied.cost.micro_usd),
    )
    await note(it, ended, world)


async def give_up(it: At, code: str, world: World) -> None:
    """It is not tried again, and whoever asked is told why; it has ended also where nobody can be told."""
    spent = await _spent(it, world)
    try:
        await tell(it, words.given_up(it.enquiry, code, spent=spent), world)
    except StepFailed as no:
        log.warning("question_end_not_told", code=no.code, detail=no.detail)
    await note(it, Concluded(outcome=code, micro_usd=spent), world)


async def tell(it: At, said: str, world: World, *, part: str = "answer") -> None:
    """The one comment of this question, or in Slack the one message, says this now; in a thread at a line it
    is said once for each part.
    """
    enquiry = it.enquiry
    there = await asked_there(enquiry, world)
    if there is not None:
        await tell_there(there, enquiry, said, world)
        return
    if enquiry.thread is not None:
        marker = words.marker(f"{it.key}:{part}")
        spot = Spot(repository=enquiry.repository, number=enquiry.number, thread=enquiry.thread)
        effect = f"question:{it.key}:{part}"
        await say_there(world, spot, f"{marker}\n{said}", marker=marker, effect=effect)
        return
    marker = words.marker(it.key)
    placed = Placed(
        repository=enquiry.repository, number=enquiry.number, name=f"question:{it.key}", marker=marker
    )
    await place(placed, f"{marker}\n{said}", world)


async def _spent(it: At, world: World) -> int:
    return await spent_by(world, it.enquiry.repository, await world.log.read(it.stream), it.key)


async def note(it: At, ended: Concluded, world: World) -> None:
    """That it has ended is a fact."""
    own = ending_key(it.key)
    await append_beside(world, it.stream, concluded(ended), key=own, meta={"key": own})
