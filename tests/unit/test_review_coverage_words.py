"""What was read and what was not is told file for file, and a long walkthrough keeps its end."""

import pytest

from bot.application.fitting import fitted
from bot.application.review_coverage_words import MOST_NAMED, coverage, named
from bot.application.review_reading import Read
from bot.application.review_words import walkthrough
from bot.domain.anchors import Anchor
from bot.domain.remarks import Finding, sort
from bot.domain.reviewing import Request
from tests.unit.fake_reviews import OPEN
from tests.unit.histories import SHOP

MANY = tuple(f"vendor/part{nth}/file.js" for nth in range(200))


def test_where_every_file_is_named_nothing_is_folded() -> None:
    read = Read(
        head=OPEN.head, fails_at=None, confidence=70, covered=("a.py",), left_out=(("b.lock", "lock"),)
    )

    assert coverage(read) == ["Read: 1 file. **Not read:** `b.lock` (written by a package manager)."]


def test_more_files_than_are_named_at_once_are_folded_by_name() -> None:
    left_out = tuple((path, "vendored") for path in MANY)
    read = Read(head=OPEN.head, fails_at=None, confidence=70, covered=("a.py",), left_out=left_out)

    line, fold = coverage(read)

    assert f"and {len(MANY) - MOST_NAMED} more (somebody else's code)" in line
    assert fold.startswith(
        "<details><summary>Every file</summary>\n\n- read: `a.py`\n- somebody else's code: "
    )
    assert all(path in fold for path in MANY)
    assert fold.endswith("\n\n</details>")


def test_of_very_long_names_as_many_are_named_as_have_room() -> None:
    paths = [f"{nth}{'x' * 190}" for nth in range(MOST_NAMED)]

    told = named(paths)

    assert len(told) < 3_100
    assert told.endswith(" more")
    assert int(told.split()[-2]) == MOST_NAMED - told.count("`") // 2


def test_a_walkthrough_that_is_too_long_loses_rows_and_keeps_coverage_and_cost() -> None:
    findings = [
        Finding(
            rule="wrong",
            severity="minor",
            confidence=90,
            anchor=Anchor(path=f"some/where/{nth}.py", line=2),
            title="t" * 250,
            text="w" * 900,
            code=(b"x",),
        )
        for nth in range(240)
    ]
    read = Read(head=OPEN.head, fails_at=None, confidence=70, covered=MANY, groups=(("All", MANY),))
    found = sort(findings, least=70, said=[], is_settled=lambda _: False)

    told = walkthrough(read, found, Request(repository=SHOP, number=5, cause="asked"), {})

    assert 50_000 < len(told) <= 60_100
    assert "lines more, for which there is no room here." in told
    assert "Read: 200 files." in told
    assert told.endswith("`/claude review full` all of it.</sub>")


@pytest.mark.parametrize(
    ("parts", "most", "left"),
    [
        (["a\nb", "c"], 100, ["a\nb", "c"]),
        (["one", "\n".join("x" * 20)], 90, None),
        (["no lines" * 20], 20, ["no lines" * 20]),
    ],
)
def test_the_longest_part_is_cut_at_the_end_of_a_line(
    parts: list[str], most: int, left: list[str] | None
) -> None:
    kept = fitted(parts, most=most)

    assert kept == (left or [parts[0], kept[1]])


def test_what_is_folded_stays_closed_where_it_is_cut() -> None:
    fold = "\n".join(["<details>", *("row" for _ in range(100)), "</details>"])

    [kept] = fitted([fold], most=200)

    assert len(kept) <= 200
    assert kept.endswith("lines more, for which there is no room here.\n</details>")


def test_of_many_files_that_are_only_moved_the_first_are_named_and_none_as_not_read() -> None:
    moved = tuple((f"old{nth}.py", f"new{nth}.py") for nth in range(MOST_NAMED + 1))
    left_out = (*((path, "no_lines") for _, path in moved), ("mode.sh", "no_lines"))
    read = Read(head=OPEN.head, fails_at=None, confidence=70, left_out=left_out, moved=moved)

    [said] = coverage(read)

    assert "**Not read:** `mode.sh` (no line of it changes). **Moved" in said
    assert said.endswith("`old29.py` to `new29.py`; and 1 more.")
