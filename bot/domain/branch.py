"""What stands on a branch, as a change of the commit that it began from."""

from collections.abc import Container, Iterable, Mapping, Sequence

from bot.domain.policy import CannotGoOn
from bot.domain.tree import EXECUTABLE, LARGEST_CHANGE_BYTES, MOST_FILES, check_edit, lay
from bot.records import FileEdit, TreeEntry


def differing(before: Iterable[FileEdit], now: Iterable[FileEdit]) -> list[str]:
    """The paths at which two changes of one base differ."""
    old, new = by_path(before), by_path(now)
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def by_path(edits: Iterable[FileEdit]) -> dict[str, FileEdit]:
    """The edits of a change by their paths."""
    return {edit.path: edit for edit in edits}


def changed(base: Mapping[str, TreeEntry], there: Mapping[str, TreeEntry]) -> list[str]:
    """Where two commits differ. Raises CannotGoOn where that is more than a change may be."""
    paths = sorted(paths_between(base, there))
    if len(paths) > MOST_FILES:
        raise CannotGoOn("too_many_files")
    if sum(there[path].size for path in paths if path in there) > LARGEST_CHANGE_BYTES:
        raise CannotGoOn("change_too_large")
    if odd := next((path for path in paths if path in there and not _is_plain(there[path])), None):
        raise CannotGoOn("not_a_file", odd)
    return paths


def paths_between(before: Mapping[str, TreeEntry], there: Mapping[str, TreeEntry]) -> list[str]:
    """The paths at which two commits differ: of what was renamed both names."""
    return [path for path in before.keys() | there.keys() if _differ(before.get(path), there.get(path))]


def kind_of_change(path: str, before: Container[str], there: Container[str]) -> str:
    """A where it came, D where it went, M where it changed."""
    if path not in before:
        return "A"
    return "M" if path in there else "D"


def check_size(edits: Sequence[FileEdit]) -> None:
    """Raise CannotGoOn where that is more than a change may be."""
    if len(edits) > MOST_FILES:
        raise CannotGoOn("too_many_files")
    if sum(len(edit.content or b"") for edit in edits) > LARGEST_CHANGE_BYTES:
        raise CannotGoOn("change_too_large")


def check_whole(base: Mapping[str, TreeEntry], edits: Sequence[FileEdit]) -> None:
    """Raise CannotGoOn where some of it may be no part of a change.

    Each is laid on a tree without what is deleted: a directory may stand where a file was.
    """
    gone = lay(base, [edit for edit in edits if edit.content is None])
    for edit in edits:
        if fault := check_edit(gone, edit):
            raise CannotGoOn(fault, edit.path)


def _differ(one: TreeEntry | None, other: TreeEntry | None) -> bool:
    return one is None or other is None or (one.sha, one.mode) != (other.sha, other.mode)


def _is_plain(entry: TreeEntry) -> bool:
    return entry.mode in {"100644", EXECUTABLE}
