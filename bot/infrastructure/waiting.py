"""Those who wait for an answer: first come, first told, and nobody for ever."""

import asyncio
from collections import deque

from bot.records import Unavailable


class Line:
    """Those who wait for an answer, first come first; one alarm tells all who have waited too long."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._waiting: deque[tuple[float, asyncio.Future[bool]]] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    def join(self) -> asyncio.Future[bool]:
        """Where the answer will be told."""
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self._forget_answered()
        self._waiting.append((loop.time() + self._patience, answer))
        if self._alarm is None:
            self._alarm = loop.call_later(self._patience, self._ring)
        return answer

    async def end(self) -> None:
        """Once everybody is answered."""
        if unanswered := [answer for _, answer in self._waiting if not answer.done()]:
            await asyncio.wait(unanswered)
        if self._alarm is not None:
            self._alarm.cancel()

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            tell(self._waiting.popleft()[1], Unavailable("database", "not kept in time"))
        self._forget_answered()
        self._alarm = loop.call_at(self._waiting[0][0], self._ring) if self._waiting else None

    def _forget_answered(self) -> None:
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()


def tell(answer: asyncio.Future[bool], outcome: bool | BaseException) -> None:  # noqa: FBT001  the answer itself
    """Tell it, where somebody still waits for it."""
    if answer.done():
        return
    if isinstance(outcome, BaseException):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
