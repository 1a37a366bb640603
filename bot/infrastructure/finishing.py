"""Work that a cancellation may not leave half done: it is waited for first."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def finishing(work: Awaitable[T]) -> T:
    """Await it; where that is cancelled, only once the work has come to its end."""
    future = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


async def in_thread(work: Callable[[], T]) -> T:
    """Do it in a thread, and never leave the thread behind."""
    return await finishing(asyncio.to_thread(work))
