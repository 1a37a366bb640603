"""The groups of a change, read side by side; what keeps one of them from being read begins no other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.application.ports import World
from bot.application.review_batches import WAITS
from bot.application.review_changes import Changed
from bot.application.review_groups import Group, read_group
from bot.application.review_paying import ask_once
from bot.application.review_questions import Asking
from bot.domain.diff import FileDiff
from bot.records import Answer, Question, StepFailed, Unavailable

# So many are read at once: each is a question that the account's limits have to bear.
AT_ONCE: Final = 4

Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All of them: what is asked about, whether it is still to be, what went wrong so far, and which batches
    are waited for, which holds no other up.
    """

    asking: Asking
    changed: Changed
    check: Check
    world: World
    troubles: list[StepFailed | Unavailable] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def read(self) -> Sequence[Group]:
        """What came of each, in their order. Raises StepFailed, Unavailable.

        What is under way when one of them fails comes to the end of its question: its answer is kept for the
        next try, and nothing more is asked.
        """
        groups = self.changed.groups
        try:
            async with asyncio.TaskGroup() as tasks:
                each = [tasks.create_task(self._one(nth, group)) for nth, group in enumerate(groups)]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        if self.troubles:
            raise self.troubles[0]
        if self.waits:
            raise StepFailed(WAITS, " ".join(self.waits))
        return [group for task in each if (group := task.result()) is not None]

    async def _one(self, nth: int, group: Sequence[FileDiff]) -> Group | None:
        async with self.places:
            try:
                asking = replace(self.asking, nth=nth)
                return await read_group(asking, self.changed, group, self._ask, self.world)
            except (StepFailed, Unavailable) as trouble:
                self._note(trouble)
        return None

    def _note(self, trouble: StepFailed | Unavailable) -> None:
        if isinstance(trouble, StepFailed) and trouble.code == WAITS:
            self.waits.append(trouble.detail)
        else:
            self.troubles.append(trouble)

    async def _ask(self, question: Question, key: str) -> Answer:
        """Nothing is paid for what nobody will be told."""
        if self.troubles:
            raise self.troubles[0]
        await self.check()
        asking = self.asking
        return await ask_once(
            self.world, asking.request.repository, question, key=key, patient=asking.patient
        )
