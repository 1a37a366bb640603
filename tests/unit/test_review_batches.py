"""What nobody waits for is handed in once, waited for, collected once, and asked for where nothing came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from bot.application.review_asking import OWN, begin_unasked
from bot.application.review_batches import LEFT, WAITS, cancel_left, look_at_batches
from bot.application.review_reading import Read, load_read, read_pull
from bot.application.review_seen import keep_seen
from bot.application.reviewing import set_aside
from bot.application.spending import check_month, spending
from bot.batch_records import Batch
from bot.domain.batching import handed_in
from bot.domain.pricing import cost_micro_usd
from bot.domain.reviewing import PAID, Request, paid_stream
from bot.records import Answer, Spent, StepFailed, Unavailable
from tests.unit.fake_batches import FakeBatches
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import Died, FakeClaude, FakeSources, Stage
from tests.unit.histories import SHOP
from tests.unit.test_batching import recorded
from tests.unit.test_reviewing import DIFF, FOUND, USAGE, asked, finds, verdicts

STREAM: Final = "review:7:5"
PATIENT: Final = b"review: {automatic: true, patient: true}\n"
CONFIGURATION: Final = ".github/claude-bot.yml"


async def staged(
    *answers: Answer,
    batches: FakeBatches | None = None,
    cause: str = "opened",
    config: bytes = PATIENT,
    **fakes: Any,
) -> Stage:
    """Nobody asked for it, and the repository is patient."""
    stage = Stage(
        reviews=FakeReviews(text=DIFF),
        claude=FakeClaude(answers=list(answers)),
        batches=batches or FakeBatches(),
        sources=FakeSources(files={OPEN.head: {"f.py": b"def f():\n    return 2\n"}}),
        **fakes,
    )
    head = await stage.branches.head(SHOP, "main")
    assert head is not None
    stage.sources.files[head.sha] = {CONFIGURATION: config}
    await begin_unasked(Request(repository=SHOP, number=5, cause=cause), key="k", world=stage.world)
    return stage


async def reads(stage: Stage) -> Read:
    seen = await keep_seen(stage.world, SHOP, replace(OPEN, files=stage.reviews.files))
    digest = await read_pull(stage.world, STREAM, "k", seen, key="step")
    return await load_read(stage.world, SHOP, digest)


async def waits(stage: Stage) -> str:
    """For which batches it waits."""
    with pytest.raises(StepFailed, match=WAITS) as failure:
        await reads(stage)
    return failure.value.detail


async def looks(stage: Stage, batches: str, nth: int = 0) -> float:
    return await look_at_batches(stage.world, STREAM, "k", 31, batches, nth, key="step")


async def paid_for(stage: Stage) -> list[int]:
    """What the month's questions cost, one by one."""
    past = await stage.log.read(paid_stream(SHOP.installation_id, stage.clock.now()))
    return [each.data["micro_usd"] for each in past if each.type == PAID]


def batched(answer: Answer) -> Answer:
    return replace(answer, usage=replace(answer.usage, is_batched=True))


async def test_the_bots_own_at_its_gate_waits_for_no_batch() -> None:
    stage = await staged(finds(), cause=OWN)

    await reads(stage)

    assert (len(stage.claude.asked), stage.batches.handed_in) == (1, [])


async def test_for_what_was_overtaken_before_it_was_read_no_tool_is_run() -> None:
    stage = await staged(config=b"review: {automatic: true, tools: [{name: own, run: check}]}\n")
    stage.sources.files[OPEN.base] = {}
    await asked(stage, "newer")

    with pytest.raises(StepFailed, match="overtaken"):
        await reads(stage)

    assert stage.sandbox.ran == []


async def test_both_readers_are_handed_in_once_and_cost_half() -> None:
    whole = [batched(finds(FOUND)), batched(verdicts(0))]
    stage = await staged(batches=FakeBatches(answers=list(whole)))

    assert [await waits(stage), await waits(stage)] == ["batch-1", "batch-1"]
    stage.batches.ended.append("batch-1")
    assert await waits(stage) == "batch-2"
    stage.batches.ended.append("batch-2")
    read = await reads(stage)

    assert (len(read.findings), len(stage.batches.handed_in), stage.claude.asked) == (1, 2, [])
    assert read.cost.micro_usd * 2 == sum(cost_micro_usd(it.model, USAGE) for it in whole)


async def test_what_was_handed_in_is_counted_also_where_no_money_is_left_for_more() -> None:
    stage = await staged(batches=FakeBatches(answers=[batched(finds(FOUND))]))
    assert await waits(stage) == "batch-1"
    stage.rules = replace(stage.rules, monthly_micro_usd=0)
    stage.batches.ended.append("batch-1")

    with pytest.raises(StepFailed, match="monthly_budget"):
        await reads(stage)

    assert (len(await paid_for(stage)), len(stage.batches.handed_in)) == (1, 1)


async def test_where_nothing_came_of_it_it_is_asked_at_once() -> None:
    stage = await staged(finds(), batches=FakeBatches(answers=[None], ended=["batch-1"]))

    assert (await reads(stage)).findings == ()
    assert (len(stage.batches.handed_in), len(stage.claude.asked)) == (1, 1)


async def test_what_a_person_asked_for_does_not_wait() -> None:
    stage = await staged(finds())
    stage.log.streams.clear()
    await asked(stage, "k")

    await reads(stage)

    assert (stage.batches.handed_in, len(stage.claude.asked)) == ([], 1)


