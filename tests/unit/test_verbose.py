"""What pytest prints with -v is shown without the tests that passed."""

import pytest

from bot.domain.verbose import without_passed_lines

PRINTED = """\
collecting ... collected 5 items
test/test_a.py::test_one PASSED                                          [ 20%]
test/test_a.py::test_two[a b] FAILED                                     [ 40%]
test/test_a.py::Test::test_three PASSED [ 60%]
test/test_a.py::test_four SKIPPED (no numpy)                             [ 80%]
test/test_a.py::test_five XPASS                                          [100%]
E   AssertionError: PASSED
    assert "a::b PASSED"
1 failed, 2 passed, 1 skipped, 1 xpassed
"""


def test_what_passed_is_left_out_and_all_else_stays() -> None:
    kept = [line for line in PRINTED.splitlines(keepends=True) if " PASSED " not in line]

    assert without_passed_lines(PRINTED) == "".join(kept)
    assert len(kept) == 7


@pytest.mark.parametrize(
    "line",
    ["a.py::b PASSED\r\n", "a.py::b PASSED\n", "a.py::b PASSED [  5%]", "[gw1] [ 50%] PASSED test/a.py::b\n"],
)
def test_however_the_line_ends_or_where_it_ran(line: str) -> None:
    assert without_passed_lines(line) == ""


@pytest.mark.parametrize(
    "line",
    ["PASSED\n", "  a.py::b PASSED\n", "a.py::b PASSED late\n", "x::" + "y" * 2000 + " PASSED\n"],
)
def test_what_is_no_such_line_stays(line: str) -> None:
    assert without_passed_lines(line) == line
