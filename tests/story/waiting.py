"""Waiting for conditions: never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS: Final = 90.0
LOOK_EVERY_SECONDS: Final = 0.05


class NeverCame(AssertionError):
    """What the story waited for did not come; says the story so far."""


async def until(
    found: Callable[[], Awaitable[T | None]],
    *,
    otherwise: Callable[[], Awaitable[str]],
    seconds: float = PATIENCE_SECONDS,
) -> T:
    """The first answer that is not None or False. Raises NeverCame with what `otherwise` tells."""
    try:
        async with asyncio.timeout(seconds):
            while not (answer := await found()):  # noqa: ASYNC110  what is waited for happens elsewhere
                await asyncio.sleep(LOOK_EVERY_SECONDS)
    except TimeoutError:
        raise NeverCame(await otherwise()) from None
    return answer
