"""Workflow: a fix, written, tested and put on its pull request; tried again where others fail, and told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import fix_words as words
from bot.application.fix_asking import TOPIC, WORKFLOW
from bot.application.fix_draft import TOOLS, WRITTEN, Draft, paid_so_far
from bot.application.fix_judging import GOOD, REPAIR, judge
from bot.application.fix_publishing import publish
from bot.application.fix_saying import begin, give_up, link, note, say, tell
from bot.application.fix_seeing import DUPLICATE, MOVED, see
from bot.application.fix_writing import think, use_tools
from bot.application.ports import World
from bot.application.retrying import LeavesOnce, carry, note_held_up, pause_after
from bot.application.saga import Places
from bot.domain.fixing import HELD_UP, is_next, is_stopped, same_before, under_way, wish_in
from bot.domain.retrying import is_final, pause_seconds
from bot.infrastructure.engine import heard, on, step
from bot.records import StepFailed

log = structlog.get_logger()

WRITE: Final = "fix.write_v1"
TEST: Final = "fix.test_v1"
# How one ended of which the last words could not be said.
UNTOLD: Final = "untold"
# So often it is looked whether those before it have come to their ends: about two hours.
MOST_LOOKS: Final = 480
# So often it is written for a head that others have moved meanwhile.
MOST_HEADS: Final = 2

Job = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """The long work of a fix, each on its queue: what is given is what was seen."""

    write: Job
    test: Job


async def take_up(world: World, stream: str, asked_key: str, *, key: str) -> None:
    """Say that it is begun."""
    await begin(world, wish_in(await world.log.read(stream), asked_key), asked_key)


async def comes_next(world: World, stream: str, asked_key: str, look: int, *, key: str) -> bool:
    """Whether it is its turn, or it waits for none: where it is not, whoever asked is told, once."""
    past = await world.log.read(stream)
    wish = wish_in(past, asked_key)
    if is_next(past, asked_key) or same_before(past, asked_key) is not None:
        return True
    if look == 0:
        await tell(world, wish, asked_key, words.waits(wish))
    return False


async def set_aside(  # noqa: PLR0913  which fix, and what keeps it from going on
    world: World, stream: str, asked_key: str, seen: str, nth: int, code: str, *, key: str
) -> float:
    """Whoever asked is told; how long until it is tried again, 0 where it is not."""
    past = await world.log.read(stream)
    wish = wish_in(past, asked_key)
    if code == DUPLICATE:
        if same_before(past, asked_key) is None and asked_key in under_way(past):
            return pause_seconds(1, world.rules.look_again_seconds)  # that one has ended meanwhile
        await link(world, wish, asked_key)
        return 0.0
    if is_final(code, nth):
        await give_up(world, wish, asked_key, seen, code)
        return 0.0
    pause = pause_after(nth, world)
    await tell(world, wish, asked_key, words.held_up(wish, code, again=pause.again))
    await note_held_up(world, stream, asked_key, HELD_UP, nth, code)
    return pause.seconds


async def settle(world: World, stream: str, asked_key: str, *, key: str) -> None:
    """However it went: what has come to its end is under way no more, also where nobody could be told."""
    wish = wish_in(await world.log.read(stream), asked_key)
    cost = await paid_so_far(world, wish.repository, asked_key)
    await note(wish, asked_key, UNTOLD, world, Draft(cost=cost))


@dataclass(kw_only=True)
class Fix:
    """One fix on its way: what was seen of it is not looked at again, unless others have moved its head."""

    stream: str
    key: str
    jobs: Jobs
    world: World
    seen: str = ""

    async def tries(self, nth: int) -> None:
        """Until it is there, written once more for a head that was moved meanwhile. Raises StepFailed."""
        if nth == 1:
            await step(take_up, self.world, self.stream, self.key, unforeseen="internal")
            await self._waits()
        for _ in range(MOST_HEADS - 1):
            try:
                return await self._once()
            except StepFailed as failure:
                if failure.code != MOVED:
                    raise
                log.info("fix_looked_at_again", detail=failure.detail)
                self.seen = ""
        return await self._once()

    async def _waits(self) -> None:
        """One after the other, as they were asked for: each begins with what the one before it left."""
        for look in range(MOST_LOOKS):
            if await step(comes_next, self.world, self.stream, self.key, look, unforeseen="internal"):
                return
            await heard(TOPIC, seconds=pause_seconds(1, self.world.rules.look_again_seconds))

    async def _once(self) -> None:
        where = self.world, self.stream, self.key
        self.seen = self.seen or await step(see, *where, unforeseen="internal")
        if (verdict := await self._written()) not in GOOD:
            raise StepFailed(verdict)
        await step(publish, *where, self.seen, unforeseen="internal")
        await step(say, *where, self.seen, unforeseen="internal")

    async def _written(self) -> str:
        """Written and tested, and repaired as often as it may be: what the tests say in the end."""
        await self.jobs.write(self.seen)
        while (verdict := await self.jobs.test(self.seen)) == REPAIR:
            await self.jobs.write(self.seen)
        return verdict

    async def sets_aside(self, nth: int, code: str) -> float:
        """How long until the next try, 0 where nothing more comes of it."""
        its = (self.world, self.stream, self.key, self.seen)
        return float(await step(set_aside, *its, nth, code, unforeseen="internal"))


async def write(world: World, stream: str, asked_key: str, seen: str) -> str:
    """The model's turns and its tools in turn, each a step, until it is finished."""
    move = await step(think, world, stream, asked_key, seen, unforeseen="internal")
    while move != WRITTEN:
        if move == TOOLS:
            await step(use_tools, world, stream, asked_key, seen, unforeseen="internal")
        move = await step(think, world, stream, asked_key, seen, unforeseen="internal")
    return move


def register(world: World, ai: Places, sandbox: Places) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WRITE)
    async def write_v1(stream: str, asked_key: str, seen: str, account: str) -> str:
        """Write it, once the account has a place for it."""
        async with ai.place(account):
            with bound_contextvars(fix=stream):
                return await write(world, stream, asked_key, seen)

    @DBOS.workflow(name=TEST)
    async def test_v1(stream: str, asked_key: str, seen: str, account: str) -> str:
        """Test it, the same."""
        async with sandbox.place(account):
            with bound_contextvars(fix=stream):
                verdict: str = await step(judge, world, stream, asked_key, seen, unforeseen="internal")
                return verdict

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def run_v1(stream: str, asked_key: str, repository: str, account: str) -> None:
        """Carry one fix to its end."""

        def job(queue: str, workflow: Callable[..., Any]) -> Job:
            async def run(seen: str) -> str:
                leaves = LeavesOnce(world=world, stream=stream, key=asked_key, is_over=is_stopped)
                args = (stream, asked_key, seen, account)
                return str(await on(queue, workflow, *args, tenant=repository, leaves=leaves))

            return run

        jobs = Jobs(write=job("ai", write_v1), test=job("sandbox", test_v1))
        fix = Fix(stream=stream, key=asked_key, jobs=jobs, world=world)
        with bound_contextvars(fix=stream):
            await carry(TOPIC, fix.tries, fix.sets_aside)
            await step(settle, world, stream, asked_key)
