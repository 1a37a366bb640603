"""The files of a commit with a change laid over them: what the model sees and edits, as data."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from bot.domain.paths import check_path
from bot.records import FileEdit, TreeEntry

LARGEST_FILE_BYTES: Final = 1024 * 1024
LARGEST_CHANGE_BYTES: Final = 5 * 1024 * 1024
MOST_FILES: Final = 200
EXECUTABLE: Final = "100755"
# They make a line read otherwise than it runs.
TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")

Kind = Literal["file", "link", "submodule", "directory"]
KINDS: Final[Mapping[str, Kind]] = {
    "100644": "file",
    EXECUTABLE: "file",
    "120000": "link",
    "160000": "submodule",
}


@dataclass(frozen=True, slots=True)
class Tree:
    """A commit's listing and the edits so far, each by path."""

    listing: Mapping[str, TreeEntry]
    edits: Mapping[str, FileEdit]

    def paths(self) -> list[str]:
        """Every file that is there now, in order."""
        gone = {path for path, edit in self.edits.items() if edit.content is None}
        return sorted((self.listing.keys() | self.edits.keys()) - gone)

    def kind(self, path: str) -> Kind | None:
        """What stands at the path now; None where nothing does."""
        return self.entry(path) or ("directory" if self._is_directory(path) else None)

    def entry(self, path: str) -> Kind | None:
        """What stands at the path now, if it is no directory."""
        if path in self.edits:
            return "file" if self.edits[path].content is not None else None
        return KINDS.get(self.listing[path].mode, "submodule") if path in self.listing else None

    def _is_directory(self, path: str) -> bool:
        below = f"{path}/"
        known = (each for each in (*self.edits, *self.listing) if each.startswith(below))
        return any(self.entry(each) for each in known)

    def is_executable(self, path: str) -> bool:
        """Whether the file runs as a program; editing keeps that."""
        if path in self.edits:
            return self.edits[path].executable
        return path in self.listing and self.listing[path].mode == EXECUTABLE

    def change(self) -> tuple[FileEdit, ...]:
        """The edits so far, in the order of their paths."""
        return tuple(self.edits[path] for path in sorted(self.edits))


def lay(listing: Mapping[str, TreeEntry], edits: Iterable[FileEdit]) -> Tree:
    """The listing with these edits over it."""
    return Tree(listing, {edit.path: edit for edit in edits})


def write(tree: Tree, path: str, content: bytes) -> Tree:
    """The tree with this file's new content; check it first."""
    edit = FileEdit(path=path, content=content, executable=tree.is_executable(path))
    return replace(tree, edits={**tree.edits, path: edit})


def check_edit(tree: Tree, edit: FileEdit) -> str | None:
    """Why this edit may not be part of the change, as a stable code; None where it may."""
    return check_path(edit.path) or check_place(tree, edit) or _content(edit.content)


def check_change(tree: Tree) -> str | None:
    """Why the change as a whole is too large, as a stable code; None where it is not."""
    if len(tree.edits) > MOST_FILES:
        return "too_many_files"
    total = sum(len(edit.content or b"") for edit in tree.edits.values())
    return "change_too_large" if total > LARGEST_CHANGE_BYTES else None


def is_binary(content: bytes) -> bool:
    """Whether it is anything but UTF-8 text."""
    try:
        return "\0" in content.decode()
    except UnicodeDecodeError:
        return True


def check_place(tree: Tree, edit: FileEdit) -> str | None:
    """A link or submodule stays what it is, and nothing is written through one or below a file."""
    if tree.kind(edit.path) in {"link", "submodule"}:
        return "not_a_file"
    if edit.content is not None and tree.kind(edit.path) == "directory":
        return "is_a_directory"
    parents = edit.path.split("/")[:-1]
    above = ("/".join(parents[: depth + 1]) for depth in range(len(parents)))
    return "below_a_file" if any(tree.entry(each) for each in above) else None


def _content(content: bytes | None) -> str | None:
    if content is None:
        return None
    if len(content) > LARGEST_FILE_BYTES:
        return "file_too_large"
    if is_binary(content):
        return "binary"
    return "turned_text" if TURNING.search(content.decode()) else None
