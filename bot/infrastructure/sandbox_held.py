"""Files that have no name any more and are held by a process: open, mapped, run, or sent and not received."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from bot.infrastructure.sandbox_room import REPOSITORY

# https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html
_DELETED: Final = re.compile(
    r"^0*([0-9a-f]+)-0*([0-9a-f]+) \S+ \S+ \S+ (\d+) +(/.*) \(deleted\)$", re.MULTILINE
)
_SHARED_MEMORY: Final = "/dev/zero"
_SENT: Final = re.compile(r"^scm_fds:\s*[1-9]", re.MULTILINE)
_BLOCK: Final = 512


class Mapped(NamedTuple):
    """A mapping of a file that has no name any more; what it holds only root may see."""

    path: str
    inode: int
    length: int
    file: os.stat_result | None


def held(processes: Iterable[int], *, device: int) -> Iterator[os.stat_result]:
    """The nameless files of that device that these processes hold, each once."""
    seen = set[int]()
    for file in chain.from_iterable(map(_files_of, processes)):
        nameless = file.st_nlink == 0 and file.st_dev == device and stat.S_ISREG(file.st_mode)
        if nameless and file.st_ino not in seen:
            seen.add(file.st_ino)
            yield file


def hides(processes: Iterable[int]) -> bool:
    """Whether they hold what cannot be looked at: files sent and not received, mappings only root may see."""
    return any(_hides(process) for process in processes)


def shared_bytes(processes: Iterable[int]) -> int:
    """The memory behind mappings that are shared and nameless, each once; whole where only root may see."""
    found = [each for process in processes for each in mapped(process) if each.path == _SHARED_MEMORY]
    return sum({each.inode: _memory(each) for each in found}.values())


def _memory(each: Mapped) -> int:
    return each.length if each.file is None else each.file.st_blocks * _BLOCK


def mapped(process: int) -> Iterator[Mapped]:
    """Its mappings of nameless files."""
    with suppress(OSError):
        # A program names its files by whatever bytes it likes.
        told = Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="surrogateescape")
        for start, end, inode, path in _DELETED.findall(told):
            file = _stat(f"/proc/{process}/map_files/{start}-{end}")
            yield Mapped(path, int(inode), int(end, 16) - int(start, 16), file)


def _files_of(process: int) -> Iterator[os.stat_result]:
    """All that it holds. A thread may have descriptors of its own."""
    for thread in _entries(f"/proc/{process}/task"):
        yield from filter(None, map(_stat, _entries(f"{thread}/fd")))
    yield from (each.file for each in mapped(process) if each.file)
    yield from filter(None, [_stat(f"/proc/{process}/exe")])


def _hides(process: int) -> bool:
    if any(each.file is None and each.path.startswith(f"{REPOSITORY}/") for each in mapped(process)):
        return True
    threads = _entries(f"/proc/{process}/task")
    return any(_SENT.search(_text(each)) for thread in threads for each in _entries(f"{thread}/fdinfo"))


def _entries(directory: str) -> Iterator[str]:
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            yield entry.path


def _stat(path: str) -> os.stat_result | None:
    with suppress(OSError):
        return os.stat(path)  # noqa: PTH116  it is asked of very many
    return None


def _text(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text(encoding="utf-8", errors="replace")
    return ""
