"""What a model call costs."""

from dataclasses import replace

import pytest

from bot.domain.pricing import PRICES, Price, cost_micro_usd, price_of
from bot.records import Usage

MILLION = 1_000_000


def usage(**tokens: int) -> Usage:
    none = {"input_tokens": 0, "output_tokens": 0, "cache_read_tokens": 0, "cache_write_tokens": 0}
    counts = {**none, **tokens}
    return Usage(
        input_tokens=counts["input_tokens"],
        output_tokens=counts["output_tokens"],
        cache_read_tokens=counts["cache_read_tokens"],
        cache_write_tokens=counts["cache_write_tokens"],
    )


@pytest.mark.parametrize(
    ("kind", "dollars"),
    [("input_tokens", 5), ("output_tokens", 25), ("cache_read_tokens", 0.5), ("cache_write_tokens", 6.25)],
)
def test_each_kind_of_token_has_its_price(kind: str, dollars: float) -> None:
    assert cost_micro_usd("claude-opus-5-5", usage(**{kind: MILLION})) == dollars * MILLION


def test_what_nobody_waits_for_costs_half() -> None:
    told = replace(usage(input_tokens=MILLION, output_tokens=MILLION), is_batched=True)

    assert cost_micro_usd("claude-opus-5-5", told) == 15 * MILLION


def test_a_part_of_a_millionth_counts_as_a_whole_one() -> None:
    assert cost_micro_usd("claude-haiku-5-5", usage(cache_read_tokens=1)) == 1
    assert cost_micro_usd("claude-haiku-5-5", usage()) == 0


@pytest.mark.parametrize("model", ["some-model", "", "claude"])
def test_an_unknown_model_costs_as_much_as_the_dearest(model: str) -> None:
    price = price_of(model)

    assert all(price.output >= each.output and price.input >= each.input for each in PRICES.values())


def test_the_longest_name_that_fits_counts() -> None:
    assert price_of("claude-opus-4-1-20250805") == PRICES["claude-opus-4-1"]
    assert price_of("claude-opus-4-8") == PRICES["claude-opus"]


def test_an_operator_s_own_table_counts_instead() -> None:
    own = {"claude-": Price(1, 2, 3, 4)}

    assert cost_micro_usd("claude-x", usage(input_tokens=1, output_tokens=1), own) == 3
