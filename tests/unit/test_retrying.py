"""What waits for others: tried so often, with pauses that grow, and one fact for each try in vain."""

import pytest

from bot.domain.retrying import MENDABLE, TRIES, held_up, is_final, pause_seconds, untold_seconds


def test_each_pause_is_longer_than_the_one_before() -> None:
    assert [pause_seconds(nth, 60) for nth in (1, 2, 3)] == [15, 60, 240]


@pytest.mark.parametrize("code", sorted(MENDABLE))
def test_what_time_mends_is_tried_so_often_and_no_more(code: str) -> None:
    assert [is_final(code, nth) for nth in (1, TRIES - 1, TRIES)] == [False, False, True]


def test_what_it_does_not_mend_is_tried_once() -> None:
    assert is_final("refused_by_model", 1)


def test_where_nobody_can_be_told_it_is_tried_again_as_often_and_no_more() -> None:
    assert [untold_seconds("unavailable", nth) for nth in (1, 2, TRIES)] == [15, 60, 0]
    assert untold_seconds("github_forbidden", 1) == 0


def test_what_holds_it_up_is_a_fact_of_its_kind() -> None:
    fact = held_up("ReviewHeldUp", "frozen", nth=2)

    assert (fact.type, fact.data) == ("ReviewHeldUp", {"code": "frozen", "nth": 2})
