"""Workflow: a review; a check run at once, then it is read and said, and tried again where others fail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import review_pause_words as pause_words
from bot.application import review_words as words
from bot.application.effects import once
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.review_again import note_check
from bot.application.review_asking import WORKFLOW, consider
from bot.application.review_heeding import WORKFLOW as HEED
from bot.application.review_heeding import heed, sign_of
from bot.application.review_posting import At, end, give_up, say
from bot.application.review_reading import keep_seen, read_pull
from bot.application.saga import Places
from bot.domain.review_pauses import is_stopped
from bot.domain.reviewing import (
    MENDABLE,
    TRIES,
    held_up,
    is_overtaken,
    pause_seconds,
    request_in,
)
from bot.infrastructure.engine import heard, on, step
from bot.records import STOPPED, Repository, Start, StepFailed, Unavailable

log = structlog.get_logger()

CONSIDER: Final = "review.consider_v1"
READ: Final = "review.read_v1"
TOPIC: Final = "review"


def after_event(repository: Repository, number: int, cause: str, *, key: str) -> Start:
    """One for each delivery, however often that is handled."""
    names = (repository.id, repository.full_name, repository.installation_id, repository.owner_id or 0)
    return Start(
        queue="github",
        workflow=CONSIDER,
        id=f"consider-{key}",
        args=(*names, number, cause, key),
        partition=str(repository.installation_id),
    )


async def open_check(world: World, stream: str, asked_key: str, nth: int, *, key: str) -> list[str]:
    """The pull request as it is seen now, kept, and the check run of its commit; nothing where it is over."""
    past = await world.log.read(stream)
    request = request_in(past, asked_key)
    if nth > 1 and (is_overtaken(past, asked_key) or is_stopped(past, asked_key)):
        return []
    pull = await world.reviews.look(request.repository, request.number)
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

    seen = await keep_seen(world, request.repository, pull)
    check = await once(world, f"check:{external}", find=find, make=make)
    await note_check(world, request.repository, pull.head, number=request.number, check=int(check))
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
    if code not in MENDABLE or nth >= TRIES or is_stopped(past, asked_key):
        await give_up(at, code, world)
        return 0.0
    seconds = pause_seconds(nth, world.rules.look_again_seconds)
    title, summary = words.skipped(code, again=world.clock.now() + timedelta(seconds=seconds))
    if check:
        await world.review_checks.complete(
            at.repository, check, conclusion="skipped", title=title, summary=summary
        )
    own = f"{asked_key}:held:{nth}"
    await append_beside(world, stream, held_up(code, nth=nth), key=own, meta={"key": own})
    return seconds


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """One job, as it is looked at once a second."""

    world: World
    stream: str
    key: str

    async def __call__(self, _job: str, /, *, waits: bool) -> bool:
        """Whether it is to leave its queue: a newer one was asked for, as far as can be told now."""
        try:
            return waits and is_overtaken(await self.world.log.read(self.stream), self.key)
        except Unavailable:
            return False


async def carry(stream: str, asked_key: str, reads: Callable[[str], Awaitable[str]], world: World) -> None:
    """Try until it was said, or nothing more comes of it."""
    nth, check, seconds = 0, 0, 0.0
    while nth == 0 or seconds:
        nth += 1
        check, seconds = await _once(stream, asked_key, nth, check, reads, world)
        if seconds:
            await heard(TOPIC, seconds=seconds)


async def _once(
    stream: str,
    asked_key: str,
    nth: int,
    check: int,
    reads: Callable[[str], Awaitable[str]],
    world: World,
) -> tuple[int, float]:
    """One try: the newest check there is by then, and how long until the next try, 0 where there is none."""
    try:
        opened: list[str] = await step(open_check, world, stream, asked_key, nth, unforeseen="internal")
        if not opened:
            await step(leave, world, stream, asked_key, check)
            return check, 0.0
        check = int(opened[1])
        digest = await reads(opened[0])
        await step(say, world, stream, asked_key, digest, check, unforeseen="internal")
    except StepFailed as failure:
        log.warning("review_skipped", code=failure.code, detail=failure.detail)
        seconds: float = await step(set_aside, world, stream, asked_key, check, nth, failure.code)
        return check, seconds
    return check, 0.0


async def think(world: World, *asked: Any, key: str) -> None:
    """Whether the repository wants a review of it."""
    repository_id, name, installation_id, owner_id, number, cause, asked_key = asked
    repository = Repository(
        id=repository_id, full_name=name, installation_id=installation_id, owner_id=owner_id or None
    )
    await consider(repository, number, cause, key=asked_key, world=world)


async def look_at_sign(world: World, *given: Any, key: str) -> None:
    """Whether the repository means a review by it."""
    *sign, asked_key = given
    await heed(sign_of(*sign), key=asked_key, world=world)


def register(world: World, places: Places) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process. `places` are the model's."""

    @DBOS.workflow(name=READ)
    async def read_v1(stream: str, asked_key: str, seen: str, account: str) -> str:
        """Read it, once the account has a place for it."""
        async with places.place(account):
            with bound_contextvars(review=stream):
                digest: str = await step(read_pull, world, stream, asked_key, seen, unforeseen="internal")
                return digest

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def run_v1(stream: str, asked_key: str, repository: str, account: str) -> None:
        """Carry one review to its end."""

        async def reads(seen: str) -> str:
            digest: Any = await on(
                "ai",
                read_v1,
                stream,
                asked_key,
                seen,
                account,
                tenant=repository,
                leaves=Overtaken(world=world, stream=stream, key=asked_key),
            )
            return str(digest)

        with bound_contextvars(review=stream):
            try:
                await carry(stream, asked_key, reads, world)
            except StepFailed as failure:
                log.warning("review_given_up", code=failure.code, detail=failure.detail)

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
