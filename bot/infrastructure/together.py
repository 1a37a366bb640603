"""Questions of one kind that come at the same time, asked as one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, Generic, TypeVar, cast

from bot.records import Unavailable

V = TypeVar("V")

AGAIN: Final = object()
"""In place of an answer: whoever asked for all was broken off, and somebody else has to."""


class Together(Generic[V]):
    """What comes while one is being asked waits for the next: so each answer is of after it was asked for."""

    def __init__(self, ask: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]]) -> None:
        self._ask = ask
        self._turn = asyncio.Lock()
        self._waiting: dict[str, list[asyncio.Future[object]]] = {}

    async def get(self, key: str) -> V | None:
        """What there is under this key, None where there is nothing. Raises Unavailable."""
        answer: object = AGAIN
        while answer is AGAIN:
            answer = await self._answer(key)
        return cast("V | None", answer)

    async def _answer(self, key: str) -> object:
        """Who comes first of those that wait asks for all of them."""
        mine, is_first = asyncio.get_running_loop().create_future(), not self._waiting
        self._waiting.setdefault(key, []).append(mine)
        if is_first:
            await self._ask_all()
        return await mine

    async def _ask_all(self) -> None:
        """All that wait, as one question; who is broken off before it was asked leaves that to another."""
        asked: dict[str, list[asyncio.Future[object]]] = {}
        try:
            async with self._turn:
                await asyncio.sleep(0)  # whoever has arrived by now comes along
                asked, self._waiting = self._waiting, {}
                await self._tell(asked)
        finally:
            left = asked or self._waiting
            self._waiting = self._waiting if asked else {}
            _each(left, lambda mine, _: mine.set_result(AGAIN))

    async def _tell(self, asked: Mapping[str, Sequence[asyncio.Future[object]]]) -> None:
        try:
            found = await self._ask(list(asked))
        except Unavailable as trouble:
            _each(asked, partial(_fail, trouble))
        else:
            _each(asked, lambda mine, key: mine.set_result(found.get(key)))


def _fail(trouble: Unavailable, mine: asyncio.Future[object], _key: str) -> None:
    mine.set_exception(trouble)
    mine.exception()  # whoever has gone meanwhile does not look at it


def _each(
    asked: Mapping[str, Sequence[asyncio.Future[object]]],
    tell: Callable[[asyncio.Future[object], str], None],
) -> None:
    """Those who still wait."""
    for key, waiting in asked.items():
        for mine in waiting:
            if not mine.done():
                tell(mine, key)
