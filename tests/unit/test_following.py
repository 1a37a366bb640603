"""A change that is looked at again: only what is new of it is read, and what was said is found or lost."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.anchors import Anchor, Side
from bot.domain.diff import FileDiff, files_in, lines_of
from bot.domain.following import Followed, follow, keys_of, unread
from bot.domain.places import place_of
from bot.domain.remarks import Finding
from tests.unit.test_diff import change

OLD: Final = "".join(f"line {nth}\n" for nth in range(1, 41))
NEW: Final = OLD.replace("line 5\n", "five\n").replace("line 30\n", "thirty\n")


def diff_of(before: dict[str, str], after: dict[str, str]) -> tuple[bytes, list[FileDiff]]:
    with tempfile.TemporaryDirectory() as name:
        old, new = ({path: text.encode() for path, text in files.items()} for files in (before, after))
        diff = change(Path(name), old, new)
    return diff, list(files_in(diff))


def finding(
    diff: bytes, files: Sequence[FileDiff], line: int, *, side: Side = "RIGHT", path: str = "x"
) -> Finding:
    """At that line of that diff."""
    anchor = Anchor(path=path, line=line, side=side)
    (file,) = (each for each in files if each.path == path)
    placed = place_of(diff, file, anchor)
    assert placed is not None
    place, code = placed
    return Finding(
        rule="r",
        severity="major",
        confidence=90,
        anchor=anchor,
        title="t",
        text="w",
        code=code,
        place=place,
        suggestion="s",
    )


def again(
    it: Finding, seen: tuple[bytes, list[FileDiff]], now: tuple[bytes, list[FileDiff]]
) -> tuple[str, Finding]:
    """What becomes of it, and how it stands then."""
    followed = follow([it], *now, unread(*now, keys_of(*seen)))
    [(fate, each)] = [(name, one) for name in Followed.__slots__ for one in getattr(followed, name)]
    assert each.fingerprint == it.fingerprint
    return fate, each


def test_only_hunks_that_read_otherwise_are_new() -> None:
    diff, files = diff_of({"x": OLD, "y": OLD}, {"x": NEW, "y": NEW})
    later = diff_of({"x": OLD, "y": OLD}, {"x": NEW.replace("thirty", "30"), "y": f"first\n{NEW}"})

    news = unread(*later, keys_of(diff, files))

    assert [(file.path, len(file.hunks)) for file in news] == [("x", 1), ("y", 1)]
    assert b"+30" in [later[0][hunk.start : hunk.end].splitlines()[4] for hunk in news[0].hunks]
    assert unread(*later, keys_of(*later)) == []


def test_a_second_one_that_reads_the_same_is_new() -> None:
    base = "a\nb\nc\nd\n" + "-\n" * 9 + "a\nb\nc\nd\n" + "-\n" * 9
    once = diff_of({"x": base}, {"x": base.replace("c\nd\n", "c\n!\nd\n", 1)})
    twice = diff_of({"x": base}, {"x": base.replace("c\nd\n", "c\n!\nd\n")})

    assert sum(len(file.hunks) for file in unread(*twice, keys_of(*once))) == 1


@pytest.mark.parametrize(("line", "side"), [(5, "RIGHT"), (4, "RIGHT"), (5, "LEFT"), (30, "RIGHT")])
def test_a_finding_follows_its_lines_where_nothing_about_them_changed(line: int, side: Side) -> None:
    seen = diff_of({"x": OLD}, {"x": NEW})
    base = f"more\n\n{OLD}"

    fate, it = again(
        finding(*seen, line, side=side), seen, diff_of({"x": base}, {"x": f"more\n\n{NEW}", "y": ""})
    )

    assert (fate, it.anchor.line, it.suggestion) == ("open", line + 2, "s")


def test_of_a_file_that_changed_since_it_is_looked_at_again_at_its_new_line() -> None:
    seen = diff_of({"x": OLD}, {"x": NEW})

    fate, it = again(
        finding(*seen, 30), seen, diff_of({"x": OLD}, {"x": NEW.replace("line 28\n", "28\nand\n")})
    )

    assert (fate, it.anchor.line) == ("doubtful", 31)


@pytest.mark.parametrize(
    ("after", "fate", "line"),
    [
        (NEW.replace("thirty", "30"), "doubtful", 0),
        (NEW.replace("thirty", "line 30"), "gone", 0),
        (OLD, "gone", 5),
        (NEW.replace("five", "line 5"), "open", 30),
    ],
)
def test_what_is_no_part_of_the_change_any_more_is_gone(after: str, fate: str, line: int) -> None:
    seen = diff_of({"x": OLD}, {"x": NEW})
    it = finding(*seen, line or 30)

    assert again(it, seen, diff_of({"x": OLD, "y": ""}, {"x": after, "y": "1\n"}))[0] == fate


def test_a_file_that_is_called_otherwise_takes_its_findings_with_it() -> None:
    seen = diff_of({"x": OLD}, {"x": NEW})

    fate, it = again(finding(*seen, 30), seen, diff_of({"x": OLD}, {"z": NEW}))

    assert (fate, it.anchor.path, it.anchor.line) == ("doubtful", "z", 30)


def test_a_copy_of_its_file_is_another() -> None:
    seen = diff_of({"x": OLD}, {"x": NEW})
    head = b"diff --git a/x b/z\nsimilarity index 90%\ncopy from x\ncopy to z\n--- a/x\n+++ b/z\n"
    diff = head + b"@@ -1 +1 @@\n-a\n+b\n"

    assert again(finding(*seen, 30), seen, (diff, list(files_in(diff))))[0] == "gone"


def test_of_two_places_that_read_the_same_it_is_not_guessed_which_is_meant() -> None:
    base = "-\n" * 3 + "a\nb\n" + "-\n" * 12 + "a\nb\n" + "-\n" * 3
    changed = base.replace("b\n", "!\n")
    seen = diff_of({"x": base}, {"x": changed})
    less = changed.replace("!\n", "", 1)

    fate, it = again(finding(*seen, 5), seen, diff_of({"x": base}, {"x": less}))
    still, lost = again(finding(*seen, 5), seen, seen)

    assert (fate, it.anchor.line, it.is_placed) == ("doubtful", 0, False)
    assert (still, lost.anchor.line) == ("open", 0)


def test_where_another_that_reads_the_same_has_become_a_little_more_like_it_neither_is_taken_for_it() -> None:
    own, other = "q\ndef f():\nfor a in b:\ntry:\nif x:\n", "w\nif x:\nfor a in b:\ntry:\nif x:\n\n"
    between = "".join(f"line {nth}\n" for nth in range(3))
    seen = diff_of({"x": ""}, {"x": own + between + other})
    later = own.replace("def f():\n", "") + "\n" + between + other.replace("if x:\nfor", "def f():\nfor")
    now = diff_of({"x": ""}, {"x": later})

    fate, it = again(finding(*seen, 3), seen, now)

    assert (fate, it.anchor.line) == ("doubtful", 0)


def test_what_was_of_no_line_stays_of_none_as_long_as_its_file_is_there() -> None:
    seen = diff_of({"x": OLD}, {"x": NEW})
    it = replace(finding(*seen, 30), code=(), place=None)

    assert again(it, seen, seen)[0] == "open"
    assert again(it, seen, diff_of({"x": OLD}, {"x": OLD, "y": "1\n"}))[0] == "gone"


def test_what_lost_its_lines_is_not_taken_for_mended_where_nothing_changed_since() -> None:
    seen = diff_of({"x": OLD}, {"x": NEW})
    later = diff_of({"x": OLD}, {"x": NEW.replace("thirty", "30")})

    fate, lost = again(finding(*seen, 30), seen, later)

    assert (fate, lost.is_placed) == ("doubtful", False)
    assert again(lost, later, later)[0] == "open"
    assert again(lost, later, diff_of({"x": OLD}, {"x": OLD, "y": "1\n"}))[0] == "gone"


@pytest.mark.parametrize("after", [{"x": NEW.replace("thirty", "30")}, {"z": NEW.replace("thirty", "30")}])
def test_in_a_file_that_nobody_sees_any_more_nothing_is_mended(after: dict[str, str]) -> None:
    seen, (diff, files) = diff_of({"x": OLD}, {"x": NEW}), diff_of({"x": OLD}, after)

    followed = follow([finding(*seen, 30)], diff, files, [], unseen=set(after))

    assert [each.is_placed for each in followed.open] == [False]
    assert followed.gone == ()


def test_of_what_github_does_not_list_any_more_nothing_is_mended() -> None:
    it = finding(*(seen := diff_of({"x": OLD}, {"x": NEW})), 30)
    diff, files = diff_of({"y": OLD}, {"y": NEW})

    followed = follow([it], diff, files, [], is_all=False)

    assert [(each.anchor.path, each.anchor.line, each.fingerprint) for each in followed.open] == [
        ("x", 0, it.fingerprint)
    ]
    assert follow([it], diff, files, []).gone == (it,)
    assert follow([it], *seen, [], is_all=False).open[0].anchor.line == 30


class Each(NamedTuple):
    """A line, and which it is."""

    who: int
    text: str


def written(lines: Sequence[Each]) -> str:
    return "".join(f"{line.text}\n" for line in lines)


@st.composite
def edits(draw: Any, lines: Sequence[Each], texts: Any, begin: int) -> list[Each]:
    """The same with lines taken out, put in or written otherwise."""
    found, who = list(lines), begin
    for _ in range(draw(st.integers(0, 5))):
        at, kind = draw(st.integers(0, len(found))), draw(st.sampled_from(["in", "out", "other"]))
        who += 1
        if kind == "in" or at == len(found):
            found.insert(at, Each(who, draw(texts(who))))
        elif kind == "out":
            del found[at]
        else:
            found[at] = Each(who, draw(texts(who)))
    return found


def unlike(who: int) -> Any:
    return st.just(f"line {who}")


def alike(_who: int) -> Any:
    return st.sampled_from(["a", "b", "", "  a"])


@pytest.mark.parametrize("texts", [unlike, alike])
@given(data=st.data())
@settings(max_examples=30)
def test_through_any_rebase_it_is_found_or_lost_and_never_elsewhere(texts: Any, data: Any) -> None:
    base = [Each(nth, data.draw(texts(nth))) for nth in range(data.draw(st.integers(1, 30)))]
    head = data.draw(edits(base, texts, 100))
    newer_base = data.draw(edits(base, texts, 200))
    rebased = {line.who for line in base} - {line.who for line in newer_base}
    newer = [line for line in data.draw(edits(head, texts, 300)) if line.who not in rebased]
    seen = diff_of({"x": written(base)}, {"x": written(head)})
    now = diff_of({"x": written(newer_base)}, {"x": written(newer)})
    for line in (line for file in seen[1] for hunk in file.hunks for line in lines_of(seen[0], hunk)):
        if chr(line.sign) != "-":
            check(finding(*seen, line.number), seen, now, head, newer)


def check(
    it: Finding,
    seen: tuple[bytes, list[FileDiff]],
    now: tuple[bytes, list[FileDiff]],
    head: Sequence[Each],
    newer: Sequence[Each],
) -> None:
    """Where it is found it reads the same; it is the very line, or that is not in the diff any more."""
    _, found = again(it, seen, now)
    if not found.anchor.line or not now[1]:
        return
    meant, there = head[it.anchor.line - 1], newer[found.anchor.line - 1]
    assert there.text.strip() == meant.text.strip()
    if meant.text.startswith("line"):
        assert there.who == meant.who
