"""What is told of a list is what its shape says, although it is put together from what is told of each."""

from typing import Any, Final

import pytest

from bot.api_records import KeptRow
from bot.web.api_shapes import Events, Integrations, event_of, integration_of
from bot.web.api_told import event_told, events_told, page_told, told_of
from tests.contracts.keeping import ROW
from tests.unit.histories import ACTIVE, recorded

AT: Final = "2026-01-31T12:00:00.000001+00:00"
ODD: Final = {"branch": 'claude/1-"quoted"-\u00e4-\u2028', "requested_by": "someone else's", "reason": "a\\b"}
BENT: Final[tuple[dict[str, Any], ...]] = ({}, ODD, {"head": "c0de" * 10, "pull_request": 7})
ROWS: Final = [
    {**ROW, "id": f"i{number}", "version": number, "requested_at": AT, "updated_at": AT, **bent}
    for number, bent in enumerate(BENT, start=1)
]


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("cursor", [None, "abc-_"])
def test_a_page_is_the_json_of_its_shape(count: int, cursor: str | None) -> None:
    rows = ROWS[:count]
    shape = Integrations(items=[*map(integration_of, rows)], next_cursor=cursor)

    assert page_told(rows, cursor) == shape.model_dump_json().encode()
    assert page_told([*map(KeptRow, rows)], cursor) == shape.model_dump_json().encode()


def test_of_a_row_that_is_remembered_it_is_made_once() -> None:
    row = KeptRow(ROWS[1])

    assert told_of(row) == told_of(ROWS[1])
    assert told_of(row) is told_of(row)
    assert row == ROWS[1]


def test_a_page_of_events_is_the_json_of_its_shape_however_often_it_is_told() -> None:
    facts = recorded(ACTIVE)
    shape = Events(items=[*map(event_of, facts)], next_cursor="more").model_dump_json().encode()

    assert events_told(facts, "more") == shape
    assert events_told(facts, "more") == shape
    assert event_told(facts[0]) is event_told(facts[0])


def test_two_events_are_told_as_two_although_they_have_one_name() -> None:
    first, second = recorded(ACTIVE)[:2]

    assert event_told(first._replace(stream="another")) == event_told(first)
    assert event_told(second._replace(hash=first.hash)) != event_told(first)