async def test_killed_before_it_was_noted_it_is_found_and_not_handed_in_again() -> None:
    stage = await staged()
    stage.effects.begun_at = datetime(2026, 11, 1, tzinfo=UTC)
    stage.effects.dies_at = "batch:"
    with pytest.raises(Died):
        await reads(stage)

    stage.batches.doubtful = Batch(id="batch-9", is_sure=False)
    assert await waits(stage) == "?batch-9"
    stage.batches.doubtful = Batch(id="batch-1", is_sure=True)
    assert await waits(stage) == "batch-1"
    assert len(stage.batches.handed_in) == 1


async def test_where_others_always_have_one_in_progress_it_is_waited_for_a_day_and_no_longer() -> None:
    stage = await staged()
    begun_at = stage.effects.begun_at = stage.clock.now()
    stage.effects.dies_at = "batch:"
    with pytest.raises(Died):
        await reads(stage)

    stage.batches.doubtful = Batch(id="batch-9", is_sure=False)
    stage.clock.time = begun_at + timedelta(hours=24)
    assert await waits(stage) == "?batch-9"
    stage.clock.time = begun_at + timedelta(hours=25)
    assert await waits(stage) == "batch-2"


async def test_what_turns_out_to_be_anothers_is_handed_in() -> None:
    stage = await staged(batches=FakeBatches(trouble=Unavailable("claude_overloaded")))
    stage.effects.begun_at = datetime(2026, 11, 1, tzinfo=UTC)
    with pytest.raises(StepFailed, match="claude_unavailable"):
        await reads(stage)

    stage.batches.trouble = None

    assert await waits(stage) == "batch-1"


async def test_the_check_says_once_that_it_waits_and_is_looked_at_ever_more_rarely() -> None:
    stage = await staged()
    await stage.review_checks.create(SHOP, head=OPEN.head, external_id="x", title="t", summary="s")

    pauses = [await looks(stage, "batch-1 batch-2", nth) for nth in range(5)]

    assert pauses == [60.0, 120.0, 240.0, 480.0, 600.0]
    stage.batches.ended += ["batch-1", "batch-2"]
    assert await looks(stage, "batch-1 batch-2") == 0.0


async def test_what_was_overtaken_is_cancelled_and_counted_where_it_was_answered_all_the_same() -> None:
    stage = await staged()
    assert await waits(stage) == "batch-1"
    await begin_unasked(Request(repository=SHOP, number=5, cause="pushed"), key="newer", world=stage.world)

    assert await looks(stage, "batch-1", 3) == 480.0
    assert stage.batches.cancelled == ["batch-1"]

    stage.batches.ended += ["batch-1"]
    usage = replace(USAGE, is_batched=True)
    stage.batches.cost["batch-1"] = Spent(model="claude-opus-5-5", usage=usage)
    assert [await looks(stage, "batch-1", nth) for nth in (4, 4)] == [LEFT, LEFT]

    cost = cost_micro_usd("claude-opus-5-5", usage)
    assert (await paid_for(stage), (await spending(SHOP, stage.world)).repository) == ([cost], cost)


async def test_of_a_pull_request_that_was_closed_nothing_is_waited_for() -> None:
    stage = await staged()
    assert await waits(stage) == "batch-1"
    stage.reviews.pull = replace(OPEN, is_open=False)

    assert await looks(stage, "batch-1") == 60.0
    stage.batches.ended += stage.batches.cancelled
    assert (await looks(stage, "batch-1", 1), await paid_for(stage)) == (LEFT, [0])


async def test_what_waits_counts_as_money_that_is_spent_until_it_is_paid() -> None:
    stage = await staged(batches=FakeBatches(answers=[batched(finds())]))
    assert await waits(stage) == "batch-1"

    waiting = await spending(SHOP, stage.world)
    stage.rules = replace(stage.rules, monthly_micro_usd=waiting.repository)
    with pytest.raises(StepFailed, match="monthly_budget"):
        await check_month(SHOP, stage.world)
    stage.batches.ended.append("batch-1")
    await reads(stage)

    assert waiting.repository > 16_000 * 25 / 2
    assert (await spending(SHOP, stage.world)).repository == sum(await paid_for(stage))


async def test_what_waits_counts_in_the_next_month_too_and_no_longer_than_it_can_come_to_something() -> None:
    stage = await staged()
    began = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    noted = recorded(1, "k:find:handed-in", handed_in(SHOP.id, "batch-1", 500), at=began)
    stage.log.streams[paid_stream(SHOP.installation_id, began)] = [noted]

    spent = []
    for hours in (0, 24, 25):
        stage.clock.time = began + timedelta(hours=hours)
        spent.append((await spending(SHOP, stage.world)).repository)

    assert spent == [500, 500, 0]


async def test_what_was_given_up_leaves_nothing_behind_that_is_paid_for() -> None:
    stage = await staged()
    assert await waits(stage) == "batch-1"
    await set_aside(stage.world, STREAM, "k", 0, 1, "refused_by_model", key="step")

    assert await cancel_left(stage.world, STREAM, "k", 0, key="step") == 60.0
    assert stage.batches.cancelled == ["batch-1"]
    stage.batches.ended += ["batch-1"]
    assert await cancel_left(stage.world, STREAM, "k", 1, key="step") == 0.0
    assert (await spending(SHOP, stage.world)).repository == 0


async def test_what_may_be_anothers_is_waited_for_and_never_cancelled() -> None:
    stage = await staged()
    assert await waits(stage) == "batch-1"

    assert await looks(stage, "?batch-9 batch-1", 3) == 480.0
    stage.batches.ended.append("batch-1")
    await begin_unasked(Request(repository=SHOP, number=5, cause="pushed"), key="newer", world=stage.world)

    assert await looks(stage, "?batch-9 batch-1", 4) == LEFT
    assert stage.batches.cancelled == []
