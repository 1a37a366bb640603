"""Questions of one kind that come at the same time, asked as one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

from bot.records import Unavailable

V = TypeVar("V")


class Together(Generic[V]):
    """What comes while one is being asked waits for the next: so each answer is of after it was asked for."""

    def __init__(self, ask: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]]) -> None:
        self._ask = ask
        self._turn = asyncio.Lock()
        self._waiting: dict[str, asyncio.Future[V | None]] = {}

    async def get(self, key: str) -> V | None:
        """What there is under this key, None where there is nothing. Raises Unavailable."""
        answer = self._waiting.setdefault(key, asyncio.get_running_loop().create_future())
        async with self._turn:
            if not answer.done():
                await self._ask_all()
        return answer.result()

    async def _ask_all(self) -> None:
        """All that wait, as one question; what is broken off is left to whoever comes next."""
        asked, self._waiting = self._waiting, {}
        try:
            found = await self._ask(list(asked))
        except Unavailable as trouble:
            for answer in asked.values():
                answer.set_exception(trouble)
                answer.exception()  # whoever has gone does not look at it
        else:
            for key, answer in asked.items():
                answer.set_result(found.get(key))
        finally:
            self._waiting = {key: each for key, each in asked.items() if not each.done()} | self._waiting
