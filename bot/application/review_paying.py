"""A question of a review, paid once, within the month's money, and without what looks like a secret."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.review_batches import batched
from bot.application.spending import check_month
from bot.domain.pricing import cost_micro_usd
from bot.domain.retrying import MENDABLE
from bot.domain.reviewing import asked_at, paid, paid_stream, spent_under
from bot.domain.secrecy import shown
from bot.records import Answer, Question, Recorded, Repository, Spent, StepFailed, Unavailable, Usage


@dataclass(frozen=True, slots=True)
class Cost:
    """What a review has used so far."""

    calls: int = 0
    tokens: int = 0
    micro_usd: int = 0

    def plus(self, answer: Answer) -> "Cost":
        """With one answer more."""
        tokens = self.tokens + tokens_of(answer.usage)
        cost = self.micro_usd + cost_micro_usd(answer.model, answer.usage)
        return replace(self, calls=self.calls + 1, tokens=tokens, micro_usd=cost)

    def plus_all(self, it: "Cost") -> "Cost":
        """Both together."""
        return Cost(self.calls + it.calls, self.tokens + it.tokens, self.micro_usd + it.micro_usd)


async def ask_once(
    world: World, repository: Repository, question: Question, *, key: str, patient: bool = False
) -> Answer:
    """Ask, and note what it cost; under the same key it costs nothing again.

    Where it is `patient` it goes by a batch first: StepFailed(WAITS) until that has ended.

    Raises StepFailed at a ceiling, and at once where the model does not answer: that is said, and tried again
    later, and nobody waits meanwhile.
    """
    question, _ = await asyncio.to_thread(shown, question)
    lost: list[Spent] = []
    try:
        answer = await batched(world, repository, question, key=key) if patient else None
        if answer is None:
            await check_month(repository, world)
            answer = await world.claude.ask(question, key=key, repository_id=repository.id, lost=lost.append)
    except Unavailable as trouble:
        code = trouble.code if trouble.code in MENDABLE else "claude_unavailable"
        raise StepFailed(code, trouble.code) from None
    finally:
        for spent in lost:
            await _note(world, repository, spent.model, spent.usage, key=key)
    await _note(world, repository, answer.model, answer.usage, key=key, nth=0)
    return answer


async def _note(
    world: World, repository: Repository, model: str, usage: Usage, *, key: str, nth: int | None = None
) -> None:
    """A question can lose an answer more than once: each has a key of its own."""
    stream = paid_stream(repository.installation_id, world.clock.now())
    if nth is None:
        past = await world.log.read(stream)
        nth = 1 + sum(str(each.meta["key"]).startswith(f"{key}:lost:") for each in past)
    own = f"{key}:lost:{nth}" if nth else f"{key}:paid"
    fact = paid(repository.id, cost_micro_usd(model, usage))
    await append_beside(world, stream, fact, key=own, meta={"key": own})


async def spent_by(world: World, repository: Repository, past: Sequence[Recorded], key: str) -> int:
    """What was paid for this key until now, in millionths of a dollar; `past` is the stream that holds it.

    What was lost, or of no use in the end, is paid for as well.
    """
    moments = (asked_at(past, key), world.clock.now())
    streams = {paid_stream(repository.installation_id, moment) for moment in moments}
    return sum([spent_under(await world.log.read(each), key) for each in streams])


def tokens_of(usage: Usage) -> int:
    """All that went in and came out."""
    given = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    return given + usage.output_tokens
