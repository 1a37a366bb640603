"""What tools say becomes findings on added lines alone, and one with what a reader found."""

from dataclasses import replace
from typing import Final

import pytest

from bot.domain.anchors import Anchor
from bot.domain.diff import files_in
from bot.domain.lint_findings import (
    MOST_FINDINGS,
    PLACE,
    adds_nothing,
    as_before,
    capped,
    findings_of,
    merged,
    parted,
)
from bot.domain.lint_reports import Level, Said
from bot.domain.remarks import Finding
from bot.infrastructure.sandbox_room import REPOSITORY

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
    "path", ["./src/a.py", "/repository/src/a.py", "file:///repository/src/a.py", "src%2Fa.py", "src\\a.py"]
)
def test_however_the_file_is_named_it_is_meant(path: str) -> None:
    assert len(found(said(path=path))) == 1


def test_it_is_told_from_where_the_sandbox_has_the_working_copy() -> None:
    assert f"{REPOSITORY}/" == PLACE


@pytest.mark.parametrize(
    "path",
    ["a.py", "b.py", "/repository/a.py", "other/src/a.py", "/repository/other/src/a.py", "/usr/src/a.py"],
)
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

    assert (taken[0].severity, len(taken), len(more)) == ("minor", MOST_FINDINGS, 1)
    assert capped(errors) == (errors, [])


def test_the_same_by_a_reader_is_one_known_by_the_tool_and_told_by_the_reader() -> None:
    [tool] = found(said())

    [one] = merged([by_reader()], [tool])

    assert one.fingerprint == tool.fingerprint
    assert (one.severity, one.text, one.suggestion) == ("major", "It is loaded for nothing.", "")
    assert one.confidence == 80


@pytest.mark.parametrize(
    "unsure",
    [
        replace(by_reader(), confidence=69),
        replace(by_reader(), is_unsettled=True),
        replace(by_reader(), known_as="0123456789abcdef"),
    ],
)
def test_what_a_reader_is_not_sure_of_or_said_before_makes_nothing_of_a_tools(unsure: Finding) -> None:
    [tool] = found(said())

    assert merged([unsure], [tool], least=70) == (unsure, tool)


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
        by_reader(title="An imported file is lost"),
        by_reader(title="The plan F4012 is not known"),
        replace(by_reader(), anchor=Anchor(path="src/a.py", line=2, side="LEFT")),
        replace(by_reader(), anchor=Anchor(path="b.py", line=2)),
        replace(by_reader(), tool="mypy"),
    ],
)
def test_another_place_or_meaning_is_another_finding(other: Finding) -> None:
    assert len(merged([other], found(said()))) == 2


def test_a_tool_without_words_is_the_same_as_nothing() -> None:
    assert len(merged([by_reader()], found(said(message="x = 1")))) == 2


@pytest.mark.parametrize("rule", ["index", "said", "misc", "", "E1"])
def test_a_rule_that_is_a_mere_word_is_not_named_by_who_says_the_word(rule: str) -> None:
    tool = findings_of("own", [replace(said(), rule=rule, message="Something else entirely")], DIFF, FILES)

    assert len(merged([by_reader(title="As is said, the E1 index is misc")], tool)) == 2


def test_what_a_tool_that_was_heard_says_no_more_is_gone_and_else_is_not_forgotten() -> None:
    [tool] = found(said())

    assert parted([tool, by_reader()], [], lambda _: True) == ((tool,), ())
    assert parted([tool], [tool], lambda _: True) == ((), ())
    assert parted([tool], [], lambda _: False) == ((), (tool,))


def test_what_a_reader_made_of_it_stays_while_the_tool_says_it() -> None:
    [tool] = found(said())
    [then] = merged([by_reader()], [tool])

    [now] = as_before([tool], [then])

    assert (now.severity, now.confidence, now.text, now.suggestion) == ("major", 80, then.text, None)
    assert as_before([tool], [tool, by_reader()]) == as_before([tool], [then], least=81) == [tool]


def test_a_file_whose_lines_are_not_seen_may_add_some() -> None:
    file = FILES["src/a.py"]

    assert not adds_nothing(DIFF, file)
    assert not adds_nothing(DIFF, replace(file, hunks=()))
    [less] = files_in(DIFF.replace(b"+import os\n+x = 2\n", b"").replace(b"-1,3 +1,4", b"-1,3 +1,2"))
    assert adds_nothing(DIFF.replace(b"+import os\n+x = 2\n", b"").replace(b"-1,3 +1,4", b"-1,3 +1,2"), less)
