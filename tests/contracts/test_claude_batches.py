"""The Batches port: the real client on the stand-in, whose answers are held to the SDK's own types."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse

from bot.batch_records import Batch
from bot.infrastructure.claude import request_of
from bot.infrastructure.claude_batches import ClaudeBatches, name_of
from bot.records import Spent, StepFailed, Unavailable
from standins.claude_replies import says
from tests.contracts.claude_desk import QUESTION, Desk, always, desk

HELLO: Final = says("Hello.")


@asynccontextmanager
async def counter() -> AsyncIterator[tuple[Desk, ClaudeBatches]]:
    async with desk(always(HELLO)) as here:
        yield here, ClaudeBatches(here.client)


async def test_what_is_handed_in_is_collected_once_it_has_ended_and_kept_as_any_answer() -> None:
    async with counter() as (here, batches):
        batch = await batches.hand_in(QUESTION, key="k")
        assert not await batches.has_ended(batch)
        here.claude.batches.end()
        assert await batches.has_ended(batch)

        answer = await batches.collect(QUESTION, batch, key="k", repository_id=7)

        assert answer is not None
        assert (answer.content, answer.stop_reason) == (({"type": "text", "text": "Hello."},), "end_turn")
        assert answer.usage.is_batched
        assert await batches.spent(batch) == Spent(model=answer.model, usage=answer.usage)
        assert await here.asks(key="k") == answer
        assert (len(here.claude.requests), here.paid) == (1, [answer])


@pytest.mark.parametrize("kind", ["errored", "canceled", "expired"])
async def test_what_came_to_nothing_is_no_answer(kind: str) -> None:
    async with counter() as (here, batches):
        batch = await batches.hand_in(QUESTION, key="k")
        here.claude.batches.end(kind)

        assert await batches.collect(QUESTION, batch, key="k", repository_id=7) is None
        assert await batches.spent(batch) is None
        assert here.paid == []


async def test_one_that_is_gone_has_ended_and_has_no_answer() -> None:
    async with counter() as (_, batches):
        assert await batches.has_ended("msgbatch_gone")
        assert await batches.collect(QUESTION, "msgbatch_gone", key="k", repository_id=7) is None
        assert await batches.spent("msgbatch_gone") is None
        await batches.cancel("msgbatch_gone")


async def test_one_of_which_nobody_was_told_is_found_by_its_name_once_it_has_ended() -> None:
    since, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    async with counter() as (here, batches):
        assert await batches.find(key="k", since=since) is None
        here.claude.batches.loses = 1
        with pytest.raises(Unavailable, match="claude_failing"):
            await batches.hand_in(QUESTION, key="k")

        [made] = here.claude.batches.all
        assert await batches.find(key="k", since=since) == Batch(id=made.id, is_sure=False)
        assert await batches.find(key="k", since=later) is None
        here.claude.batches.end()
        assert await batches.find(key="k", since=since) == Batch(id=made.id, is_sure=True)
        assert await batches.find(key="another", since=since) is None


async def test_one_of_several_questions_is_anothers_and_is_neither_waited_for_nor_read() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    async with counter() as (here, batches):
        requests: list[Any] = [{"custom_id": name, "params": request_of(QUESTION)} for name in "xy"]
        await here.client.within_limits(
            "batch", lambda client: client.messages.batches.create(requests=requests)
        )

        assert await batches.find(key="k", since=since) is None


async def test_cancelled_it_ends_and_cancelling_what_has_ended_changes_nothing() -> None:
    async with counter() as (here, batches):
        batch = await batches.hand_in(QUESTION, key="k")

        await batches.cancel(batch)
        await batches.cancel(batch)

        assert await batches.has_ended(batch)
        assert here.claude.batches.all[0].results[0]["result"] == {"type": "canceled"}


async def test_trouble_is_what_it_is_for_any_question() -> None:
    async with counter() as (here, batches):
        here.claude.api_key = "another"
        with pytest.raises(Unavailable, match="claude_refused_account"):
            await batches.hand_in(QUESTION, key="k")
        with pytest.raises(Unavailable, match="claude_refused_account"):
            await batches.cancel("any")


async def test_the_stand_in_answers_in_the_published_shapes() -> None:
    async with counter() as (here, batches):
        await batches.hand_in(QUESTION, key="k")
        for status in ("in_progress", "ended"):
            told = here.claude.batches._told(here.claude.batches.all[0])  # noqa: SLF001  what it answers
            assert MessageBatch.model_validate(told).processing_status == status
            here.claude.batches.end()
        [line] = here.claude.batches.all[0].results
        assert MessageBatchIndividualResponse.model_validate(line).custom_id == name_of("k")


async def test_what_the_api_would_refuse_is_refused() -> None:
    async with counter() as (here, batches):
        with pytest.raises(StepFailed, match="claude_refused_request"):
            await batches._claude.within_limits(  # noqa: SLF001  past what this port would send
                "batch", lambda client: client.messages.batches.create(requests=[])
            )
        assert here.claude.unexpected
