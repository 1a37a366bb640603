"""What is said of an integration beside what it is to do."""

import pytest

from bot.domain.commands import Spoken
from bot.domain.wishing import BadOption, Options, options_of


def said(**options: str) -> Spoken:
    return Spoken(
        name="integrate", text="x", options={name.replace("_", "-"): it for name, it in options.items()}
    )


def test_what_is_not_said_is_nothing() -> None:
    assert options_of(said()) == Options()


def test_all_of_it() -> None:
    assert options_of(said(base="next", budget="2.50", plan_first="", anyway="")) == Options(
        base="next", micro_usd=2_500_000, plan_first=True, anyway=True
    )


@pytest.mark.parametrize(
    ("options", "name"),
    [({"base": "a b"}, "base"), ({"budget": "much"}, "budget"), ({"budget": "0"}, "budget")],
)
def test_what_is_none_is_named(options: dict[str, str], name: str) -> None:
    with pytest.raises(BadOption) as no:
        options_of(said(**options))

    assert no.value.option == name
