"""How long the saga waits before it looks for itself."""

import pytest

from bot.application.saga import until_a_look


@pytest.mark.parametrize(
    ("looks", "seconds"), [(0, 1.875), (1, 3.75), (2, 7.5), (4, 30.0), (5, 60.0), (6, 60.0), (10_000, 60.0)]
)
def test_each_look_in_vain_makes_the_next_come_later_but_never_later_than_the_longest(
    looks: int, seconds: float
) -> None:
    assert until_a_look(looks, 60.0) == seconds
