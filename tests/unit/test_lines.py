"""Lines are what a line feed ends: as git counts them, whatever else stands in a text."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.codeowners import owners_of, read_rules
from bot.domain.comparing import compared
from bot.domain.editing import insert_after, numbered
from bot.domain.finding import Search
from bot.domain.lines import bytes_with_ends, lines_of, with_ends
from bot.domain.removal import merged
from bot.domain.tap import without_passed
from bot.domain.verbose import without_passed_lines
from bot.infrastructure.github_pull_answers import remark
from bot.infrastructure.sandbox_groups import find
from bot.records import FileEdit

# What `str.splitlines` takes for the end of a line, and git does not.
NO_ENDS: Final = ("\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r")
ODD: Final = st.text(st.sampled_from(["a", "b", " ", "\n", *NO_ENDS]), max_size=30)
EACH: Final = pytest.mark.parametrize("sign", NO_ENDS, ids=lambda sign: f"U+{ord(sign):04X}")


@given(ODD)
def test_a_text_is_the_sum_of_its_lines(text: str) -> None:
    assert "".join(with_ends(text)) == text
    assert b"".join(bytes_with_ends(text.encode())) == text.encode()
    assert [line.encode() for line in with_ends(text)] == bytes_with_ends(text.encode())
    assert "\n".join(lines_of(text)) == text.removesuffix("\n")


@EACH
def test_the_editor_numbers_and_inserts_where_everybody_else_does(sign: str) -> None:
    text = f"one{sign}two\nthree\n"

    assert numbered(text) == f"     1\tone{sign}two\n     2\tthree"
    assert insert_after(text, 1, "new\n") == f"one{sign}two\nnew\nthree\n"


@EACH
def test_a_search_names_the_line_that_the_editor_shows(sign: str) -> None:
    search = Search(wanted="three")

    search.look("a.txt", f"one{sign}two\nthree\n".encode())

    assert search.lines == ["a.txt:2:three"]


@EACH
def test_a_diff_has_the_lines_that_git_has(sign: str) -> None:
    edit = FileEdit(path="a.txt", content=f"one{sign}two\nfour\n".encode())

    assert compared([edit], {"a.txt": f"one{sign}two\nthree\n".encode()}).endswith(
        f"@@ -1,2 +1,2 @@\n one{sign}two\n-three\n+four\n"
    )


@EACH
def test_who_changes_one_line_at_two_ends_touches_the_same(sign: str) -> None:
    old = f"one{sign}two\n".encode()

    assert merged(old, f"1{sign}two\n".encode(), f"one{sign}2\n".encode()) is None


@EACH
def test_a_rule_of_ownership_ends_with_its_line(sign: str) -> None:
    rules = read_rules(f"# nobody{sign}*.py @eve\n")

    assert owners_of(rules, "a.py") == ()


@EACH
def test_what_a_passed_test_says_in_its_name_is_no_line_of_the_report(sign: str) -> None:
    passed = f"# Subtest: a{sign}b\nok 1 - a{sign}b\n"

    assert without_passed(f"{passed}not ok 2 - c\n") == "not ok 2 - c\n"


@EACH
def test_of_a_remark_whole_lines_are_shown(sign: str) -> None:
    hunk = "@@ -1,5 +1,5 @@\n one\n two\n three\n-four\n+4".replace("three", f"th{sign}ree")

    said = remark({"diff_hunk": hunk, "line": 4, "path": "a.txt", "body": "Why?"})

    assert said.code == f" two\n th{sign}ree\n-four\n+4"


@EACH
def test_a_mount_whose_name_holds_it_is_one_mount(sign: str) -> None:
    assert find(f"tmpfs /mnt/a{sign}b tmpfs rw 0 0\n", "0::/\n") is None


@EACH
def test_no_line_of_a_test_that_passed_begins_within_another(sign: str) -> None:
    text = f"it printed{sign}a.py::b PASSED{sign}and more\na.py::c PASSED\n"

    assert without_passed_lines(text) == f"it printed{sign}a.py::b PASSED{sign}and more\n"
