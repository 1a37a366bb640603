"""Questions of a review that nobody waits for: handed in once, waited for by the engine, collected once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.application import review_batch_words as words
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.spending import check_month, in_flight_of
from bot.domain.batching import LONGEST, InFlight, handed_in, leaving_key, reserving_key, under
from bot.domain.pricing import cost_micro_usd, most_micro_usd
from bot.domain.review_pauses import is_stopped
from bot.domain.reviewing import batch_pause_seconds, is_overtaken, paid, paid_stream, request_in
from bot.records import Answer, Question, Repository, StepFailed

# The code of what is handed in and not answered; its detail names the batches.
WAITS: Final = "waits_for_batch:"
# So much may the API's clock be behind ours.
SKEW: Final = timedelta(minutes=10)
# Before the name of what may be another's: it is waited for, and left alone.
DOUBTFUL: Final = "?"
# Nobody wants it any more.
LEFT: Final = -1.0


async def batched(world: World, repository: Repository, question: Question, *, key: str) -> Answer | None:
    """The answer; None where none came and it has to be asked. Raises StepFailed(WAITS), Unavailable.

    What was handed in is paid for: it is collected, and noted, also where no money is left by then.
    """
    if answer := await world.claude.paid(key=key, repository_id=repository.id):
        return answer
    batch = await _handed_in(world, repository, question, key)
    if not await world.batches.has_ended(batch):
        raise StepFailed(WAITS, batch)
    return await world.batches.collect(question, batch, key=key, repository_id=repository.id)


async def _handed_in(world: World, repository: Repository, question: Question, key: str) -> str:
    """Once: what an earlier try may have handed in is waited for until it can be told. Raises StepFailed."""
    effect = f"batch:{key}"
    intent = await world.effects.begin(effect)
    batch = intent.result
    if batch is None:
        batch = None if intent.begun_at is None else await _found(world, key, intent.begun_at)
        if batch is None:
            await check_month(repository, world)
            batch = await world.batches.hand_in(question, key=key)
        await world.effects.finish(effect, result=batch)
    await _reserve(world, repository, question, batch, key=key)
    return batch


async def _reserve(world: World, repository: Repository, question: Question, batch: str, *, key: str) -> None:
    """What it may cost counts until it is answered: of many that wait, none is a surprise."""
    stream = paid_stream(repository.installation_id, world.clock.now())
    size = sum(map(len, (question.system, str(question.messages), str(question.schema), str(question.tools))))
    most = most_micro_usd(question.model, size, question.max_tokens)
    own = reserving_key(key)
    await append_beside(world, stream, handed_in(repository.id, batch, most), key=own, meta={"key": own})


async def _found(world: World, key: str, begun_at: datetime) -> str | None:
    """What an earlier try handed in. Raises StepFailed(WAITS) while that cannot be told, for a day."""
    found = await world.batches.find(key=key, since=begun_at - SKEW)
    if found is None or found.is_sure:
        return None if found is None else found.id
    if world.clock.now() - begun_at < LONGEST:  # after that what is in progress still is another's
        raise StepFailed(WAITS, f"{DOUBTFUL}{found.id}")
    return None


async def look_at_batches(  # noqa: PLR0913  which review, and what it waits for
    world: World, stream: str, asked_key: str, check: int, batches: str, nth: int, *, key: str
) -> float:
    """How long until another look: 0 once all have ended, LEFT once that nobody wants is over."""
    past = await world.log.read(stream)
    request = request_in(past, asked_key)
    repository = request.repository
    is_left = is_overtaken(past, asked_key) or is_stopped(past, asked_key)
    if is_left or not (await world.reviews.look(repository, request.number)).is_open:
        seconds = await cancel_left(world, stream, asked_key, nth, key=key)
        return seconds or LEFT
    if await _have_ended(world, [each.removeprefix(DOUBTFUL) for each in batches.split()]):
        return 0.0
    if not nth:
        title, summary = words.waits()
        await world.review_checks.say(repository, check, title=title, summary=summary)
    return batch_pause_seconds(nth, world.rules.look_again_seconds)


async def cancel_left(world: World, stream: str, asked_key: str, nth: int, *, key: str) -> float:
    """How long until another look, 0 once nothing waits any more of a review that is over.

    What may be another's is left alone.
    """
    repository = request_in(await world.log.read(stream), asked_key).repository
    month = await world.log.read(paid_stream(repository.installation_id, world.clock.now()))
    left = under(await in_flight_of(repository, month, world), asked_key)
    for each in left:
        await world.batches.cancel(each.batch)
    ended = [await _settled(world, repository, each) for each in left]
    return 0.0 if all(ended) else batch_pause_seconds(nth, world.rules.look_again_seconds)


async def _settled(world: World, repository: Repository, it: InFlight) -> bool:
    """Whether it has ended by now; what was answered all the same is paid for, and noted."""
    if not await world.batches.has_ended(it.batch):
        return False
    spent = await world.batches.spent(it.batch)
    cost = 0 if spent is None else cost_micro_usd(spent.model, spent.usage)
    stream, own = paid_stream(repository.installation_id, world.clock.now()), leaving_key(it.key)
    await append_beside(world, stream, paid(repository.id, cost), key=own, meta={"key": own})
    return True


async def _have_ended(world: World, batches: Sequence[str]) -> bool:
    return all([await world.batches.has_ended(each) for each in batches])
