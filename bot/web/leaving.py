"""How a process leaves: ready no more, it answers on for a while, and takes nothing new only then."""

import asyncio
from contextlib import suppress


class Leaving:
    """`seconds` are for whoever asks whether it is ready: by their end nobody sends it anything new."""

    def __init__(self, seconds: float = 0) -> None:
        self._seconds = seconds
        self._begun, self._at_once = asyncio.Event(), asyncio.Event()

    @property
    def is_begun(self) -> bool:
        """Whether it was told to stop."""
        return self._begun.is_set()

    def begin(self) -> None:
        """It was told to stop; told so once more, it answers on no longer."""
        if self.is_begun:
            self._at_once.set()
        self._begun.set()

    def begin_at_once(self) -> None:
        """It was told to stop by somebody who waits for it."""
        self._at_once.set()
        self._begun.set()

    async def begins(self) -> None:
        """Wait until it was told to stop."""
        await self._begun.wait()

    async def ends(self) -> None:
        """Wait until it takes nothing new any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._at_once.wait()
