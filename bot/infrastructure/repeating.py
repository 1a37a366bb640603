"""The tries of one step: what is worth another, and after what pause."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.records import StepFailed, Unavailable

log = structlog.get_logger()

Pause = Callable[[float], Awaitable[None]]

TRIES: Final = 13  # with the pause doubling, half an hour of a dependency being away
FIRST_PAUSE_SECONDS: Final = 0.5
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

    async def worth_another(self, failure: BaseException) -> bool:
        """Whether another try may help; waits out what the dependency asked for, and twice as long each time.

        Raises StepFailed("unavailable") once the tries are used up.
        """
        self.made += 1
        if not isinstance(failure, Unavailable | TimeoutError):
            self._give_up(failure)
            return False
        if self.made == TRIES:
            raise StepFailed("unavailable", self.step) from failure
        await self.pause(self._seconds(failure))
        return True

    def _give_up(self, failure: BaseException) -> None:
        if self.unforeseen is None or isinstance(failure, StepFailed):
            return
        log.error("step_broken", step=self.step, exc_info=failure)
        raise StepFailed(self.unforeseen, type(failure).__name__) from failure

    def _seconds(self, failure: BaseException) -> float:
        asked = failure.retry_after if isinstance(failure, Unavailable) else None
        own: float = FIRST_PAUSE_SECONDS * 2 ** (self.made - 1)
        return min(asked or 0.0, LONGEST_PAUSE_SECONDS) + own
