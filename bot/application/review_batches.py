"""Questions of a review that nobody waits for: handed in once, waited for by the engine, collected once."""

from datetime import datetime, timedelta
from typing import Final

from bot.application import review_batch_words as words
from bot.application.ports import World
from bot.application.spending import check_month
from bot.domain.review_pauses import is_stopped
from bot.domain.reviewing import batch_pause_seconds, is_overtaken, request_in
from bot.records import Answer, Question, Repository, StepFailed

# The code of what is handed in and not answered; its detail names the batches.
WAITS: Final = "waits_for_batch:"
# So much may the API's clock be behind ours.
SKEW: Final = timedelta(minutes=10)
# What was handed in has ended by then: what is in progress still is another's.
LONGEST: Final = timedelta(hours=25)
# Nobody wants it any more.
LEFT: Final = -1.0


async def batched(world: World, repository: Repository, question: Question, *, key: str) -> Answer | None:
    """The answer; None where none came and it has to be asked. Raises StepFailed(WAITS), Unavailable.

    What was handed in is paid for: it is collected, and noted, also where no money is left by then.
    """
    if paid := await world.claude.paid(key=key, repository_id=repository.id):
        return paid
    batch = await _handed_in(world, repository, question, key)
    if not await world.batches.has_ended(batch):
        raise StepFailed(WAITS, batch)
    return await world.batches.collect(question, batch, key=key, repository_id=repository.id)


async def _handed_in(world: World, repository: Repository, question: Question, key: str) -> str:
    """Once: what an earlier try may have handed in is waited for until it can be told. Raises StepFailed."""
    effect = f"batch:{key}"
    intent = await world.effects.begin(effect)
    if intent.result is not None:
        return intent.result
    batch = None if intent.begun_at is None else await _found(world, key, intent.begun_at)
    if batch is None:
        await check_month(repository, world)
        batch = await world.batches.hand_in(question, key=key)
    await world.effects.finish(effect, result=batch)
    return batch


async def _found(world: World, key: str, begun_at: datetime) -> str | None:
    """What an earlier try handed in. Raises StepFailed(WAITS) while that cannot be told, for a day."""
    found = await world.batches.find(key=key, since=begun_at - SKEW)
    if found is None or found.is_sure:
        return None if found is None else found.id
    if world.clock.now() - begun_at < LONGEST:
        raise StepFailed(WAITS, found.id)
    return None


async def look_at_batches(  # noqa: PLR0913  which review, and what it waits for
    world: World, stream: str, asked_key: str, check: int, batches: str, nth: int, *, key: str
) -> float:
    """How long until it is worth another look: 0 once all have ended, LEFT where nobody wants it any more."""
    past = await world.log.read(stream)
    if is_overtaken(past, asked_key) or is_stopped(past, asked_key):
        for each in batches.split():
            await world.batches.cancel(each)
        return LEFT
    if all([await world.batches.has_ended(each) for each in batches.split()]):
        return 0.0
    if not nth:
        title, summary = words.waits()
        await world.review_checks.say(
            request_in(past, asked_key).repository, check, title=title, summary=summary
        )
    return batch_pause_seconds(nth, world.rules.look_again_seconds)
