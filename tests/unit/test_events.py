"""Facts as the log keeps them: nothing is lost, nothing is guessed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import events as e
from bot.records import Actor, Recorded
from tests.unit.histories import ACTIVE, BEGAN, recorded

ACTORS = st.builds(Actor, id=st.integers(1), login=st.text(max_size=9))
FACTS = st.one_of([st.from_type(kind) for kind in e.TYPES.values()])
st.register_type_strategy(Actor, ACTORS)


def through_json(event: e.Event) -> Recorded:
    """The fact as it is read from a database."""
    fact = e.encode([event])[0]
    return of(fact.type, **fact.data)


def of(name: str, **data: Any) -> Recorded:
    return Recorded(
        seq=1,
        stream="1",
        version=1,
        type=name,
        data_json=json.dumps(data),
        meta_json="{}",
        at=BEGAN,
        hash="",
    )


@given(FACTS)
def test_a_fact_is_read_back_as_it_was_written(event: e.Event) -> None:
    assert e.decode([through_json(event)]) == [event]


@given(ACTORS)
def test_a_persons_name_is_kept_as_well_as_the_number(actor: Actor) -> None:
    [read] = e.decode([through_json(e.DeployReleased(by=actor))])

    assert isinstance(read, e.DeployReleased)
    assert (read.by.id, read.by.login) == (actor.id, actor.login)


def test_a_whole_history_is_read_back_in_order() -> None:
    assert tuple(e.decode(recorded(ACTIVE))) == ACTIVE


def test_every_kind_of_fact_is_known_by_its_name() -> None:
    assert all(e.TYPES[kind.__name__] is kind for kind in e.TYPES.values())
    assert len(e.TYPES) == 81


def test_half_a_surrogate_is_read_as_it_was_written() -> None:
    assert e.decode([of("Merged", head="\ud83d", commit="c0de")]) == [e.Merged(head="\ud83d", commit="c0de")]


def test_a_fact_of_another_version_is_named() -> None:
    with pytest.raises(e.UnknownEvent, match="Prophesied"):
        e.decode([of("Prophesied")])


def test_a_fact_with_a_field_of_another_version_is_named() -> None:
    with pytest.raises(e.UnknownEvent, match="Released: Object contains unknown field `why`"):
        e.decode([of("Released", head="c0de", why="it was asked for")])


def test_a_fact_that_lacks_a_field_is_not_guessed() -> None:
    with pytest.raises(e.UnknownEvent, match="Released: Object missing required field `head`"):
        e.decode([of("Released")])


def test_what_was_written_before_a_field_was_there_is_read_as_it_was_meant() -> None:
    facts = {fact.type: dict(fact.data) for fact in e.encode(ACTIVE)}
    del facts["IntegrationRequested"]["minutes"], facts["RequestValidated"]["merge_method"]

    asked, agreed = e.decode([
        of(name, **facts[name]) for name in ("IntegrationRequested", "RequestValidated")
    ])

    assert isinstance(asked, e.IntegrationRequested)
    assert isinstance(agreed, e.RequestValidated)
    assert (asked.minutes, agreed.merge_method) == (None, "merge")


def test_no_text_stands_in_a_fact_only_its_digest() -> None:
    longest = max(
        len(value) for fact in e.encode(ACTIVE) for value in fact.data.values() if isinstance(value, str)
    )

    assert longest == len("a" * 64)
