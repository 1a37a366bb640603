"""How long a change takes whoever reads it, in whole steps, and when it is too much at a time."""

import pytest

from bot.application.effort_words import effort
from bot.domain.effort import is_too_much_at_a_time, minutes_to_read


@pytest.mark.parametrize(
    ("lines", "minutes"), [(1, 5), (33, 5), (34, 10), (400, 60), (401, 65), (4_000, 600)]
)
def test_it_is_told_in_whole_steps_of_five_minutes(lines: int, minutes: int) -> None:
    assert minutes_to_read(lines) == minutes


@pytest.mark.parametrize(("lines", "is_too_much"), [(400, False), (401, True)])
def test_more_than_that_is_read_in_parts(lines: int, is_too_much: bool) -> None:  # noqa: FBT001  a table's column
    assert is_too_much_at_a_time(lines) == is_too_much


@pytest.mark.parametrize(
    ("lines", "files", "said"),
    [
        (0, 0, []),
        (1, 1, ["**Effort to review: about 5 min**, for 1 changed line of 1 file."]),
        (400, 2, ["**Effort to review: about 1 h**, for 400 changed lines of 2 files."]),
        (
            450,
            24,
            [
                "**Effort to review: about 1 h 10 min**, for 450 changed lines of 24 files, "
                "more than is read well at a time."
            ],
        ),
    ],
)
def test_it_says_for_what(lines: int, files: int, said: list[str]) -> None:
    assert effort(lines, files) == said
