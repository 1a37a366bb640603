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


def test_streams_have_names_that_no_integration_has() -> None:
    assert reviewing.stream_of(7, 5) == "review:7:5"
    assert reviewing.paid_stream(2, datetime(2026, 11, 30, tzinfo=UTC)) == "paid:2:2026-11"


def test_each_pause_is_longer_than_the_one_before() -> None:
    assert [reviewing.pause_seconds(nth, 15) for nth in (1, 2, 3)] == [15, 60, 240]
    assert reviewing.held_up("frozen", nth=2).data == {"code": "frozen", "nth": 2}
