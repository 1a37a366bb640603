"""Questions that nobody waits for, through the Message Batches API: half the price, within a day."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.batch_records import Batch
from bot.infrastructure.claude import ClaudeMessages, answer_of, request_of
from bot.records import Answer, Question, Spent, StepFailed, Unavailable

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types.messages import MessageBatch

T = TypeVar("T")

ENDED: Final = "ended"
# What may have been handed in and not noted is looked for among the newest.
MOST_LOOKED_AT: Final = 100
_GONE: Final = "claude_unknown_model"  # what a 404 of the API means elsewhere


class ClaudeBatches:
    """Each question is a batch of its own: so each is collected as soon as it was answered."""

    def __init__(self, claude: ClaudeMessages) -> None:
        self._claude = claude

    async def hand_in(self, question: Question, *, key: str) -> str:
        """Its name; twice is two batches. Raises Unavailable, StepFailed as asking does."""
        request: Any = {"custom_id": name_of(key), "params": request_of(question)}

        async def create(client: "AsyncAnthropic") -> str:
            return (await client.messages.batches.create(requests=[request])).id

        return await self._call(create)

    async def find(self, *, key: str, since: datetime) -> Batch | None:
        """What may have been handed in under this key since then.

        The API tells a batch's own names only once it has ended: until then it may be this one, or another's.
        One of several questions is none of ours: others may work with the same account.
        """

        async def look(client: "AsyncAnthropic") -> Batch | None:
            page = await client.messages.batches.list(limit=MOST_LOOKED_AT)
            doubtful = None
            for each in page.data:
                if each.created_at < since or _size(each) > 1:
                    continue
                if each.processing_status != ENDED:
                    doubtful = doubtful or each.id
                elif await _result(client, each.id, key) is not None:
                    return Batch(id=each.id, is_sure=True)
            return None if doubtful is None else Batch(id=doubtful, is_sure=False)

        return await self._call(look)

    async def has_ended(self, batch: str) -> bool:
        """Whether all that comes of it is there; nothing more comes of one that is gone."""

        async def look(client: "AsyncAnthropic") -> bool:
            found: MessageBatch = await client.messages.batches.retrieve(batch)
            return found.processing_status == ENDED

        return await self._call(look, gone=True)

    async def collect(self, question: Question, batch: str, *, key: str, repository_id: int) -> Answer | None:
        """The answer, kept durably before it is given; None where there is none, and none was paid for."""

        async def read(client: "AsyncAnthropic") -> Any:
            return await _result(client, batch, key)

        result = await self._call(read, gone=None)
        if result is None or result.type != "succeeded":
            return None
        answer = answer_of(result.message, is_batched=True)
        await self._claude.take_in(question, answer, key=key, repository_id=repository_id)
        return answer

    async def spent(self, batch: str) -> Spent | None:
        """What one that has ended cost, where nobody wants its answer; None where there is none."""

        async def read(client: "AsyncAnthropic") -> Any:
            return [each.result async for each in await client.messages.batches.results(batch)]

        results: list[Any] = await self._call(read, gone=[])
        answers = [answer_of(each.message, is_batched=True) for each in results if each.type == "succeeded"]
        return Spent(model=answers[0].model, usage=answers[0].usage) if answers else None

    async def cancel(self, batch: str) -> None:
        """Nobody wants it any more; one that has ended, or is gone, stays so."""

        async def end(client: "AsyncAnthropic") -> None:
            await client.messages.batches.cancel(batch)

        try:
            await self._call(end, gone=None)
        except StepFailed as failure:
            if failure.code != "claude_refused_request":
                raise

    async def _call(self, ask: Callable[["AsyncAnthropic"], Awaitable[T]], **gone: T) -> T:
        """Within the limits; where the API does not know what is asked for, what was given for that."""
        try:
            return await self._claude.within_limits("batch", ask)
        except Unavailable as trouble:
            if trouble.code == _GONE and "gone" in gone:
                return gone["gone"]
            raise


async def _result(client: "AsyncAnthropic", batch: str, key: str) -> Any:
    """What came of the question under that key, None where it is none of that batch."""
    wanted, found = name_of(key), None
    async for each in await client.messages.batches.results(batch):
        found = each.result if each.custom_id == wanted else found
    return found


def _size(batch: "MessageBatch") -> int:
    """How many questions it holds, as far as the API has counted them yet."""
    told = batch.request_counts
    return told.processing + told.succeeded + told.errored + told.canceled + told.expired


def name_of(key: str) -> str:
    """What the API knows a question by: at most 64 letters and digits."""
    return hashlib.sha256(key.encode()).hexdigest()
