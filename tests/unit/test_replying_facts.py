"""What people said to findings, and what became of that, as facts."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.domain.replying import (
    HELD_UP,
    MOST_HEARD,
    Dispute,
    answer_in,
    answer_key,
    answered,
    dispute_in,
    disputed,
    heard_in,
    is_awaited,
    is_heard_out,
    is_last,
    is_over,
    is_superseded,
    unanswered_in,
    withdrawn_in,
)
from bot.domain.retrying import held_up
from bot.domain.reviewing import CONCLUDED
from bot.records import Actor, Fact, Recorded
from tests.unit.histories import SHOP

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
FOUND, OTHER = "0123456789abcdef", "fedcba9876543210"
SAID: Final = Dispute(
    repository=SHOP, number=5, thread=500, comment=700, fingerprint=FOUND, by=Actor(id=1, login="dev")
)
ELSEWHERE: Final = Dispute(
    repository=SHOP, number=5, thread=501, comment=701, fingerprint=OTHER, by=Actor(id=1, login="dev")
)


def recorded(*facts: tuple[Fact, str]) -> list[Recorded]:
    return [
        Recorded(nth, "review:7:5", nth, fact.type, json.dumps(fact.data), json.dumps({"key": key}), NOW, "")
        for nth, (fact, key) in enumerate(facts, 1)
    ]


def stays(it: Dispute = SAID) -> Fact:
    return answered(it, withdraws=False, why="digest")


def test_what_was_said_is_found_again_by_its_key() -> None:
    past = recorded((disputed(ELSEWHERE), "a"), (disputed(SAID), "b"))

    assert (dispute_in(past, "a"), dispute_in(past, "b")) == (ELSEWHERE, SAID)


def test_an_answer_is_known_by_what_it_answers() -> None:
    past = recorded((disputed(SAID), "a"), (stays(), answer_key("a")))
    noted = answer_in(past, "a")

    assert noted is not None
    assert noted.data["why"] == "digest"
    assert answer_in(past, "b") is None


def test_only_what_is_said_later_in_the_same_thread_supersedes() -> None:
    past = recorded((disputed(SAID), "a"), (disputed(SAID), "b"), (disputed(ELSEWHERE), "c"))

    assert [is_superseded(past, key) for key in "abc"] == [True, False, False]


def test_what_is_answered_is_not_superseded_any_more() -> None:
    past = recorded((disputed(SAID), "a"), (disputed(SAID), "b"), (stays(), answer_key("a")))

    assert not is_superseded(past, "a")


def test_who_was_heard_in_a_thread_has_a_say_there() -> None:
    past = recorded((disputed(SAID), "a"), (stays(), "b"), (disputed(ELSEWHERE), "c"))

    assert (heard_in(past, 500), heard_in(past, 502)) == (frozenset({1}), frozenset())


def test_what_waits_is_what_was_said_since_the_last_answer_there() -> None:
    before = (disputed(SAID), "a"), (disputed(ELSEWHERE), "b"), (stays(ELSEWHERE), "c")
    past = recorded(*before, (stays(), "d"), (disputed(replace(SAID, comment=702)), "e"))

    assert [unanswered_in(past[:end], 500) for end in (3, 4, 5)] == [{700}, set(), {702}]


def test_what_was_put_off_is_awaited_until_something_is_said_there() -> None:
    before = (disputed(ELSEWHERE), "a"), (stays(ELSEWHERE), "b"), (disputed(SAID), "c")
    past = recorded(*before, (held_up(HELD_UP, "frozen", nth=1), "c:held:1"), (stays(), "d"))

    assert [is_awaited(past[:end], 500) for end in (3, 4, 5)] == [False, True, False]
    assert not is_awaited(past, 501)


def test_two_answers_are_all_there_is_and_others_do_not_count() -> None:
    past = recorded((stays(ELSEWHERE), "a"), (stays(ELSEWHERE), "b"), (stays(), "c"))

    assert (is_last(past, 501), is_over(past, 501, OTHER)) == (True, True)
    assert (is_last(past, 500), is_over(past, 500, FOUND)) == (False, False)


def test_what_is_withdrawn_is_over_in_each_of_its_threads() -> None:
    past = recorded((answered(SAID, withdraws=True, why="d"), "a"), (held_up(HELD_UP, "frozen", nth=1), "b"))

    assert withdrawn_in(past) == {FOUND}
    assert is_over(past, 777, FOUND)
    assert not is_over(past, 500, OTHER)


def test_what_another_fact_says_was_found_is_not_withdrawn() -> None:
    assert withdrawn_in(recorded((Fact(type=CONCLUDED, data={"said": [FOUND]}), "a"))) == frozenset()


def test_nobody_is_listened_to_for_ever() -> None:
    past = recorded(*[(disputed(SAID), str(nth)) for nth in range(MOST_HEARD)])

    assert (is_heard_out(past, 500), is_heard_out(past[1:], 500), is_heard_out(past, 501)) == (
        True,
        False,
        False,
    )
