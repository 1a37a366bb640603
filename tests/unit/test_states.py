"""The nine states and every move between them, as they are designed."""

from itertools import product

import pytest
from inline_snapshot import snapshot

from bot.domain.states import MOVES, InvalidStateTransition, State, check_move, diagram

DESIGNED = {
    "draft": {"validating", "failed"},
    "validating": {"generating", "failed"},
    "generating": {"testing", "failed"},
    "testing": {"generating", "reviewing", "failed"},
    "reviewing": {"generating", "deploying", "failed"},
    "deploying": {"generating", "reviewing", "active", "failed"},
    "active": {"generating", "failed", "deprecated"},
    "failed": {"validating", "generating", "testing", "deploying"},
    "deprecated": set(),
}
PAIRS = list(product(State, State))
POSSIBLE = [(start, end) for start, end in PAIRS if end in DESIGNED[start]]
IMPOSSIBLE = [(start, end) for start, end in PAIRS if end not in DESIGNED[start]]


def test_the_table_is_the_designed_one() -> None:
    assert {str(start): set(map(str, ends)) for start, ends in MOVES.items()} == DESIGNED


@pytest.mark.parametrize(("start", "end"), POSSIBLE)
def test_a_move_of_the_table_is_possible(start: State, end: State) -> None:
    check_move(start, end)


@pytest.mark.parametrize(("start", "end"), IMPOSSIBLE)
def test_any_other_move_names_both_states_and_what_is_possible(start: State, end: State) -> None:
    with pytest.raises(InvalidStateTransition) as refused:
        check_move(start, end)

    said = str(refused.value)
    assert said.startswith(f"{start} cannot become {end}; possible from here: ")
    assert all(possible in said for possible in DESIGNED[start])
    assert refused.value.possible == MOVES[start]


def test_from_the_end_nothing_is_possible() -> None:
    with pytest.raises(InvalidStateTransition, match=r"possible from here: nothing: it has ended$"):
        check_move(State.DEPRECATED, State.ACTIVE)


def test_the_diagram_draws_each_move_once() -> None:
    drawn = diagram()

    assert all(drawn.count(f"    {start} --> {end}\n") == 1 for start, end in POSSIBLE)
    assert drawn.count("-->") == len(POSSIBLE) + 2


def test_the_diagram_begins_at_the_draft_and_ends_where_nothing_follows() -> None:
    lines = diagram().splitlines()

    assert [lines[0], lines[1], lines[-1]] == snapshot([
        "stateDiagram-v2",
        "    [*] --> draft",
        "    deprecated --> [*]",
    ])
