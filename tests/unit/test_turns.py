"""Where an integration waits in line, and how that is said."""

import pytest

from bot.application.turn_words import in_line
from bot.application.turns import note_of, turn_of
from bot.application.views import TurnView
from bot.line_records import Turn
from tests.unit.fakes import Stage
from tests.unit.histories import ID, TAKEN_UP, integration


async def turn_with(stage: Stage) -> TurnView | None:
    return await turn_of(integration(TAKEN_UP), stage.world)


async def test_who_was_seen_to_wait_is_told_behind_whom() -> None:
    stage = Stage()
    for name, issue in (("a", 3), ("b", 4), ("c", 9)):
        stage.log.rows[name] = {"id": name, "issue": issue}
    stage.line.turns[ID] = Turn(before=("c", "gone"), at_work=("b", "a"))
    await stage.notes.put(note_of(ID), "3")

    assert await turn_with(stage) == TurnView(place=3, before=(9,), at_work=(3, 4))


async def test_who_is_in_line_for_a_moment_only_is_told_nothing() -> None:
    stage = Stage()
    stage.line.turns[ID] = Turn(before=(), at_work=())

    assert await turn_with(stage) is None


async def test_a_note_of_an_earlier_wait_says_nothing() -> None:
    stage = Stage()
    await stage.notes.put(note_of(ID), "1")

    assert await turn_with(stage) is None


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (None, []),
        (
            TurnView(1, (), (7,)),
            ["**Waits for its turn**: place 1 in this repository's queue. At work: #7."],
        ),
        (
            TurnView(1, (), ()),
            ["**Waits for its turn**: place 1 in this repository's queue."],
        ),
        (
            TurnView(3, (5, 6), (1, 2)),
            ["**Waits for its turn**: place 3 in this repository's queue, behind #5, #6. At work: #1, #2."],
        ),
        (
            TurnView(9, (4, 5, 6, 7, 8), (1,)),
            [
                "**Waits for its turn**: place 9 in this repository's queue, behind #4, #5, #6, #7, #8 "
                "and 3 more. At work: #1."
            ],
        ),
    ],
)
def test_its_place_is_said_with_those_before_it(turn: TurnView | None, said: list[str]) -> None:
    assert in_line(turn) == said
