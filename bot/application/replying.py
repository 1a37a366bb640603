"""Workflow: something was said to a finding; it is looked at again, and stays for reasons or is withdrawn."""

from typing import Any, Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import reply_words as words
from bot.application.frozen import check_not_frozen
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.reply_asking import WORKFLOW
from bot.application.reply_thinking import load_reconsidered, think
from bot.application.retrying import LeavesOnce, carry, note_held_up, pause_after
from bot.application.review_paying import spent_by
from bot.application.review_telling import tell_anew
from bot.application.saga import Places
from bot.application.talking import Spot, say_there
from bot.domain.replying import (
    HELD_UP,
    WITHDRAWN,
    Dispute,
    answer_in,
    answer_key,
    answered,
    dispute_in,
    is_last,
    is_over,
    is_superseded,
)
from bot.domain.retrying import is_final
from bot.infrastructure.engine import on, step
from bot.records import STOPPED, StepFailed, Unavailable

log = structlog.get_logger()

THINK: Final = "reply.think_v1"
TOPIC: Final = "reply"
GONE: Final = frozenset(("pull_request_gone", STOPPED))


async def answer(world: World, stream: str, asked_key: str, digest: str, *, key: str) -> None:
    """Decide what becomes of it, once, and say so in the thread. Raises StepFailed."""
    past = await world.log.read(stream)
    it = dispute_in(past, asked_key)
    if answer_in(past, asked_key) is None:
        if is_superseded(past, asked_key) or is_over(past, it.thread, it.fingerprint):
            return
        await check_not_frozen(world, it.repository)
        if not (await world.reviews.look(it.repository, it.number)).is_open:
            return
        await _decide(world, stream, asked_key, it, digest)
    await _say(world, stream, asked_key, it)


async def _decide(world: World, stream: str, asked_key: str, it: Dispute, digest: str) -> None:
    made = await load_reconsidered(world, it.repository.id, digest)
    own = answer_key(asked_key)
    fact = answered(it, withdraws=made.withdraws, why=digest)
    await append_beside(world, stream, fact, key=own, meta={"key": own})


async def _say(world: World, stream: str, asked_key: str, it: Dispute) -> None:
    """What is noted is said, whatever was said in the thread since."""
    past = await world.log.read(stream)
    noted = answer_in(past, asked_key)
    if noted is None:
        return
    made = await load_reconsidered(world, it.repository.id, noted.data["why"])
    spent = await spent_by(world, it.repository, past, asked_key)
    if noted.type == WITHDRAWN:
        await _count_no_more(it, world)
        said = words.withdrawn(made.answer, is_resolved=await _resolve(it, world), spent=spent)
    else:
        upto = [each for each in past if each.version <= noted.version]
        said = words.insisted(made.answer, is_last=is_last(upto, it.thread), spent=spent)
    await _tell(world, it, asked_key, said)


async def _count_no_more(it: Dispute, world: World) -> None:
    """The check and the walkthrough of the last review, without it, before its thread says so.

    Where GitHub refuses that, the next review says it. Raises Unavailable.
    """
    try:
        await tell_anew(it.repository, await world.reviews.look(it.repository, it.number), world)
    except StepFailed as no:
        log.warning("withdrawal_not_shown", code=no.code, detail=no.detail)


async def _resolve(it: Dispute, world: World) -> bool:
    """Whether its thread is resolved by now: that is a courtesy, and fails nothing."""
    try:
        for thread in await world.review_threads.ours(it.repository, it.number):
            if thread.comment == it.thread:
                return thread.is_resolved or await world.review_threads.resolve(it.repository, thread.id)
    except (StepFailed, Unavailable) as no:
        log.warning("thread_not_resolved", code=no.code, detail=no.detail)
    return False


async def _tell(world: World, it: Dispute, name: str, said: str) -> None:
    spot = Spot(repository=it.repository, number=it.number, thread=it.thread)
    marker = words.marker(name)
    await say_there(world, spot, f"{marker}\n{said}", marker=marker, effect=f"answer:{name}")


async def set_aside(world: World, stream: str, asked_key: str, nth: int, code: str, *, key: str) -> float:
    """Say in the thread why it takes longer, or that it is given up; how long until it is tried again."""
    past = await world.log.read(stream)
    it = dispute_in(past, asked_key)
    if code in GONE or is_superseded(past, asked_key):
        return 0.0
    if is_final(code, nth):
        noted = answer_in(past, asked_key)
        is_withdrawn = noted is not None and noted.type == WITHDRAWN
        spent = await spent_by(world, it.repository, past, asked_key)
        said = words.unsaid(code) if is_withdrawn else words.given_up(code, spent=spent)
        await _tell(world, it, f"{asked_key}:given-up", said)
        return 0.0
    pause = pause_after(nth, world)
    if nth == 1:
        await _tell(world, it, f"{asked_key}:held", words.held(code, again=pause.again))
    await note_held_up(world, stream, asked_key, HELD_UP, nth, code)
    return pause.seconds


def register(world: World, places: Places) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process. `places` are the model's."""

    @DBOS.workflow(name=THINK)
    async def think_v1(stream: str, asked_key: str, account: str) -> str:
        """Think about it, once the account has a place for it."""
        async with places.place(account):
            with bound_contextvars(review=stream):
                digest: str = await step(think, world, stream, asked_key, unforeseen="internal")
                return digest

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def run_v1(stream: str, asked_key: str, repository: str, account: str) -> None:
        """Carry one answer to its end."""

        leaves = LeavesOnce(world=world, stream=stream, key=asked_key, is_over=is_superseded)

        async def tries(_nth: int) -> None:
            asked = (stream, asked_key, account)
            digest: Any = await on("ai", think_v1, *asked, tenant=repository, leaves=leaves)
            if digest:
                await step(answer, world, stream, asked_key, str(digest), unforeseen="internal")

        async def sets_aside(nth: int, code: str) -> float:
            return float(await step(set_aside, world, stream, asked_key, nth, code))

        with bound_contextvars(review=stream):
            await carry(TOPIC, tries, sets_aside)
