"""What of each file is taken out: what others made of it since stays, and what is in doubt is a person's."""

from collections.abc import Mapping

import pytest

from bot.domain.removal import MOST_PAIRS, Plan, merged, planned, removal_after, without
from bot.domain.tree import lay
from bot.records import FileEdit, TreeEntry
from tests.unit.histories import OPENED_TO_REMOVE

OLD = b"a\nb\nc\nd\ne\n"


def file(content: bytes | None, *, path: str = "f", executable: bool = False) -> FileEdit:
    return FileEdit(path=path, content=content, executable=executable)


@pytest.mark.parametrize(
    ("now", "after", "before", "left"),
    [
        (b"ours", b"ours", None, None),
        (b"ours", b"ours", b"before", b"before"),
        (None, None, b"before", b"before"),
        (b"before", b"ours", b"before", b"before"),
        (None, b"ours", b"before", None),
        (b"x\nb\nc\nd\ne\n", b"a\nb\nc\nd\nnew\n", OLD, b"x\nb\nc\nd\ne\n"),
    ],
)
def test_what_it_brought_is_taken_out_of_a_file(
    now: bytes | None, after: bytes | None, before: bytes | None, left: bytes | None
) -> None:
    found = without(file(now), after=file(after), before=file(before))

    assert found == file(left)


@pytest.mark.parametrize(
    ("now", "after", "before"),
    [
        (b"theirs", b"ours", None),
        (b"theirs", None, b"before"),
        (b"theirs\n", b"ours\n", b"before\n"),
        (b"\0theirs", b"ours", b"before"),
    ],
)
def test_what_cannot_be_told_apart_is_left_to_a_person(
    now: bytes, after: bytes | None, before: bytes | None
) -> None:
    assert without(file(now), after=file(after), before=file(before)) is None


def test_a_file_stays_a_program_where_others_made_it_one() -> None:
    now = file(b"x\nb\nc\nd\nnew\n", executable=True)

    found = without(now, after=file(b"a\nb\nc\nd\nnew\n"), before=file(OLD))

    assert found == file(b"x\nb\nc\nd\ne\n", executable=True)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (b"a\nb\nc\nd\n", b"b\nc\nd\ne\n", b"b\nc\nd\n"),
        (b"a\nb\nx\nd\ne\n", b"a\nb\nx\nd\ne\n", b"a\nb\nx\nd\ne\n"),
        (b"new\na\nb\nc\nd\ne\n", b"a\nb\nc\nd\ne\nend", b"new\na\nb\nc\nd\ne\nend"),
    ],
)
def test_two_changes_apart_from_each_other_are_made_together(one: bytes, other: bytes, both: bytes) -> None:
    assert merged(OLD, one, other) == merged(OLD, other, one) == both


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"a\nx\nc\nd\ne\n", b"a\ny\nc\nd\ne\n"),
        (b"a\nx\nc\nd\ne\n", b"a\nb\ny\nd\ne\n"),
        (b"a\nnew\nb\nc\nd\ne\n", b"a\nother\nb\nc\nd\ne\n"),
    ],
)
def test_two_that_touch_each_other_are_not(one: bytes, other: bytes) -> None:
    assert merged(OLD, one, other) is None


def test_a_text_of_one_line_over_and_over_is_not_compared_for_ever() -> None:
    long = b"x\n" * int(MOST_PAIRS**0.5 + 1)

    assert merged(long, long + b"y\n", b"z\n" + long) is None


# --- all files together -------------------------------------------------------------------------------------


def plan(
    now: Mapping[str, bytes], *layers: Mapping[str, tuple[bytes | None, bytes | None]], odd: str = ""
) -> Plan:
    modes = {path: "120000" if path == odd else "100644" for path in now}
    tree = lay({p: TreeEntry(path=p, mode=modes[p], sha="", size=1) for p in now}, ())
    paths = {path for layer in layers for path in layer}
    parts = [[(file(a, path=p), file(b, path=p)) for p, (a, b) in layer.items()] for layer in layers]
    return planned(tree, {path: file(now.get(path), path=path) for path in paths}, parts)


def test_files_that_nobody_changed_since_are_as_they_were_before() -> None:
    assert plan({"a": b"ours", "b": b"ours"}, {"a": (b"ours", None), "b": (b"ours", b"old")}) == Plan(
        edits=(file(None, path="a"), file(b"old", path="b")), left=(), is_exact=True
    )


def test_what_is_out_already_is_no_edit() -> None:
    assert plan({"b": b"old"}, {"a": (b"ours", None), "b": (b"ours", b"old")}) == Plan(
        edits=(), left=(), is_exact=True
    )


def test_what_others_made_of_it_is_kept_and_said() -> None:
    there = {"a": b"theirs", "b": b"x\nb\nc\nd\nnew\n"}

    found = plan(there, {"a": (b"ours", None), "b": (b"a\nb\nc\nd\nnew\n", OLD)})

    assert found == Plan(edits=(file(b"x\nb\nc\nd\ne\n", path="b"),), left=("a",), is_exact=False)


def test_of_several_versions_the_newest_is_taken_out_first() -> None:
    second, first = {"a": (b"two", b"one"), "b": (b"new", None)}, {"a": (b"one", b"zero")}

    assert plan({"a": b"two", "b": b"new"}, second, first).edits == (
        file(b"zero", path="a"),
        file(None, path="b"),
    )


def test_what_cannot_be_told_apart_in_one_version_is_left_in_all() -> None:
    found = plan({"a": b"theirs"}, {"a": (b"two", b"one")}, {"a": (b"theirs", b"zero")})

    assert (found.edits, found.left) == ((), ("a",))


@pytest.mark.parametrize("there", [{"a/b": b"theirs"}, {}])
def test_a_file_comes_back_only_where_nothing_of_others_stands(there: dict[str, bytes]) -> None:
    found = plan(there, {"a": (None, b"old")})

    assert (len(found.edits), found.left) == ((0, ("a",)) if there else (1, ()))


def test_a_link_is_left_as_it_is() -> None:
    assert plan({"a": b"ours"}, {"a": (b"ours", None)}, odd="a").left == ("a",)


def test_nothing_comes_of_what_nobody_asked_for() -> None:
    with pytest.raises(AssertionError):
        removal_after(None, OPENED_TO_REMOVE)
