"""A diff as the model sees it, and how its files are put together."""

from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.domain.diff import FileDiff, Hunk, files_in
from bot.domain.diff_headers import Header
from bot.domain.diff_shown import LONGEST_LINE, hunks_around, is_cut, pack, shown_file, tokens_of
from tests.unit.test_anchors import DIFF
from tests.unit.test_diff import TWO, only

DIFF_OF: Final = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+{}\n"
MOVED: Final = b"""\
diff --git a/old b/new
similarity index 50%
rename from old
rename to new
--- a/old
+++ b/new
@@ -1 +1 @@
-x\r
+"""


def file(name: str, size: int) -> FileDiff:
    return FileDiff(Header(path=name), (Hunk(1, 1, b"", 0, size * 3),))


def test_each_line_is_shown_with_its_number() -> None:
    assert shown_file(TWO, next(files_in(TWO))) == snapshot("""\
=== one.txt, modified
@@
1 a
L2-b
2+B
3 c
@@
10 j
11+k\
""")


def test_where_it_comes_from_is_said_and_a_long_line_is_cut() -> None:
    diff = MOVED + b"y" * 900 + b"\n"

    assert shown_file(diff, only(diff)).splitlines() == [
        "=== new (was old), renamed",
        "@@",
        "L1-x",
        f"1+{'y' * LONGEST_LINE}…",
    ]


def test_what_is_around_a_hunk_in_its_function_stands_beside_it_once() -> None:
    lines = [b"def f():", *(b"    %d" % nth for nth in range(2, 30)), b"", b"x = 1"]
    hunks = "@@ -4,1 +4,1 @@\n-    1\n+    4\n@@ -8 +8 @@\n-    1\n+    8\n@@ -31 +31 @@\n-x\n+x = 1\n"
    diff = f"diff --git a/x b/x\n--- a/x\n+++ b/x\n{hunks}".encode()

    shown = shown_file(diff, only(diff), [line.decode() for line in lines]).splitlines()

    assert shown == [
        "=== x, modified",
        *("@@", "1|def f():", "2|    2", "3|    3", "L4-    1", "4+    4", "5|    5", "6|    6", "7|    7"),
        *("@@", "L8-    1", "8+    8", *(f"{nth}|    {nth}" for nth in range(9, 21))),
        *("@@", "L31-x", "31+x = 1"),
    ]


def test_files_are_put_together_as_they_have_room_and_what_has_none_is_told() -> None:
    files = [file("a", 40), file("b", 50), file("c", 60), file("d", 200), file("e", 30), file("f", 90)]

    packed = pack(files, budget=100, most=2)

    assert [[each.path for each in group] for group in packed.groups] == [["a", "b"], ["c", "e"]]
    assert [each.path for each in packed.too_much] == ["d", "f"]
    assert tokens_of(file("a", 40)) == 41


def test_what_has_room_in_an_earlier_group_begins_none() -> None:
    packed = pack([file("a", 40), file("b", 90), file("c", 50), file("d", 20)], budget=100, most=3)

    assert [[each.path for each in group] for group in packed.groups] == [["a", "c"], ["b"], ["d"]]


def test_only_the_hunks_of_those_lines_are_kept() -> None:
    it = only(DIFF)

    assert [
        len(hunks_around(it, where, it.hunks[:1]).hunks)
        for where in ([("RIGHT", 9)], [("LEFT", 21)], [("LEFT", 21), ("RIGHT", 1)], [])
    ] == [1, 1, 2, 0]


@pytest.mark.parametrize(
    ("line", "cut"),
    [("y" * LONGEST_LINE + "\r", False), ("y" * LONGEST_LINE + "!", True), ("ü" * LONGEST_LINE, False)],
)
def test_a_file_is_cut_where_a_line_is_longer_than_what_is_shown(line: str, cut: bool) -> None:  # noqa: FBT001
    diff = DIFF_OF.format(line).encode()

    assert is_cut(diff, only(diff)) is cut
