"""What is needed of the model, in our own words."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.batch_records import Batch
from bot.records import Answer, Question, Spent


class Claude(Protocol):
    """The model."""

    async def ask(
        self, question: Question, *, key: str, repository_id: int, lost: Callable[[Spent], None]
    ) -> Answer:
        """Ask once: the same key again gives the answer that was paid for. Raises Unavailable, StepFailed.

        `lost` is told what an answer cost that broke off, also where nobody waited for the rest of it.
        """

    async def paid(self, *, key: str, repository_id: int) -> Answer | None:
        """The whole answer to the question of this key, also where nobody waited for it any more."""


class Batches(Protocol):
    """The model, for what nobody waits for: half the price, within a day."""

    async def hand_in(self, question: Question, *, key: str) -> str:
        """A batch of this one question; twice is two of them. Raises Unavailable, StepFailed."""

    async def find(self, *, key: str, since: datetime) -> Batch | None:
        """What may have been handed in under this key since then."""

    async def has_ended(self, batch: str) -> bool: ...

    async def collect(self, question: Question, batch: str, *, key: str, repository_id: int) -> Answer | None:
        """The answer, kept as one that was asked for is; None where there is none."""

    async def spent(self, batch: str) -> Spent | None:
        """What one that has ended cost, None where it has no answer."""

    async def cancel(self, batch: str) -> None: ...
