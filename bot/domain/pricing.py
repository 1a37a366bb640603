"""What a model call costs, in millionths of a US dollar.

The prices are defaults, for budgets and estimates; an operator may pass a table of their own. A
model that is not in the table costs as much as the dearest one, so that no ceiling is overrun.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.records import Usage


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, which is millionths of a dollar for one."""

    input: float
    output: float
    cache_read: float
    cache_write: float


def _price(given: float, made: float) -> Price:
    """Reading from the cache costs a tenth of an input token, writing for five minutes a quarter more."""
    return Price(given, made, given * 0.1, given * 1.25)


# What nobody waits for, as a part of what it costs else.
BATCHED: Final = 0.5
# Fewer than code has: what is reserved is not to be too little.
CHARACTERS_A_TOKEN: Final = 2.5
# By the beginning of the model id; the longest that fits counts.
PRICES: Final[Mapping[str, Price]] = {
    "claude-opus-4-1": _price(15, 75),
    "claude-opus-4-0": _price(15, 75),
    "claude-opus": _price(5, 25),
    "claude-sonnet": _price(3, 15),
    "claude-haiku": _price(1, 5),
    "claude-fable": _price(15, 75),
    "claude-mythos": _price(25, 125),
}


def price_of(model: str, prices: Mapping[str, Price] = PRICES) -> Price:
    """The price for this model id, or the dearest of each kind where it is not known."""
    fitting = [name for name in prices if model.startswith(name)]
    return prices[max(fitting, key=len)] if fitting else _dearest(prices)


def cost_micro_usd(model: str, usage: Usage, prices: Mapping[str, Price] = PRICES) -> int:
    """What this call cost, rounded up."""
    price = price_of(model, prices)
    cost = (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + usage.cache_read_tokens * price.cache_read
        + usage.cache_write_tokens * price.cache_write
    )
    return -int(-(cost * BATCHED if usage.is_batched else cost) // 1)


def most_micro_usd(model: str, characters: int, max_tokens: int) -> int:
    """What a question of so many characters costs at most where nobody waits for it, rounded up."""
    price = price_of(model)
    cost = characters / CHARACTERS_A_TOKEN * price.cache_write + max_tokens * price.output
    return -int(-(cost * BATCHED) // 1)


def _dearest(prices: Mapping[str, Price]) -> Price:
    known = prices.values()
    return Price(
        max(each.input for each in known),
        max(each.output for each in known),
        max(each.cache_read for each in known),
        max(each.cache_write for each in known),
    )
