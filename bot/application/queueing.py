"""What waits for a place to be worked on: people see where it stands in line, and a stop takes it out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.application.notifying import again
from bot.application.ports import World
from bot.application.recording import load
from bot.application.turns import note_of
from bot.application.watching import is_stopped
from bot.infrastructure.engine import start
from bot.records import Start, StepFailed, Unavailable

log = structlog.get_logger()

LOOKS: Final = 5  # of these the first looks where it stands, and then each after so many


@dataclass(slots=True)
class InLine:
    """One job, as it is looked at once a second; `shown` is the place that people were told last."""

    world: World
    integration_id: str
    repository_id: int
    tell: Callable[[Start], Awaitable[None]] = start
    looks: int = 0
    shown: int | None = None

    async def __call__(self, job: str, *, waits: bool) -> bool:
        """Whether it is to leave its queue, where it waits still."""
        try:
            await self._look(job, waits=waits)
        except (Unavailable, StepFailed) as trouble:  # what is only shown ends no run
            log.warning("place_not_shown", code=trouble.code)
        self.looks += 1
        return waits and await is_stopped(self.world, self.integration_id)

    async def _look(self, job: str, *, waits: bool) -> None:
        if waits and self.looks % LOOKS == 0:
            turn = await self.world.line.turn(self.repository_id, self.integration_id)
            await self._show(job, None if turn is None else turn.place)
        elif not waits:
            self.shown = self.shown if self.looks else await self._noted()
            await self._show(job, None)

    async def _noted(self) -> int | None:
        """What people were told before this process looked: it may have waited, and have begun, without."""
        return int(await self.world.notes.get(note_of(self.integration_id)) or 0) or None

    async def _show(self, job: str, place: int | None) -> None:
        """A change of its place is no fact of it, and is told all the same."""
        if place == self.shown:
            return
        await self.world.notes.put(note_of(self.integration_id), str(place or ""))
        it = await load(self.world, self.integration_id)
        await self.tell(again(it.id, it.version, name=f"turn-{job}-{place or 0}"))
        self.shown = place
