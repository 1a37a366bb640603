"""Workflow: a question, an answer; looked at again where others fail, and told where nothing comes of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import question_words as words
from bot.application.ports import World
from bot.application.question_asking import WORKFLOW
from bot.application.question_saying import at, give_up, say, tell
from bot.application.question_seeing import see
from bot.application.question_turns import answer
from bot.application.recording import append_beside
from bot.application.saga import Places
from bot.domain.enquiring import held_up
from bot.domain.reviewing import MENDABLE, TRIES, pause_seconds
from bot.infrastructure.engine import heard, on, step
from bot.records import StepFailed

log = structlog.get_logger()

ANSWER: Final = "question.answer_v1"
TOPIC: Final = "question"

Answers = Callable[[str], Awaitable[str]]


async def set_aside(world: World, stream: str, asked_key: str, nth: int, code: str, *, key: str) -> float:
    """Whoever asked is told; how long until it is tried again, 0 where it is not."""
    it = await at(world, stream, asked_key)
    if code not in MENDABLE or nth >= TRIES:
        await give_up(it, code, world)
        return 0.0
    seconds = pause_seconds(nth, world.rules.look_again_seconds)
    again = world.clock.now() + timedelta(seconds=seconds)
    await tell(it, words.held_up(it.enquiry, code, again=again), world, part="held-up")
    own = f"{asked_key}:held:{nth}"
    await append_beside(world, stream, held_up(code, nth=nth), key=own, meta={"key": own})
    return seconds


async def stays(_job: str, /, *, waits: bool) -> bool:
    """Nothing takes a question out of its queue: what stops it, it finds out when it has its place."""
    return False


async def carry(stream: str, asked_key: str, answers: Answers, world: World) -> None:
    """Try until it was answered, or nothing more comes of it; it is seen as it was at the first look."""
    nth, seen, seconds = 0, "", 0.0
    while nth == 0 or seconds:
        nth += 1
        seen, seconds = await _once(stream, asked_key, nth, seen, answers, world)
        if seconds:
            await heard(TOPIC, seconds=seconds)


async def _once(
    stream: str, asked_key: str, nth: int, seen: str, answers: Answers, world: World
) -> tuple[str, float]:
    """One try: what was seen by then, and how long until the next, 0 where there is none."""
    try:
        seen = seen or await step(see, world, stream, asked_key, unforeseen="internal")
        digest = await answers(seen)
        await step(say, world, stream, asked_key, digest, unforeseen="internal")
    except StepFailed as failure:
        log.warning("question_held_up", code=failure.code, detail=failure.detail)
        seconds: float = await step(set_aside, world, stream, asked_key, nth, failure.code)
        return seen, seconds
    return seen, 0.0


def register(world: World, places: Places) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process. `places` are the model's."""

    @DBOS.workflow(name=ANSWER)
    async def answer_v1(stream: str, asked_key: str, seen: str, account: str) -> str:
        """Answer it, once the account has a place for it."""
        async with places.place(account):
            with bound_contextvars(question=stream):
                digest: str = await step(answer, world, stream, asked_key, seen, unforeseen="internal")
                return digest

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def run_v1(stream: str, asked_key: str, repository: str, account: str) -> None:
        """Carry one question to its end."""

        async def answers(seen: str) -> str:
            digest: Any = await on(
                "ai", answer_v1, stream, asked_key, seen, account, tenant=repository, leaves=stays
            )
            return str(digest)

        with bound_contextvars(question=stream):
            try:
                await carry(stream, asked_key, answers, world)
            except StepFailed as failure:
                log.warning("question_given_up", code=failure.code, detail=failure.detail)
