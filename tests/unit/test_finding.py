"""Finding files and lines: what fits, and where it ends."""

import pytest

from bot.domain.finding import LONGEST_LINE, MOST_BYTES, MOST_LINES, Search, fitting

PATHS = ["README.md", "src/app.py", "src/deep/er/x.py", "src/[a].txt", "tests/test_app.py"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", PATHS),
        ("*", PATHS),
        ("*.py", ["src/app.py", "src/deep/er/x.py", "tests/test_app.py"]),
        ("./src/*.py", ["src/app.py", "src/deep/er/x.py"]),
        ("*app.p?", ["src/app.py", "tests/test_app.py"]),
        ("src/[[]a].txt", ["src/[a].txt"]),
        ("app.py", []),
        ("*.PY", []),
        ("[", []),
    ],
)
def test_paths_fit_a_pattern_whose_star_crosses_slashes(pattern: str, found: list[str]) -> None:
    assert fitting(PATHS, pattern) == found


def test_a_hostile_pattern_takes_no_time() -> None:
    assert fitting(["a" * 1000] * 100, "*a" * 99 + "b") == []


def test_each_line_that_holds_it_is_found_with_its_place() -> None:
    search = Search("b.c")

    assert search.look("x.py", b"a\nb.c d\nbxc\n  b.c")
    assert search.look("y.py", b"none")
    assert search.lines == ["x.py:2:b.c d", "x.py:4:  b.c"]
    assert not search.is_over


def test_case_is_ignored_where_that_is_asked_for() -> None:
    strict, loose = Search("Stra\u00dfe"), Search("STRASSE", ignore_case=True)
    for each in (strict, loose):
        each.look("x", "eine Stra\u00dfe\nstrasse".encode())

    assert strict.lines == ["x:1:eine Stra\u00dfe"]
    assert loose.lines == ["x:1:eine Stra\u00dfe", "x:2:strasse"]


def test_what_is_no_text_is_left_out() -> None:
    search = Search("a")
    search.look("x", b"a\0a")
    search.look("y", b"a\xff")

    assert search.lines == []


def test_so_many_lines_are_enough() -> None:
    exact, over = Search("a"), Search("a")

    assert exact.look("x", b"a\n" * MOST_LINES)
    assert not over.look("x", b"a\n" * (MOST_LINES + 1))
    assert (len(over.lines), over.is_cut, exact.is_cut) == (MOST_LINES, True, False)


def test_a_search_that_has_read_so_much_is_over() -> None:
    search = Search("a", bytes_read=MOST_BYTES - 1)

    assert search.look("x", b"b")
    assert not search.look("y", b"a")
    assert (search.lines, search.is_cut, search.is_over) == (["y:1:a"], False, True)


def test_of_a_long_line_the_part_around_it_is_shown() -> None:
    search = Search("here")
    search.look("x", b"-" * 1000 + b"here" + b"-" * 1000)

    [line] = search.lines
    assert line.startswith("x:1:\u2026--")
    assert line.endswith("--\u2026")
    assert "here" in line
    assert len(line) == len("x:1:") + LONGEST_LINE + 2
