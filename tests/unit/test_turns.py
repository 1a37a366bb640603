"""Where an integration waits in line, and how that is said."""

import pytest

from bot.application.queueing import LOOKS, InLine
from bot.application.turn_words import in_line
from bot.application.turns import note_of, turn_of
from bot.application.views import TurnView
from bot.line_records import Turn
from bot.records import Start, StepFailed, Unavailable
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


def in_line_with(stage: Stage, told: list[Start]) -> InLine:
    async def tell(asked: Start) -> None:
        told.append(asked)

    return InLine(stage.world, ID, 1, tell=tell)


async def test_that_it_is_at_work_is_told_also_by_a_process_that_never_saw_it_wait() -> None:
    stage, told = Stage(), list[Start]()
    stage.log.holds(TAKEN_UP)
    await stage.notes.put(note_of(ID), "2")
    looks = in_line_with(stage, told)

    left = [await looks("job", waits=False) for _ in range(2)]

    assert (left, await stage.notes.get(note_of(ID))) == ([False, False], "")
    assert [each.id for each in told] == ["tell-turn-job-0"]


async def test_what_began_at_once_is_told_to_nobody() -> None:
    stage, told = Stage(), list[Start]()
    stage.log.holds(TAKEN_UP)

    await in_line_with(stage, told)("job", waits=False)

    assert told == []


async def test_its_place_is_told_once_and_then_that_it_is_at_work() -> None:
    stage, told = Stage(), list[Start]()
    stage.log.holds(TAKEN_UP)
    stage.line.turns[ID] = Turn(before=("a",), at_work=())
    looks = in_line_with(stage, told)

    for waits in (*[True] * (LOOKS + 1), False, False):
        await looks("job", waits=waits)

    assert [each.id for each in told] == ["tell-turn-job-2", "tell-turn-job-0"]


@pytest.mark.parametrize("trouble", [Unavailable("database"), StepFailed("github_forbidden")])
async def test_a_place_that_cannot_be_shown_ends_nothing_and_is_shown_later(trouble: Exception) -> None:
    troubles, told = [trouble], list[Start]()

    async def tell(asked: Start) -> None:
        if troubles:
            raise troubles.pop()
        told.append(asked)

    stage = Stage()
    stage.log.holds(TAKEN_UP)
    stage.line.turns[ID] = Turn(before=(), at_work=())
    looks = InLine(stage.world, ID, 1, tell=tell)

    assert [await looks("job", waits=True) for _ in range(LOOKS + 1)] == [False] * (LOOKS + 1)
    assert [each.id for each in told] == ["tell-turn-job-1"]
