"""What waits in batches: what it may cost counts from when it was handed in until that is known."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from bot.domain.batching import LONGEST, InFlight, handed_in, in_flight, leaving_key, reserved_in, under
from bot.domain.pricing import cost_micro_usd, most_micro_usd
from bot.domain.reviewing import paid
from bot.records import Fact, Recorded, Usage

AT: Final = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def recorded(nth: int, key: str, fact: Fact, *, at: datetime = AT) -> Recorded:
    return Recorded(
        seq=nth,
        stream="paid:9:2026-11",
        version=nth,
        type=fact.type,
        data_json=json.dumps(fact.data),
        meta_json=json.dumps({"key": key}),
        at=at,
        hash="",
    )


WAITING: Final = (
    recorded(1, "k:find:handed-in", handed_in(7, "one", 100)),
    recorded(2, "k:verify:handed-in", handed_in(7, "two", 200)),
    recorded(3, "kk:find:handed-in", handed_in(8, "three", 400)),
)


def test_what_was_handed_in_waits_each_under_its_own_review() -> None:
    waiting = in_flight(WAITING, now=AT)

    assert waiting[0] == InFlight(key="k:find", batch="one", repository=7, micro_usd=100)
    assert [each.batch for each in under(waiting, "k")] == ["one", "two"]
    assert (reserved_in(waiting, 7), reserved_in(waiting)) == (300, 700)


@pytest.mark.parametrize("key", ["k:find:paid", leaving_key("k:find")])
def test_what_is_paid_or_left_waits_no_more(key: str) -> None:
    waiting = in_flight((*WAITING, recorded(4, key, paid(7, 50))), now=AT)

    assert [each.batch for each in waiting] == ["two", "three"]


def test_after_a_day_nothing_comes_of_it_any_more() -> None:
    assert len(in_flight(WAITING, now=AT + LONGEST - timedelta(seconds=1))) == 3
    assert in_flight(WAITING, now=AT + LONGEST) == []


def test_what_is_reserved_is_no_less_than_what_it_costs() -> None:
    most = Usage(input_tokens=0, output_tokens=16_000, cache_read_tokens=0, cache_write_tokens=30_000)
    cost = cost_micro_usd("claude-opus-5-5", most) // 2

    assert cost <= most_micro_usd("claude-opus-5-5", 75_000, 16_000) <= cost + 1
