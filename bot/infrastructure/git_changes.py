"""What a working copy has become, compared with its commit by git's own ids: data, no git involved."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.infrastructure.directories import TooDeep, is_safe, read, walk
from bot.records import FileEdit, StepFailed, TreeEntry

MOST_FILES: Final = 2000
MOST_BYTES: Final = 5 * 1024 * 1024
# Of all files together, debris of test runs among them, which is not yet told from the change here.
MOST_BYTES_TOGETHER: Final = 32 * 1024 * 1024
_MOST_ENTRIES: Final = 1_000_000
_SUBMODULE: Final = "160000"
# What test runs and package managers leave behind, whether or not the repository ignores it.
_GENERATED: Final = re.compile(
    r"(?:^|/)(?:__pycache__|node_modules|\.venv|\.tox|\.nox|\.hypothesis|\.gradle|\.eggs|htmlcov"
    r"|\.(?:pytest|mypy|ruff|npm|yarn|parcel|turbo)[-_]?cache|[^/]+\.egg-info)(?:/|$)"
    r"|\.py[co]$|(?:^|/)(?:\.coverage|\.DS_Store|\.python_history)$"
)


def is_file(entry: TreeEntry) -> bool:
    """A regular file, as a working copy holds it; links and submodules are not."""
    return entry.mode.startswith("100") and is_safe(entry.path)


class Comparison:
    """A directory laid beside a commit's listing. Raises StepFailed("change_too_large")."""

    def __init__(self, listing: Mapping[str, TreeEntry], directory: Path) -> None:
        self._listing = listing
        self._directory = directory
        self._found = _regular_files(directory)

    def new(self) -> list[str]:
        """Files that the commit does not have and that no tool is known to generate."""
        submodules = tuple(f"{e.path}/" for e in self._listing.values() if e.mode == _SUBMODULE)
        return [
            path
            for path in self._found.keys() - self._listing.keys()
            if is_safe(path)
            and _is_text(path)
            and not _GENERATED.search(path)
            and not path.startswith(submodules)
        ]

    def known(self) -> list[str]:
        """Files of the commit whose bytes or mode are others now."""
        both = self._found.keys() & self._listing.keys()
        return [path for path in both if self._differs(self._listing[path], self._found[path])]

    def gone(self) -> list[str]:
        """Files of the commit that are not there any more."""
        return [path for path, entry in self._listing.items() if is_file(entry) and path not in self._found]

    def size(self, paths: Iterable[str]) -> int:
        """How many bytes these files hold together."""
        return sum(self._found[path].st_size for path in paths)

    def edit(self, path: str) -> FileEdit:
        """That file as it is now, as one file of a change."""
        content = read(self._directory, path, limit=MOST_BYTES)
        if content is not None and len(content) > MOST_BYTES:
            raise StepFailed("change_too_large", path)
        return FileEdit(path=path, content=content, executable=_is_executable(self._found[path]))

    def _differs(self, entry: TreeEntry, now: os.stat_result) -> bool:
        if not is_file(entry) or entry.size != now.st_size:
            return True
        if (entry.mode == "100755") != _is_executable(now):
            return True
        content = read(self._directory, entry.path, limit=entry.size)
        return content is None or blob_id(content) != entry.sha


def edits(comparison: Comparison, new: list[str]) -> list[FileEdit]:
    """The change in the order of its paths, of these new files and all that is otherwise different.

    Raises StepFailed("change_too_large"); too much of it together, before any of it is read.
    """
    written, gone = [*new, *comparison.known()], comparison.gone()
    if len(written) + len(gone) > MOST_FILES:
        raise StepFailed("change_too_large", f"{len(written) + len(gone)} files")
    if (together := comparison.size(written)) > MOST_BYTES_TOGETHER:
        raise StepFailed("change_too_large", f"{together} bytes")
    found = [*map(comparison.edit, written), *(FileEdit(path=path, content=None) for path in gone)]
    return sorted(found, key=lambda edit: edit.path)


def written(directory: Path, chosen: Callable[[Sequence[str]], Sequence[str]], *, limit: int) -> list[bytes]:
    """What stands in the regular files that are chosen, together no more than one byte over the limit.

    Nothing where there are more files than anybody looks through.
    """
    try:
        paths = list(_regular_files(directory))
    except StepFailed:
        return []
    contents, left = list[bytes](), limit
    for path in chosen(paths):
        if left >= 0 and (content := read(directory, path, limit=left)) is not None:
            contents.append(content)
            left -= len(content)
    return contents


def blob_id(content: bytes) -> str:
    """Git's name for these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _regular_files(directory: Path) -> dict[str, os.stat_result]:
    found: dict[str, os.stat_result] = {}
    try:
        for number, entry in enumerate(walk(directory)):
            if number > _MOST_ENTRIES:
                raise StepFailed("change_too_large", f"more than {_MOST_ENTRIES} files")
            if stat.S_ISREG(entry.stat.st_mode):
                found[entry.path] = entry.stat
    except TooDeep as error:
        raise StepFailed("change_too_large", "directories too deep") from error
    return found


def _is_executable(now: os.stat_result) -> bool:
    return bool(now.st_mode & stat.S_IXUSR)


def _is_text(path: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in path)
