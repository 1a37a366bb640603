"""What the model was shown, line by line."""

import pytest

from bot.domain.citing import Citation
from bot.domain.diff import files_in
from bot.domain.editing import numbered
from bot.domain.shown_lines import as_shown, changed, found, together, viewed

DIFF = b"""\
diff --git a/f.py b/f.py
--- a/f.py
+++ b/f.py
@@ -10,2 +20,3 @@
 a
-b
+c
+d
"""


def test_of_a_view_the_numbers_count_whatever_the_lines_hold() -> None:
    told = (
        f"<data-1>\n{numbered(chr(10).join(['a', ' 99	b', 'c']), first=2)}\n</data-1>\nCut; lines 7 to 9"
    )

    assert viewed("f.py", told) == {"f.py": {2, 3}}


def test_of_a_search_each_line_that_was_found_counts() -> None:
    told = "<data-1>\na/b.py:12: x: 3: y\na/b.py:14:z\nc.py:1:\n</data-1>"

    assert found(told) == {"a/b.py": {12, 14}, "c.py": {1}}


def test_of_a_diff_the_lines_of_the_new_file_count() -> None:
    assert changed(files_in(DIFF)) == {"f.py": {20, 21, 22}}


def test_what_was_shown_at_several_times_is_put_together() -> None:
    assert together([{"a": {1}, "b": {2}}, {"a": {3}}, {}]) == {"a": {1, 3}, "b": {2}}


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        (Citation(path="f.py"), Citation(path="f.py")),
        (Citation(path="f.py", first=1, last=9), Citation(path="f.py", first=3, last=5)),
        (Citation(path="f.py", first=4, last=4), Citation(path="f.py", first=4, last=4)),
        (Citation(path="f.py", first=6, last=9), None),
        (Citation(path="g.py", first=3, last=5), None),
    ],
)
def test_a_citation_is_as_long_as_what_was_shown_of_it(named: Citation, kept: Citation | None) -> None:
    assert as_shown(named, {"f.py": {3, 4, 5}}) == kept
