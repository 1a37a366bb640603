"""The tries of one step: what is worth another, after what pause, and what the log says of each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

from bot.records import StepFailed, Unavailable

log = structlog.get_logger()

T = TypeVar("T")
Pause = Callable[[float], Awaitable[None]]

TRIES: Final = 13  # with the pause doubling, half an hour of a dependency being away
FIRST_PAUSE_SECONDS: Final = 0.5
# What a person has to mend: where it lasts longer than all tries, it is named as what ended the step.
FOR_A_PERSON: Final = frozenset((
    "claude_refused_account",
    "claude_spend_limit",
    "claude_unknown_model",
    "disk_failing",
    "disk_full",
))
LONGEST_PAUSE_SECONDS: Final = 300.0  # of those that a dependency asks for


@dataclass(kw_only=True)
class Tries:
    """The tries of one step; `pause` waits, and raises StepFailed where somebody stops the work meanwhile.

    `unforeseen` is the code of what nobody foresaw, where that shall be a failure like any other.
    """

    step: str
    pause: Pause = asyncio.sleep
    unforeseen: str | None = None
    made: int = 0
    named: Unavailable | None = None

    async def run(self, work: Awaitable[T], *, key: str) -> T:
        """One try; every line that it logs has the step's key."""
        with bound_contextvars(key=key):
            log.debug("step_begun", attempt=self.made + 1)
            result = await work
            log.log(_level(), "step_done", attempt=self.made + 1)
        return result

    async def worth_another(self, failure: BaseException) -> bool:
        """Whether another try may help; waits out what the dependency asked for, and twice as long each time.

        Raises StepFailed: the failure itself, that of the pause, or once the tries are used up "unavailable",
        and what a person has to mend by its name.
        """
        self.made += 1
        try:
            return await self._again(failure)
        except StepFailed as end:
            log.info("step_failed", code=end.code, attempt=self.made)
            raise

    async def _again(self, failure: BaseException) -> bool:
        if isinstance(failure, StepFailed):
            raise failure
        if not isinstance(failure, Unavailable | TimeoutError):
            return self._broken(failure)
        if isinstance(failure, Unavailable) and failure.code in FOR_A_PERSON:
            self.named = failure
        if self.made == TRIES:
            raise self._given_up() from failure
        seconds = self._seconds(failure)
        log.warning("step_repeated", why=str(failure), attempt=self.made, seconds=seconds)
        await self.pause(seconds)
        return True

    def _given_up(self) -> StepFailed:
        if self.named is None:
            return StepFailed("unavailable", self.step)
        return StepFailed(self.named.code, self.named.detail)

    def _broken(self, failure: BaseException) -> bool:
        log.error("step_broken", exc_info=failure)
        if self.unforeseen is None:
            return False
        raise StepFailed(self.unforeseen, type(failure).__name__) from failure

    def _seconds(self, failure: BaseException) -> float:
        asked = failure.retry_after if isinstance(failure, Unavailable) else None
        own: float = FIRST_PAUSE_SECONDS * 2 ** (self.made - 1)
        return min(asked or 0.0, LONGEST_PAUSE_SECONDS) + own


def _level() -> int:
    """What was done for nobody in particular, such as a look every minute, is worth no line by default."""
    return logging.INFO if {"delivery", "integration"} & get_contextvars().keys() else logging.DEBUG
