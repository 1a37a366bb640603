"""What is shown around a hunk: the function that it is in, as far as people would look."""

from typing import Final

import pytest

from bot.domain.surroundings import FARTHEST, MOST_ABOVE, MOST_BELOW, Around, around

PYTHON: Final = """\
import this

class Box:
    size = 1

    async def put(self, it):
        if it:
            self.inside = it

            return True
        return False

    def take(self):
        return self.inside


x = 1
"""
GO: Final = """\
func put(it int) error {
\tif it > 0 {
\t\tbox = it
\t}
\treturn nil
}

func take() int {
\treturn box
}
"""


@pytest.mark.parametrize(
    ("text", "first", "last", "begins", "above", "below"),
    [
        (PYTHON, 8, 8, 6, [6, 7], [9, 10, 11]),
        (PYTHON, 11, 11, 6, [6, 7, 8, 9, 10], []),
        (PYTHON, 4, 4, 3, [3], [5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
        (PYTHON, 17, 17, 0, [], []),
        (PYTHON, 9, 14, 6, [6, 7, 8], []),
        (GO, 3, 3, 1, [1, 2], [4, 5, 6]),
        (GO, 9, 9, 8, [8], [10]),
        ("", 1, 1, 0, [], []),
        ("a\n", 9, 9, 0, [], []),
    ],
)
def test_it_is_the_function_that_the_lines_are_in(
    text: str, first: int, last: int, begins: int, above: list[int], below: list[int]
) -> None:
    it = around(text.splitlines(), first, last)

    assert (it.begins, list(it.above), list(it.below)) == (begins, above, below)


def test_of_a_long_one_its_first_line_and_what_is_near() -> None:
    lines = ["def long():", *(f"    line({nth})" for nth in range(2 * FARTHEST))]

    near, far = around(lines, 100, 100), around(lines, FARTHEST + 50, FARTHEST + 50)

    assert near == Around(begins=1, above=range(100 - MOST_ABOVE, 100), below=range(101, 101 + MOST_BELOW))
    assert far == Around()
