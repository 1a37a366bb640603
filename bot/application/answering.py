"""Workflow: a question, an answer; looked at again where others fail, and told where nothing comes of it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import question_words as words
from bot.application.ports import World
from bot.application.question_asking import WORKFLOW
from bot.application.question_saying import at, give_up, say, tell
from bot.application.question_seeing import see
from bot.application.question_turns import answer
from bot.application.retrying import Tries, carry, note_held_up, pause_after, stays
from bot.application.saga import Places
from bot.domain.enquiring import HELD_UP
from bot.domain.retrying import is_final
from bot.infrastructure.engine import on, step

ANSWER: Final = "question.answer_v1"
TOPIC: Final = "question"

Answers = Callable[[str], Awaitable[str]]


async def set_aside(world: World, stream: str, asked_key: str, nth: int, code: str, *, key: str) -> float:
    """Whoever asked is told; how long until it is tried again, 0 where it is not."""
    it = await at(world, stream, asked_key)
    if is_final(code, nth):
        await give_up(it, code, world)
        return 0.0
    pause = pause_after(nth, world)
    await tell(it, words.held_up(it.enquiry, code, again=pause.again), world, part="held-up")
    await note_held_up(world, stream, asked_key, HELD_UP, nth, code)
    return pause.seconds


def _tries(world: World, stream: str, asked_key: str, answers: Answers) -> Tries:
    """It is seen as it was at the first look."""
    seen = ""

    async def tries(_nth: int) -> None:
        nonlocal seen
        seen = seen or await step(see, world, stream, asked_key, unforeseen="internal")
        digest = await answers(seen)
        await step(say, world, stream, asked_key, digest, unforeseen="internal")

    return tries


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

        async def sets_aside(nth: int, code: str) -> float:
            return float(await step(set_aside, world, stream, asked_key, nth, code))

        with bound_contextvars(question=stream):
            await carry(TOPIC, _tries(world, stream, asked_key, answers), sets_aside)
