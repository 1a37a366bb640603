"""The one loop of what waits for others: tried, set aside, and tried again until something comes of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.application.ports import World
from bot.application.recording import append_beside
from bot.domain.retrying import held_up, pause_seconds, untold_seconds
from bot.infrastructure.engine import heard
from bot.records import Recorded, StepFailed, Unavailable

log = structlog.get_logger()

Tries = Callable[[int], Awaitable[None]]
SetsAside = Callable[[int, str], Awaitable[float]]


async def carry(topic: str, tries: Tries, sets_aside: SetsAside) -> None:
    """Try until it did not fail, or nothing more comes of it; a message on the topic ends a pause.

    `tries` is given which try it is and raises StepFailed; `sets_aside` is given that, the code of the
    failure, and says for how many seconds to pause, 0 where it was the last try. Where it cannot do that
    either it is tried again all the same: nobody was told that nothing comes of it.
    """
    nth, seconds = 0, 0.0
    try:
        while nth == 0 or seconds:
            nth += 1
            seconds = await _once(topic, nth, tries, sets_aside)
            if seconds:
                await heard(topic, seconds=seconds)
    except StepFailed as failure:
        log.warning("given_up", topic=topic, nth=nth, code=failure.code, detail=failure.detail)


async def _once(topic: str, nth: int, tries: Tries, sets_aside: SetsAside) -> float:
    try:
        await tries(nth)
    except StepFailed as failure:
        log.warning("held_up", topic=topic, nth=nth, code=failure.code, detail=failure.detail)
        return await _set_aside(topic, nth, failure.code, sets_aside)
    return 0.0


async def _set_aside(topic: str, nth: int, code: str, sets_aside: SetsAside) -> float:
    """Whoever is away while it is tried may still be so when that is to be said: that ends nothing."""
    try:
        return await sets_aside(nth, code)
    except StepFailed as untold:
        seconds = untold_seconds(untold.code, nth)
        if not seconds:
            raise
        log.warning("not_told", topic=topic, nth=nth, code=untold.code, detail=untold.detail)
        return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """How long until the next try, and when that is."""

    seconds: float
    again: datetime


def pause_after(nth: int, world: World) -> Pause:
    """The pause that follows the nth try."""
    seconds = pause_seconds(nth, world.rules.look_again_seconds)
    return Pause(seconds=seconds, again=world.clock.now() + timedelta(seconds=seconds))


async def note_held_up(world: World, stream: str, asked_key: str, kind: str, nth: int, code: str) -> None:
    """That its nth try was in vain is a fact of this kind, once."""
    own = f"{asked_key}:held:{nth}"
    await append_beside(world, stream, held_up(kind, code, nth=nth), key=own, meta={"key": own})


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavesOnce:
    """One job, as it is looked at once a second: it leaves its queue once its stream says so of its key."""

    world: World
    stream: str
    key: str
    is_over: Callable[[Sequence[Recorded], str], bool]

    async def __call__(self, _job: str, /, *, waits: bool) -> bool:
        """Whether it is to leave, as far as can be told now."""
        try:
            return waits and self.is_over(await self.world.log.read(self.stream), self.key)
        except Unavailable:
            return False


async def stays(_job: str, /, *, waits: bool) -> bool:
    """Nothing takes this one out of its queue: what stops it, it finds out when it has its place."""
    return False
