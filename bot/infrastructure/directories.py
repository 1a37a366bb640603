"""A directory that somebody else wrote: walked, read and written without following a link."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Final, NamedTuple

from bot.infrastructure.own_disk import trouble_of
from bot.records import StepFailed

DEEPEST: Final = 64
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# What NTFS and HFS+ take for ".git": short names, dots and blanks at the end, a stream's name.
_GIT: Final = re.compile(r"(?:\.git|git~\d+)[. ]*(?::.*)?", re.IGNORECASE)


class Found(NamedTuple):
    """One entry: its path from the top, what `lstat` says of it, and the open directory it lies in."""

    path: str
    stat: os.stat_result
    directory: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class TooDeep(Exception):
    """Directories lie in each other deeper than any honest repository has them."""


def is_safe(path: str) -> bool:
    """Whether it names something below the top and nothing of git's own, on every file system."""
    parts = path.split("/")
    return "\\" not in path and "\0" not in path and len(parts) <= DEEPEST and all(map(_is_plain, parts))


def _is_plain(name: str) -> bool:
    # HFS+ ignores these code points when it compares names.
    seen = "".join(c for c in name if unicodedata.category(c) != "Cf")
    return seen not in {"", ".", ".."} and not _GIT.fullmatch(seen)


def stays_inside(path: str, target: str) -> bool:
    """Whether a link there leads to something below the top, whatever links lie on its way."""
    parts = target.split("/")
    names = [i for i, part in enumerate(parts) if part not in {"..", "."}]
    climbs = [i for i, part in enumerate(parts) if part == ".."]
    # Climbing only at the start: behind a name that is itself a link, ".." leads anywhere.
    climbs_first = not names or not climbs or climbs[-1] < names[0]
    return bool(target) and "" not in parts and climbs_first and len(climbs) <= path.count("/")


def walk(top: Path) -> Iterator[Found]:
    """Every entry below, directories included; no link is followed. Raises TooDeep."""
    pending = [""]
    with opened(top) as root:
        while pending:
            path = pending.pop()
            for found in _entries(root, path):
                yield found
                pending += [found.path] if stat.S_ISDIR(found.stat.st_mode) else []


def _entries(root: int, path: str) -> Iterator[Found]:
    """What lies in it now; a directory or an entry that vanished meanwhile has nothing to tell."""
    parts = path.split("/") if path else []
    if len(parts) > DEEPEST:
        raise TooDeep(path[:200])
    with suppress(OSError), _beneath(root, parts) as directory, os.scandir(directory) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                below = f"{path}/{entry.name}" if path else entry.name
                yield Found(below, entry.stat(follow_symlinks=False), directory)


def read(top: Path, path: str, *, limit: int) -> bytes | None:
    """A regular file's bytes, one more than the limit at most; None for all that is not a regular file."""
    *parents, name = path.split("/")
    try:
        with opened(top) as root, _beneath(root, parents) as directory:
            return _read(os.open(name, _READ, dir_fd=directory), limit)
    except OSError:
        return None


def _read(descriptor: int, limit: int) -> bytes | None:
    with FileIO(descriptor, "rb") as file:
        return file.read(limit + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def write(top: Path, path: str, content: bytes, *, executable: bool = False) -> None:
    """A new regular file there, in place of what was there.

    Raises StepFailed("path_refused"), Unavailable: disk_full, disk_failing.
    """
    with _parent(top, path, create=True) as (directory, name):
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=directory)
        descriptor = os.open(name, _CREATE, 0o755 if executable else 0o644, dir_fd=directory)
        # Buffered: a bare write that a disk has no more room for takes a part, and says nothing.
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def link(top: Path, path: str, target: str) -> None:
    """A symbolic link there; whoever calls has seen that it stays inside."""
    with _parent(top, path, create=True) as (directory, name):
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=directory)
        os.symlink(target, name, dir_fd=directory)


def delete(top: Path, path: str) -> None:
    """No file there; one that is gone already is no error."""
    with suppress(FileNotFoundError), _parent(top, path, create=False) as (directory, name):
        os.unlink(name, dir_fd=directory)


@contextmanager
def _parent(top: Path, path: str, *, create: bool) -> Iterator[tuple[int, str]]:
    if not is_safe(path):
        raise StepFailed("path_refused", path)
    *parents, name = path.split("/")
    try:
        with opened(top) as root, _beneath(root, parents, create=create) as directory:
            yield directory, name
    except FileNotFoundError:
        raise
    except OSError as error:  # a link or a file where a directory should be, a name too long
        raise trouble_of(error) or StepFailed("path_refused", path) from error


@contextmanager
def opened(top: Path) -> Iterator[int]:
    """The directory itself, which must be no link."""
    descriptor = os.open(top, _DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _beneath(root: int, parts: list[str], *, create: bool = False) -> Iterator[int]:
    """The directory that these names lead to, each opened in the one before and never through a link."""
    here = os.dup(root)
    try:
        for part in parts:
            above, here = here, _step(here, part, create=create)
            os.close(above)
        yield here
    finally:
        os.close(here)


def _step(here: int, name: str, *, create: bool) -> int:
    if create:
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=here)
    return os.open(name, _DIRECTORY, dir_fd=here)
