"""What tools say becomes findings on added lines alone, and one with what a reader found."""

from dataclasses import replace
from typing import Final

import pytest

from bot.domain.anchors import Anchor
from bot.domain.diff import files_in
from bot.domain.lint_findings import MOST_FINDINGS, capped, findings_of, gone, merged
from bot.domain.lint_reports import Level, Said
from bot.domain.remarks import Finding

DIFF: Final = b"""\
diff --git a/src/a.py b/src/a.py
index 1111111..2222222 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,3 +1,4 @@
 import csv
-x = 1
+import os
+x = 2
 y = 3
"""
FILES: Final = {file.path: file for file in files_in(DIFF)}


def said(
    line: int = 2,
    *,
    path: str = "src/a.py",
    message: str = "`os` imported but unused",
    level: Level = "error",
) -> Said:
    return Said(path=path, line=line, rule="F401", message=message, level=level)


def found(*all_of_it: Said) -> list[Finding]:
    return findings_of("ruff", all_of_it, DIFF, FILES)


def by_reader(line: int = 2, *, title: str = "The module `os` is imported but never used") -> Finding:
    return Finding(
        rule="dead-code",
        severity="major",
        confidence=80,
        anchor=Anchor(path="src/a.py", line=line),
        title=title,
        text="It is loaded for nothing.",
        code=(b"import os",),
        suggestion="",
    )


def test_it_is_known_by_the_rule_and_its_line() -> None:
    [one] = found(said())

    assert (one.rule, one.tool, one.severity, one.confidence) == ("ruff:F401", "ruff", "minor", 100)
    assert (one.code, one.is_placed, one.anchor.line) == ((b"import os",), True, 2)


@pytest.mark.parametrize("line", [0, 1, 4, 5, 999])
def test_of_lines_that_are_not_added_nothing_is_said(line: int) -> None:
    assert found(said(line)) == []


@pytest.mark.parametrize(
    "path", ["./src/a.py", "/work/src/a.py", "file:///work/src/a.py", "file:///work/src%2Fa.py", "src\\a.py"]
)
def test_however_the_file_is_named_it_is_meant(path: str) -> None:
    assert len(found(said(path=path))) == 1


@pytest.mark.parametrize("path", ["a.py", "b.py", "/work/a.py", "other/src/a.py"])
def test_another_file_is_not(path: str) -> None:
    assert found(said(path=path)) == []


def test_notes_and_what_says_nothing_are_left_out_and_the_same_is_said_once() -> None:
    assert found(said(level="note"), said(message="")) == []
    assert len(found(said(), said())) == 1
    assert [each.severity for each in found(said(level="warning"))] == ["nit"]


def test_a_rule_without_a_name_is_one() -> None:
    [one] = findings_of("own", [replace(said(), rule="")], DIFF, FILES)

    assert one.rule == "own:said"


def test_so_many_are_taken_the_graver_first() -> None:
    nits, errors = found(said(level="warning")) * MOST_FINDINGS, found(said())

    taken, more = capped([*nits, *errors])

    assert (taken[0].severity, len(taken), more) == ("minor", MOST_FINDINGS, 1)
    assert capped(errors) == (errors, 0)


def test_the_same_by_a_reader_is_one_known_by_the_tool_and_told_by_the_reader() -> None:
    [tool] = found(said())

    [one] = merged([by_reader()], [tool])

    assert one.fingerprint == tool.fingerprint
    assert (one.severity, one.text, one.suggestion) == ("major", "It is loaded for nothing.", "")


def test_a_suggestion_for_more_lines_is_not_one_for_the_tools() -> None:
    wide = replace(by_reader(3), anchor=Anchor(path="src/a.py", line=3, first=2))

    [one] = merged([wide], found(said()))

    assert one.suggestion is None


def test_who_names_the_rule_means_the_same() -> None:
    named = by_reader(title="Against F401")

    assert len(merged([named], found(said()))) == 1


@pytest.mark.parametrize(
    "other",
    [
        by_reader(3),
        by_reader(title="The order of loading matters here"),
        replace(by_reader(), anchor=Anchor(path="src/a.py", line=2, side="LEFT")),
        replace(by_reader(), anchor=Anchor(path="b.py", line=2)),
        replace(by_reader(), tool="mypy"),
    ],
)
def test_another_place_or_meaning_is_another_finding(other: Finding) -> None:
    assert len(merged([other], found(said()))) == 2


def test_a_tool_without_words_is_the_same_as_nothing() -> None:
    assert len(merged([by_reader()], found(said(message="x = 1")))) == 2


def test_what_a_tool_that_ran_says_no_more_is_gone() -> None:
    [tool] = found(said())

    assert gone([tool, by_reader()], [], {"ruff"}) == (tool,)
    assert gone([tool], [tool], {"ruff"}) == ()
    assert gone([tool], [], {"mypy"}) == ()
