"""The files of a commit with a change over them: what is there, and what an edit may not do."""

import pytest

from bot.domain.tree import (
    LARGEST_CHANGE_BYTES,
    LARGEST_FILE_BYTES,
    MOST_FILES,
    Tree,
    check_change,
    check_edit,
    is_binary,
    lay,
    write,
)
from bot.records import FileEdit, TreeEntry

LISTING = {
    path: TreeEntry(path=path, mode=mode, sha="0" * 40, size=1)
    for path, mode in {
        "plain": "100644",
        "tool": "100755",
        "link": "120000",
        "module": "160000",
        "odd": "100600",
        "src/app.py": "100644",
        "old/one": "100644",
    }.items()
}
COMMIT = lay(LISTING, [])
CHANGED = lay(
    LISTING,
    [
        FileEdit(path="new", content=b"n", executable=True),
        FileEdit(path="plain", content=None),
        FileEdit(path="old/one", content=None),
        FileEdit(path="a/b/c", content=b"c"),
    ],
)


def edit(path: str, content: bytes | None = b"text") -> FileEdit:
    return FileEdit(path=path, content=content)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("plain", "file"),
        ("tool", "file"),
        ("link", "link"),
        ("module", "submodule"),
        ("odd", "submodule"),  # no mode that git gives a file: nothing to be edited
        ("src", "directory"),
        ("src/app.py", "file"),
        ("src/", None),
        ("sr", None),
    ],
)
def test_what_stands_in_a_commit(path: str, kind: str | None) -> None:
    assert COMMIT.kind(path) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("new", "file"),
        ("plain", None),
        ("old", None),
        ("a", "directory"),
        ("a/b", "directory"),
        ("tool", "file"),
    ],
)
def test_what_stands_there_after_a_change(path: str, kind: str | None) -> None:
    assert CHANGED.kind(path) == kind


def test_the_paths_are_those_that_are_left_in_order() -> None:
    assert lay(LISTING, []).paths() == sorted(LISTING)
    assert CHANGED.paths() == ["a/b/c", "link", "module", "new", "odd", "src/app.py", "tool"]
    assert [each.path for each in CHANGED.change()] == ["a/b/c", "new", "old/one", "plain"]


def test_a_program_stays_one_when_it_is_written_again() -> None:
    runs = {path: CHANGED.is_executable(path) for path in ("tool", "plain", "new", "a/b/c", "nowhere")}
    again = write(write(CHANGED, "tool", b"t"), "fresh", b"f")

    assert runs == {"tool": True, "plain": False, "new": True, "a/b/c": False, "nowhere": False}
    assert again.edits["tool"] == FileEdit(path="tool", content=b"t", executable=True)
    assert again.edits["fresh"] == FileEdit(path="fresh", content=b"f")
    assert again.paths() == sorted([*CHANGED.paths(), "fresh"])


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("../up", b"text", "traversal"),
        ("link", b"text", "not_a_file"),
        ("link", None, "not_a_file"),
        ("module", None, "not_a_file"),
        ("src", b"text", "is_a_directory"),
        ("src", None, None),
        ("plain/below", b"text", "below_a_file"),
        ("plain/far/below", b"text", "below_a_file"),
        ("link/below", b"text", "below_a_file"),
        ("src/app.py/far/below", b"text", "below_a_file"),
        ("plain", b"text", None),
        ("src/other.py", b"text", None),
        ("far/away/new", b"text", None),
        ("plain", b"x" * LARGEST_FILE_BYTES, None),
        ("plain", b"x" * (LARGEST_FILE_BYTES + 1), "file_too_large"),
        ("plain", b"a\0b", "binary"),
        ("plain", b"\xff", "binary"),
        ("plain", "a\u202eb".encode(), "turned_text"),
        ("plain", "a\u2069b".encode(), "turned_text"),
        ("plain", "a\u202fb".encode(), None),
    ],
)
def test_an_edit_that_may_not_be_made_has_its_code(
    path: str, content: bytes | None, code: str | None
) -> None:
    assert check_edit(COMMIT, edit(path, content)) == code


def test_nothing_is_below_what_was_deleted() -> None:
    assert check_edit(CHANGED, edit("plain/below")) is None
    assert check_edit(CHANGED, edit("new/below")) == "below_a_file"


def of(*sizes: int) -> Tree:
    return lay({}, [edit(f"file{number}", b"x" * size) for number, size in enumerate(sizes)])


def test_a_change_has_a_largest_size() -> None:
    assert check_change(of(LARGEST_CHANGE_BYTES)) is None
    assert check_change(of(LARGEST_CHANGE_BYTES, 1)) == "change_too_large"
    assert check_change(of(*[0] * MOST_FILES)) is None
    assert check_change(of(*[0] * (MOST_FILES + 1))) == "too_many_files"
    assert check_change(lay({}, [edit("gone", None)])) is None


@pytest.mark.parametrize(
    ("content", "binary"), [(b"", False), ("é".encode(), False), (b"\0", True), (b"\xe9", True)]
)
def test_text_is_utf_8_without_a_zero(content: bytes, binary: bool) -> None:  # noqa: FBT001
    assert is_binary(content) is binary
