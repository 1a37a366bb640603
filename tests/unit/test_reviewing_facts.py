"""Reviews as facts: what was asked, whether it counts still, what was said, and what it cost."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain import reviewing
from bot.domain.reviewing import Ended, Request
from bot.records import Actor, Fact, Recorded, Repository

NOW = datetime(2026, 11, 30, tzinfo=UTC)
REPOSITORY = Repository(id=7, full_name="acme/shop", installation_id=2, owner_id=9)
ASKED = Request(repository=REPOSITORY, number=5, cause="asked", by=Actor(id=1, login="ada"), is_full=True)
BY_ITSELF = Request(repository=REPOSITORY, number=5, cause="opened")


def recorded(*facts: tuple[str, Fact]) -> list[Recorded]:
    return [
        Recorded(nth, "review:7:5", nth, fact.type, _text(fact.data), _text({"key": key}), NOW, "")
        for nth, (key, fact) in enumerate(facts, 1)
    ]


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data)


def test_a_request_is_read_back_as_it_was() -> None:
    past = recorded(("a", reviewing.requested(ASKED)), ("b", reviewing.requested(BY_ITSELF)))

    assert reviewing.request_in(past, "a") == ASKED
    assert reviewing.request_in(past, "b") == BY_ITSELF
    assert reviewing.request_in(past, "a").repository.full_name == "acme/shop"


def test_only_the_newest_request_counts() -> None:
    past = recorded(("a", reviewing.requested(ASKED)), ("b", reviewing.requested(BY_ITSELF)))

    assert reviewing.is_overtaken(past, "a")
    assert not reviewing.is_overtaken(past, "b")


def test_what_others_said_at_lines_is_known() -> None:
    said = reviewing.concluded(Ended(outcome="said", said=("f1", "f2")))
    past = recorded(("a", reviewing.requested(ASKED)), (reviewing.ending_key("a"), said))

    assert reviewing.said_before(past, "b") == {"f1", "f2"}
    assert reviewing.said_before(past, "a") == frozenset()


def test_what_reviews_cost_is_counted_for_a_repository_and_for_all() -> None:
    past = recorded(("a", reviewing.paid(7, 100)), ("b", reviewing.paid(8, 20)))

    assert (reviewing.spent_on(past, 7), reviewing.spent_on(past)) == (100, 120)


def test_what_one_of_them_cost_is_counted_by_what_it_was_asked_under() -> None:
    keys = ("k:h:find:0:paid", "k:h:verify:0:paid", "k2:h:find:0:paid")
    past = recorded(("k:r", reviewing.requested(ASKED)), *((key, reviewing.paid(7, 20)) for key in keys))

    assert reviewing.spent_under(past, "k") == 40


def test_streams_have_names_that_no_integration_has() -> None:
    assert reviewing.stream_of(7, 5) == "review:7:5"
    assert reviewing.paid_stream(2, datetime(2026, 11, 30, tzinfo=UTC)) == "paid:2:2026-11"


def test_the_last_that_said_something_is_known_with_its_check_and_what_it_was_asked_under() -> None:
    first, last = (
        Ended(outcome="said", check=31, said=("f1",)),
        Ended(outcome="said", check=32, text="digest"),
    )
    past = recorded(
        (reviewing.ending_key("a"), reviewing.concluded(first)),
        (reviewing.ending_key("b"), reviewing.concluded(last)),
        (reviewing.ending_key("c"), reviewing.concluded(Ended(outcome="closed"))),
    )

    assert reviewing.last_said(past) == ("b", last)
    assert reviewing.last_said(past[:1]) == ("a", first)
    assert reviewing.last_said(past[2:]) is None


def test_of_one_that_did_not_tell_its_check_run_it_is_not_known() -> None:
    old = reviewing.concluded(Ended(outcome="said"))
    without = Fact(type=old.type, data={name: it for name, it in old.data.items() if name != "check"})

    assert reviewing.last_said(recorded((reviewing.ending_key("a"), without))) == ("a", Ended(outcome="said"))


def test_one_is_under_way_until_the_newest_has_ended() -> None:
    asked, ended = reviewing.requested(ASKED), reviewing.concluded(Ended(outcome="overtaken"))
    past = recorded(("a", asked), ("b", asked), (reviewing.ending_key("b"), ended))

    assert not reviewing.is_under_way(past)
    assert not reviewing.is_under_way([])
    assert reviewing.is_under_way(past[:2])
    assert reviewing.is_under_way([*past, *recorded(("c", asked))])
