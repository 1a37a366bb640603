"""Writing a working copy: a commit's files and links, then edits of them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.infrastructure import directories
from bot.infrastructure.finishing import in_thread
from bot.infrastructure.git_changes import is_file
from bot.infrastructure.git_mirror import Mirror
from bot.records import FileEdit, StepFailed, TreeEntry

_LINK: Final = "120000"
_LARGEST_COPY_BYTES: Final = 2 * 1024**3


async def fill(directory: Path, mirror: Mirror, listing: Mapping[str, TreeEntry]) -> None:
    """Every file and link of it. Raises StepFailed("repository_too_large")."""
    entries = [entry for entry in listing.values() if is_file(entry) or _is_link(entry)]
    if sum(entry.size for entry in entries) > _LARGEST_COPY_BYTES:
        raise StepFailed("repository_too_large")
    await in_thread(lambda: _write_out(directory, mirror, entries))


def _is_link(entry: TreeEntry) -> bool:
    return entry.mode == _LINK and directories.is_safe(entry.path)


def _write_out(directory: Path, mirror: Mirror, entries: Sequence[TreeEntry]) -> None:
    contents = mirror.blobs(entry.sha for entry in entries)
    for entry, content in zip(entries, contents, strict=True):
        if _is_link(entry):
            _link(directory, entry.path, os.fsdecode(content))
        else:
            directories.write(directory, entry.path, content, executable=entry.mode == "100755")


def _link(directory: Path, path: str, target: str) -> None:
    """Links that lead outside are left out."""
    if directories.stays_inside(path, target):
        directories.link(directory, path, target)


def apply(directory: Path, edits: Iterable[FileEdit]) -> None:
    """Of several edits of a path the last; deletions first, since a file may become a directory."""
    last = {edit.path: edit for edit in edits}
    for edit in sorted(last.values(), key=lambda edit: edit.content is not None):
        if edit.content is None:
            directories.delete(directory, edit.path)
        else:
            directories.write(directory, edit.path, edit.content, executable=edit.executable)
