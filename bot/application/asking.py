"""One question to the model, paid once: the answer kept, its cost a fact, the ceilings checked before."""

import asyncio
import json

from msgspec import structs

from bot.application.ports import World
from bot.application.recording import amend
from bot.application.spending import check_month
from bot.application.texts import keep_text, load_text
from bot.application.watching import watched
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.pricing import cost_micro_usd
from bot.domain.secrecy import shown
from bot.records import Answer, Question, Spent, StepFailed, Unavailable, Usage


async def ask(
    world: World, it: Integration, question: Question, *, step: str, key: str
) -> tuple[Integration, Answer]:
    """Ask, and note the answer and what it cost.

    Raises StepFailed at a ceiling: budget, monthly_budget, owner_budget.

    This is the one way to the model, and nothing that looks like a secret goes through it.
    What an answer cost that broke off is noted too: it counts, although nothing comes of it. One that had
    come whole when the run was stopped is noted as any: what rests goes on from it.
    """
    if limit := it.limit_reached():
        raise StepFailed("budget", limit)
    await check_month(it.repository, world)
    # In a thread, for the others' sake: a long conversation is megabytes.
    question, left_out = await asyncio.to_thread(shown, question)
    lost: list[Spent] = []
    asking = world.claude.ask(question, key=key, repository_id=it.repository.id, lost=lost.append)
    try:
        answer = await watched(world, it.id, asking)
    except (StepFailed, Unavailable) as failure:
        for spent in lost:
            await _note_lost(world, it, _lost(it, spent, step=step, code=failure.code), key=key)
        came = await world.claude.paid(key=key, repository_id=it.repository.id)
        if came is not None:
            await _note(world, it, came, question, step=step, left_out=left_out, key=key)
        raise
    return await _note(world, it, answer, question, step=step, left_out=left_out, key=key), answer


async def _note(  # noqa: PLR0913  what a turn is made of
    world: World,
    it: Integration,
    answer: Answer,
    question: Question,
    *,
    step: str,
    left_out: tuple[str, ...],
    key: str,
) -> Integration:
    prompts = tuple(sorted({*question.prompts} - {*it.prompts}))
    turn = structs.replace(await _turn(world, it, answer, step=step), left_out=left_out, prompts=prompts)
    return await amend(world, it.id, lambda _: [turn], key=key)


def _lost(it: Integration, spent: Spent, *, step: str, code: str) -> e.AnswerLost:
    return e.AnswerLost(
        step=step,
        attempt=it.attempt,
        turn=it.turns + 1,
        code=code,
        model=spent.model,
        input_tokens=spent.usage.input_tokens,
        output_tokens=spent.usage.output_tokens,
        cache_read_tokens=spent.usage.cache_read_tokens,
        cache_write_tokens=spent.usage.cache_write_tokens,
        micro_usd=cost_micro_usd(spent.model, spent.usage),
    )


async def _note_lost(world: World, it: Integration, lost: e.AnswerLost, *, key: str) -> None:
    """One question can lose an answer more than once: each has a key of its own."""
    own = f"{key}:lost:"
    past = await world.log.read(it.id)
    before = sum(str(record.meta.get("key", "")).startswith(own) for record in past)
    await amend(world, it.id, lambda _: [lost], key=f"{own}{before + 1}")


async def _turn(world: World, it: Integration, answer: Answer, *, step: str) -> e.TurnTaken:
    return e.TurnTaken(
        step=step,
        attempt=it.attempt,
        turn=it.turns + 1,
        answer=await keep_answer(world, it, answer),
        stop_reason=answer.stop_reason or "",
        model=answer.model,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cache_read_tokens=answer.usage.cache_read_tokens,
        cache_write_tokens=answer.usage.cache_write_tokens,
        micro_usd=cost_micro_usd(answer.model, answer.usage),
    )


async def keep_answer(world: World, it: Integration, answer: Answer) -> str:
    """The digest under which the answer is kept, whole."""
    usage = answer.usage
    kept = {
        "content": [dict(block) for block in answer.content],
        "stop_reason": answer.stop_reason,
        "model": answer.model,
        "usage": [
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
        ],
    }
    return await keep_text(world, it, json.dumps(kept, ensure_ascii=False))


async def load_answer(world: World, it: Integration, digest: str) -> Answer:
    """An answer that was kept."""
    kept = json.loads(await load_text(world, it, digest))
    given, made, read, written = kept["usage"]
    usage = Usage(input_tokens=given, output_tokens=made, cache_read_tokens=read, cache_write_tokens=written)
    return Answer(
        content=tuple(kept["content"]),
        stop_reason=kept["stop_reason"],
        usage=usage,
        model=kept["model"],
    )
