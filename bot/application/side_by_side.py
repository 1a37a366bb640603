"""Several things at the same time, where none needs what comes of another."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
V = TypeVar("V")


async def both(first: Coroutine[Any, Any, T], second: Coroutine[Any, Any, V]) -> tuple[T, V]:
    """What comes of both; where one fails the other is broken off, and that failure is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            one, other = group.create_task(first), group.create_task(second)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return one.result(), other.result()


async def all_of(each: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What comes of each, in their order; as of two."""
    try:
        async with asyncio.TaskGroup() as group:
            begun = [group.create_task(one) for one in each]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [one.result() for one in begun]


async def beside(courtesy: Awaitable[None], work: Awaitable[T]) -> T:
    """What comes of the work. Both come to their ends, whatever becomes of the other."""
    _, came = await asyncio.gather(courtesy, work, return_exceptions=True)
    if isinstance(came, BaseException):
        raise came
    return came
