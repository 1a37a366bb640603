"""The tries of one step: what is worth another, and after what pause."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.records import StepFailed, Unavailable

Pause = Callable[[float], Awaitable[None]]

TRIES: Final = 13  # with the pause doubling, half an hour of a dependency being away
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 300.0  # of those that a dependency asks for


@dataclass(kw_only=True)
class Tries:
    """The tries of one step; `pause` waits, and raises StepFailed where somebody stops the work meanwhile."""

    step: str
    pause: Pause = asyncio.sleep
    made: int = 0

    async def worth_another(self, failure: BaseException) -> bool:
        """Whether another try may help; waits out what the dependency asked for, and twice as long each time.

        Raises StepFailed("unavailable") once the tries are used up.
        """
        self.made += 1
        if not isinstance(failure, Unavailable | TimeoutError):
            return False
        if self.made == TRIES:
            raise StepFailed("unavailable", self.step) from failure
        await self.pause(self._seconds(failure))
        return True

    def _seconds(self, failure: BaseException) -> float:
        asked = failure.retry_after if isinstance(failure, Unavailable) else None
        own: float = FIRST_PAUSE_SECONDS * 2 ** (self.made - 1)
        return min(asked or 0.0, LONGEST_PAUSE_SECONDS) + own
