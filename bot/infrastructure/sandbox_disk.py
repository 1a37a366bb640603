"""What a sandboxed run has written to its directory: what is seen there, what is held, what is hidden."""

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Self

from bot.infrastructure.directories import TooDeep, walk
from bot.infrastructure.sandbox_held import held, hides

_BLOCK: Final = 512
# With no more free on the disk, nobody asks whose the bytes are.
_RESERVE_BYTES: Final = 512 * 1024 * 1024
_READABLE: Final = stat.S_IRUSR | stat.S_IXUSR


class Usage(NamedTuple):
    """How much a directory holds: bytes, and entries of any kind."""

    size: int
    entries: int


class Free(NamedTuple):
    """How much its file system has left for everybody: bytes, and files."""

    size: int
    files: int


def usage(directory: Path) -> Usage:
    """What lies below it now. Raises TooDeep."""
    sizes = [size_of(found.stat) for found in walk(directory)]
    return Usage(sum(sizes), len(sizes))


def size_of(file: os.stat_result) -> int:
    """What it takes on the disk, or in the memory of whoever reads it: a hole, too, is read."""
    return max(file.st_blocks * _BLOCK, file.st_size)


def free(directory: Path) -> Free:
    """What is free where it lies; as quick as it is imprecise, for others write there as well."""
    found = os.statvfs(directory)
    return Free(found.f_bfree * found.f_frsize, found.f_ffree)


@dataclass(slots=True, kw_only=True)
class Disk:
    """What a run may add to its directory, bytes and entries, and how it was before and at the last look."""

    directory: Path
    size: int
    entries: int
    before: Usage
    free_before: Free
    _left: Usage = field(init=False)
    _free_then: Free = field(init=False)

    def __post_init__(self) -> None:
        self._left = Usage(self.size, self.entries)
        self._free_then = self.free_before

    @classmethod
    def of(cls, directory: Path, *, size: int, entries: int) -> Self:
        """As it is now, before the run. Raises TooDeep, OSError."""
        before, left = usage(directory), free(directory)
        return cls(directory=directory, size=size, entries=entries, before=before, free_before=left)

    def is_filling(self) -> bool:
        """Whether so much is gone since the last look that another is due; a moment's work."""
        now = free(self.directory)
        return (
            self._free_then.size - now.size > self._left.size // 2
            or self._free_then.files - now.files > self._left.entries // 2
        )

    def is_beyond(self, processes: Collection[int]) -> bool:
        """Whether more was written there than is allowed, with what is deleted and still held, or hidden."""
        self._free_then = now = free(self.directory)
        try:
            added, closed = self._added(processes)
        except TooDeep:
            return True
        self._left = Usage(self.size - added.size, self.entries - added.entries)
        if min(self._left) < 0:
            return True
        # Others write there as well: the bytes are this run's only if it hides something.
        is_gone = self.free_before.size - now.size > self.size
        return is_gone and (closed or now.size < _RESERVE_BYTES or hides(processes))

    def _added(self, processes: Collection[int]) -> tuple[Usage, bool]:
        """How much more there is than before, counted until it is too much; whether some is closed to us."""
        size, entries, closed = -self.before.size, -self.before.entries, False
        for found in walk(self.directory):
            size, entries = size + size_of(found.stat), entries + 1
            closed = closed or _is_closed(found.stat)
            if size > self.size or entries > self.entries:
                return Usage(size, entries), closed
        for file in held(processes, device=os.lstat(self.directory).st_dev):
            size += size_of(file)
            if size > self.size:
                break
        return Usage(size, entries), closed


def _is_closed(found: os.stat_result) -> bool:
    """Whether it is a directory that its owner may not look into; root may."""
    return stat.S_ISDIR(found.st_mode) and found.st_mode & _READABLE != _READABLE and os.geteuid() != 0
