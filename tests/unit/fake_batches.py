"""Batches of questions, in memory: ended when a test says so."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.batch_records import Batch
from bot.records import Answer, Question, Spent, Unavailable


@dataclass
class FakeBatches:
    """Each by its number; `answers` are given in order as they are collected, None where none came."""

    answers: list[Answer | None] = field(default_factory=list)
    given: dict[str, Answer | None] = field(default_factory=dict)
    handed_in: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    cost: dict[str, Spent] = field(default_factory=dict)
    doubtful: Batch | None = None
    trouble: Unavailable | None = None

    async def hand_in(self, question: Question, *, key: str) -> str:
        if self.trouble is not None:
            raise self.trouble
        self.handed_in.append(key)
        return f"batch-{len(self.handed_in)}"

    async def find(self, *, key: str, since: datetime) -> Batch | None:
        return self.doubtful

    async def has_ended(self, batch: str) -> bool:
        return batch in self.ended

    async def collect(self, question: Question, batch: str, *, key: str, repository_id: int) -> Answer | None:
        if key not in self.given:
            self.given[key] = self.answers.pop(0)
        return self.given[key]

    async def spent(self, batch: str) -> Spent | None:
        return self.cost.get(batch)

    async def cancel(self, batch: str) -> None:
        if batch not in self.ended:
            self.cancelled.append(batch)
