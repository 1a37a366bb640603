"""A suggestion is offered only where it puts right those very lines and breaks nothing."""

from typing import Final

import pytest

from bot.domain.anchors import Anchor
from bot.domain.suggesting import LARGEST_PARSED, applied, block, can_be_read, is_fit

PYTHON: Final = "def f():\n    a = 1\n    return a\n"
AT: Final = Anchor(path="f.py", line=2)
CODE: Final = ("    a = 1",)


@pytest.mark.parametrize(
    ("suggestion", "fit"),
    [
        ("    a = 2", True),
        ("    a = 2\n    b = 3\n", True),
        ("", True),
        ("    a = 1", False),
        ("    a = (", False),
        ("    a = 2  # \u202e", False),
        ("/approve", False),
        ("    bors r+", False),
        (f"    a = 2  # {'x' * 19_980}", True),
        (f"    a = 2  # {'x' * 20_000}", False),
    ],
)
def test_it_has_to_change_the_lines_and_leave_a_file_that_can_be_read(suggestion: str, *, fit: bool) -> None:
    assert is_fit(PYTHON, AT, CODE, suggestion) is fit


def test_it_is_only_for_the_lines_that_were_read_and_on_the_right() -> None:
    assert not is_fit(PYTHON, AT, ("    a = 9",), "    a = 2")
    assert not is_fit(PYTHON, Anchor(path="f.py", line=90), ("",), "x")
    assert not is_fit(PYTHON, Anchor(path="f.py", line=2, side="LEFT"), CODE, "    a = 2")


def test_what_could_not_be_read_before_need_not_be_after() -> None:
    assert is_fit("print 'x'\na = 1\n", AT, ("a = 1",), "a = 2")


def test_several_lines_are_replaced_and_end_as_the_file_does() -> None:
    at = Anchor(path="f.txt", line=3, first=2)

    assert applied("1\r\n2\r\n3\r\n4\r\n", at, "two\nthree\n") == "1\r\ntwo\r\nthree\r\n4\r\n"
    assert applied("1\n2\n3\n4\n", at, "") == "1\n4\n"
    assert is_fit("1\r\n2\r\n3\r\n", at, ("2", "3"), "two\r\nthree")


@pytest.mark.parametrize(
    ("path", "text", "readable"),
    [
        ("a.json", "{}", True),
        ("a.json", "{", False),
        ("a.toml", "a = 1", True),
        ("a.toml", "a = ", False),
        ("a.py", "x = '\\d'", True),
        ("a.py", "(" * 3000, False),
        ("a.py", "(" * (LARGEST_PARSED + 1), True),
        ("a.rs", "fn (", True),
        ("README", "(", True),
    ],
)
def test_a_parser_is_asked_where_one_is_at_hand(path: str, text: str, *, readable: bool) -> None:
    assert can_be_read(path, text) is readable


def test_it_stands_between_more_ticks_than_it_holds() -> None:
    assert block("a\n") == "```suggestion\na\n```"
    assert block("") == "```suggestion\n```"
    assert block("````md\n````") == "`````suggestion\n````md\n````\n`````"
