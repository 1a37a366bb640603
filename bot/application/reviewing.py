"""Workflow: a review; a check run at once, then it is read and said, and tried again where others fail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import review_pause_words as pause_words
from bot.application import review_words as words
from bot.application.effects import once
from bot.application.ports import World
from bot.application.retrying import LeavesOnce, carry, note_held_up, pause_after
from bot.application.review_again import note_check
from bot.application.review_asking import WORKFLOW
from bot.application.review_batches import LEFT, WAITS, cancel_left, look_at_batches
from bot.application.review_considering import consider
from bot.application.review_forks import note_vouched
from bot.application.review_heeding import WORKFLOW as HEED
from bot.application.review_heeding import heed, sign_of
from bot.application.review_posting import At, end, give_up, say
from bot.application.review_reading import read_pull
from bot.application.review_seen import keep_more, pull_seen
from bot.application.saga import Places
from bot.application.side_by_side import both
from bot.domain.retrying import is_final
from bot.domain.review_pauses import is_stopped
from bot.domain.reviewing import HELD_UP, Request, is_overtaken, request_in
from bot.infrastructure.engine import heard, on, step
from bot.records import STOPPED, Repository, Start, StepFailed

log = structlog.get_logger()

CONSIDER: Final = "review.consider_v1"
READ: Final = "review.read_v1"
FORK: Final = "fork"
TOPIC: Final = "review"


def after_event(repository: Repository, number: int, cause: str, *, is_fork: bool = False, key: str) -> Start:
    """One for each delivery, however often that is handled."""
    names = (repository.id, repository.full_name, repository.installation_id, repository.owner_id or 0)
    return Start(
        queue="github",
        workflow=CONSIDER,
        id=f"consider-{key}",
        args=(*names, number, cause, key, *([FORK] if is_fork else [])),
        partition=str(repository.installation_id),
    )


async def open_check(
    world: World, stream: str, asked_key: str, nth: int, early: str = "", *, key: str
) -> list[str]:
    """The pull request as it is seen now, kept, and the check run of its commit; nothing where it is over."""
    past = await world.log.read(stream)
    request = request_in(past, asked_key)
    if nth > 1 and (is_overtaken(past, asked_key) or is_stopped(past, asked_key)):
        return []
    pull = await pull_seen(world, request, past, asked_key, early if nth == 1 else "")
    if not pull.is_open:
        return []
    external = f"review:{asked_key}:{nth}"
    title, summary = words.begun(request)

    async def find() -> str | None:
        found = await world.review_checks.find(request.repository, head=pull.head, external_id=external)
        return None if found is None else str(found)

    async def make() -> str:
        return str(
            await world.review_checks.create(
                request.repository, head=pull.head, external_id=external, title=title, summary=summary
            )
        )

    check, seen = await both(
        once(world, f"check:{external}", find=find, make=make), keep_more(world, request.repository, pull)
    )
    await note_check(world, request.repository, pull.head, number=request.number, check=int(check))
    await note_vouched(world, request, pull, key=asked_key)
    return [seen, check]


async def set_aside(  # noqa: PLR0913  which review, and what keeps it from going on
    world: World, stream: str, asked_key: str, check: int, nth: int, code: str, *, key: str
) -> float:
    """The check says why it is skipped; how long until it is tried again, 0 where it is not."""
    past = await world.log.read(stream)
    at = At(stream=stream, key=asked_key, request=request_in(past, asked_key), check=check)
    if code == STOPPED or is_overtaken(past, asked_key):
        await end(at, "overtaken", words.overtaken(), world)
        return 0.0
    if is_stopped(past, asked_key):
        await end(at, code, words.skipped(code, again=None), world)
        return 0.0
    if is_final(code, nth):
        await give_up(at, code, world)
        return 0.0
    pause = pause_after(nth, world)
    title, summary = words.skipped(code, again=pause.again)
    if check:
        await world.review_checks.complete(
            at.repository, check, conclusion="skipped", title=title, summary=summary
        )
    await note_held_up(world, stream, asked_key, HELD_UP, nth, code)
    return pause.seconds


async def leave(world: World, stream: str, asked_key: str, check: int, *, key: str) -> None:
    """Nothing more comes of it: the check of its last try, where there was one, no longer says otherwise."""
    past = await world.log.read(stream)
    at = At(stream=stream, key=asked_key, request=request_in(past, asked_key), check=check)
    if is_overtaken(past, asked_key):
        await end(at, "overtaken", words.overtaken(), world)
    elif is_stopped(past, asked_key):
        await end(at, "paused", pause_words.stopped(), world)
    else:
        await end(at, "closed", words.closed(), world)


@dataclass(slots=True, kw_only=True)
class Trying:
    """One review, try after try.

    `early` is what was seen when it was asked for; `check` the newest check run by then, 0 for none.
    """

    world: World
    stream: str
    key: str
    reads: Callable[[str], Awaitable[str]]
    early: str = ""
    check: int = 0

    async def once(self, nth: int) -> None:
        """Read it and say it, or leave it where it is over. Raises StepFailed."""
        its = (self.world, self.stream, self.key)
        opened: list[str] = await step(open_check, *its, nth, self.early, unforeseen="internal")
        if not opened:
            await step(leave, *its, self.check)
            return
        self.check = int(opened[1])
        digest = await _patiently(self, opened)
        if digest is None:
            await step(leave, *its, self.check)
            return
        await step(say, *its, digest, self.check, unforeseen="internal")

    async def set_aside(self, nth: int, code: str) -> float:
        """The check says so; how long until the next try, 0 where there is none."""
        its = (self.world, self.stream, self.key)
        return float(await step(set_aside, *its, self.check, nth, code))

    async def cancels_left(self) -> None:
        """It is over: what waits for it in batches is cancelled, and counted once that has ended."""
        nth, seconds = 0, 0.0
        try:
            while nth == 0 or seconds:
                seconds = await step(cancel_left, self.world, self.stream, self.key, nth)
                if seconds:
                    await heard(TOPIC, seconds=seconds)
                nth += 1
        except StepFailed as failure:
            log.warning("batches_not_cancelled", code=failure.code, detail=failure.detail)


async def _patiently(it: Trying, opened: list[str]) -> str | None:
    """What came of reading it, once all that was handed in for it has ended; None where nobody wants it."""
    while True:
        came = await it.reads(opened[0])
        if not came.startswith(WAITS):
            return came
        batches = came.removeprefix(WAITS)
        if await _waited(it.stream, it.key, int(opened[1]), batches, it.world) == LEFT:
            return None


async def _read(world: World, *asked: str) -> str:
    """That it waits is no failure of the job: it is begun again."""
    try:
        digest: str = await step(read_pull, world, *asked, unforeseen="internal")
    except StepFailed as failure:
        if failure.code != WAITS:
            raise
        return f"{WAITS}{failure.detail}"
    return digest


async def _waited(stream: str, asked_key: str, check: int, batches: str, world: World) -> float:
    """Look again and again, with longer and longer pauses between."""
    nth = 0
    seconds: float = await step(look_at_batches, world, stream, asked_key, check, batches, nth)
    while seconds > 0:
        await heard(TOPIC, seconds=seconds)
        nth += 1
        seconds = await step(look_at_batches, world, stream, asked_key, check, batches, nth)
    return seconds


async def think(world: World, *asked: Any, key: str) -> None:
    """Whether the repository wants a review of it."""
    repository_id, name, installation_id, owner_id, number, cause, asked_key, *kind = asked
    repository = Repository(
        id=repository_id, full_name=name, installation_id=installation_id, owner_id=owner_id or None
    )
    unasked = Request(repository=repository, number=number, cause=cause)
    await consider(unasked, is_fork=kind == [FORK], key=asked_key, world=world)


async def look_at_sign(world: World, *given: Any, key: str) -> None:
    """Whether the repository means a review by it."""
    *sign, asked_key = given
    await heed(sign_of(*sign), key=asked_key, world=world)


def register(world: World, places: Places) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process. `places` are the model's."""

    @DBOS.workflow(name=READ)
    async def read_v1(stream: str, asked_key: str, seen: str, account: str) -> str:
        """Read it, once the account has a place for it; what came of it, or for which batches it waits."""
        async with places.place(account):
            with bound_contextvars(review=stream):
                return await _read(world, stream, asked_key, seen)

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def run_v1(stream: str, asked_key: str, repository: str, account: str, early: str = "") -> None:
        """Carry one review to its end."""

        leaves = LeavesOnce(world=world, stream=stream, key=asked_key, is_over=is_overtaken)

        async def reads(seen: str) -> str:
            asked = (stream, asked_key, seen, account)
            digest: Any = await on("ai", read_v1, *asked, tenant=repository, leaves=leaves)
            return str(digest)

        it = Trying(world=world, stream=stream, key=asked_key, reads=reads, early=early)
        with bound_contextvars(review=stream):
            await carry(TOPIC, it.once, it.set_aside)
            await it.cancels_left()

    _register_considering(world)


def _register_considering(world: World) -> None:
    """What may become a review is thought of on GitHub's queue: it asks what the repository says."""

    @DBOS.workflow(name=CONSIDER)
    async def consider_v1(*asked: str | int) -> None:
        """A pull request was opened, made ready or pushed to."""
        try:
            await step(think, world, *asked)
        except StepFailed as failure:
            log.warning("review_not_considered", code=failure.code)

    @DBOS.workflow(name=HEED)
    async def heed_v1(*given: str | int) -> None:
        """A pull request was given a label, or somebody was asked to review it."""
        try:
            await step(look_at_sign, world, *given)
        except StepFailed as failure:
            log.warning("review_sign_not_heeded", code=failure.code)
