"""Where a remark may stand: what is accepted is on a line of the diff, and on the one that was meant."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.anchors import Anchor, Side, as_it_stands, between, hunk_of
from bot.domain.diff import REMOVED, files_in, lines_of
from standins.github.diffs import Change
from standins.github.lines import why_refused
from tests.unit.test_diff import change, only

DIFF: Final = b"""\
diff --git a/x b/x
--- a/x
+++ b/x
@@ -5,4 +5,5 @@
 five
-six
-seven
+SIX
+SEVEN
+more
 eight
@@ -20,2 +21,1 @@
 twenty
-gone
"""
RIGHT: Final = {5, 6, 7, 8, 9, 21}
LEFT: Final = {6, 7, 21}


def is_taken(line: int, side: Side = "RIGHT", first: int | None = None, path: str = "x") -> bool:
    return hunk_of(only(DIFF), Anchor(path=path, line=line, side=side, first=first)) is not None


@pytest.mark.parametrize("line", range(25))
def test_a_line_is_taken_on_the_side_on_which_the_diff_shows_it(line: int) -> None:
    assert is_taken(line) is (line in RIGHT)
    assert is_taken(line, "LEFT") is (line in LEFT)


@pytest.mark.parametrize(
    ("first", "line", "side", "taken"),
    [
        (5, 9, "RIGHT", True),
        (6, 7, "LEFT", True),
        (5, 6, "LEFT", False),
        (9, 21, "RIGHT", False),
        (8, 7, "RIGHT", False),
        (7, 7, "RIGHT", True),
    ],
)
def test_several_lines_are_taken_within_one_hunk(first: int, line: int, side: Side, *, taken: bool) -> None:
    assert is_taken(line, side, first) is taken


@pytest.mark.parametrize(
    ("one", "other", "first", "last"), [(6, None, None, 6), (6, 6, None, 6), (8, 6, 6, 8), (6, 8, 6, 8)]
)
def test_it_is_no_matter_which_of_two_lines_is_named_first(
    one: int, other: int | None, first: int | None, last: int
) -> None:
    assert between("x", "RIGHT", one, other) == Anchor(path="x", line=last, first=first)


@pytest.mark.parametrize(
    ("first", "line", "side", "stands"),
    [
        (6, 8, "RIGHT", 6),
        (2, 8, "RIGHT", None),  # it begins above the hunk
        (5, 6, "LEFT", None),  # what it begins with was not removed
        (9, 15, "RIGHT", 9),  # no remark can stand at its end
    ],
)
def test_of_lines_that_github_does_not_take_together_the_last_is_left(
    first: int, line: int, side: Side, stands: int | None
) -> None:
    anchor = Anchor(path="x", line=line, side=side, first=first)

    assert as_it_stands(only(DIFF), anchor) == replace(anchor, first=stands)


def test_a_line_of_another_file_is_none_of_this() -> None:
    assert not is_taken(6, path="y")


LINES: Final = st.lists(
    st.sampled_from(["a", "b", "", "c\x0c", "-", "+ x", "@@ -1 +1 @@", "\r"]), max_size=30
)


@given(LINES, LINES, st.data())
@settings(max_examples=40)
def test_what_is_accepted_github_takes_and_it_is_the_line_that_was_meant(
    before: list[str], after: list[str], data: Any
) -> None:
    old, new = (text(these, ends=data.draw(st.booleans())) for these in (before, after))
    with tempfile.TemporaryDirectory() as name:
        diff = change(Path(name), {"x": old, "y": b""}, {"x": new, "y": b""})
    sides: tuple[tuple[Side, list[bytes]], ...] = (("LEFT", lines(old)), ("RIGHT", lines(new)))
    for side, there in sides:
        for number in range(len(there) + 2):
            first = data.draw(st.sampled_from([None, max(1, number - 1), number]))
            check(diff, Anchor(path="x", line=number, side=side, first=first), there)


def check(diff: bytes, anchor: Anchor, there: Sequence[bytes]) -> None:
    """Where it is accepted, it is what stands there, and GitHub's own rules take it."""
    for file in files_in(diff):
        hunk = hunk_of(file, anchor)
        if hunk is None:
            return
        shown = lines_of(diff, hunk)
        of_side = [line for line in shown if (line.sign == REMOVED) is (anchor.side == "LEFT")]
        assert [line.text for line in of_side if line.number in anchor.numbers] == there[
            anchor.begins - 1 : anchor.line
        ]
        assert why_refused(said(anchor), [Change(**UNSAID, patch=patch(diff))]) is None


UNSAID: Final[Mapping[str, Any]] = {
    "path": "x",
    "was": None,
    "status": "modified",
    "sha": "",
    "additions": 0,
    "deletions": 0,
}


def said(it: Anchor) -> dict[str, Any]:
    """The anchor as GitHub is told of it."""
    whole = {"path": it.path, "line": it.line, "side": it.side}
    return whole if it.begins == it.line else {**whole, "start_line": it.begins, "start_side": it.side}


def text(these: Sequence[str], *, ends: bool) -> bytes:
    """These lines, of which the last `ends` or does not."""
    whole = "\n".join(these).encode()
    return whole + b"\n" if ends and these else whole


def lines(whole: bytes) -> list[bytes]:
    """As git counts them: what follows the last line feed is a line only where there is something."""
    return whole.removesuffix(b"\n").split(b"\n") if whole else []


def patch(diff: bytes) -> str:
    return diff.decode()[diff.decode().index("\n@@") + 1 :].removesuffix("\n")
