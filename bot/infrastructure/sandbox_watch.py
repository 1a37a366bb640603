"""What a sandboxed run uses up while it runs: its output, its processes and its memory."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.infrastructure.sandbox_held import shared_bytes
from bot.infrastructure.sandbox_room import SCRATCH

KEPT_BYTES: Final = 1024 * 1024


@dataclass(slots=True)
class Output:
    """What a program said: the head and the tail are kept, and how much there was in all."""

    seen: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _tail: bytearray = field(default_factory=bytearray)

    def add(self, said: bytes) -> None:
        self.seen += len(said)
        room = KEPT_BYTES // 2 - len(self._head)
        self._head += said[:room]
        self._tail += said[room:]
        if len(self._tail) > KEPT_BYTES:
            del self._tail[: -KEPT_BYTES // 2]

    def text(self) -> str:
        """As text; a line in the middle tells how many bytes were left out there."""
        tail = self._tail[-KEPT_BYTES // 2 :]
        left_out = self.seen - len(self._head) - len(tail)
        gap = f"\n[... {left_out} bytes left out ...]\n".encode() if left_out else b""
        return (self._head + gap + tail).decode(errors="replace")


def family(process: int) -> list[int]:
    """The process and all that descend from it, as far as they live now."""
    found, pending = [], [process]
    while pending:
        one = pending.pop()
        found.append(one)
        pending += _children(one)
    return found


def _children(process: int) -> Iterator[int]:
    """Those of each of its threads; at any moment it, or one of them, may be gone."""
    with suppress(OSError), os.scandir(f"/proc/{process}/task") as threads:
        for thread in threads:
            with suppress(OSError):
                yield from map(int, Path(thread.path, "children").read_text().split())


def memory_bytes(processes: Sequence[int]) -> int:
    """The memory that these processes hold together, files in memory too; what they share counts once."""
    return sum(map(_own_memory, processes)) + shared_bytes(processes) + _scratch_bytes(processes)


def _own_memory(process: int) -> int:
    """Its share of memory, without what is counted with the files that it is."""
    with suppress(OSError):
        rows = (line.split() for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines())
        told = {row[0]: row[1] for row in rows}
        return (int(told.get("Pss:", "0")) - int(told.get("Pss_Shmem:", "0"))) * 1024
    return 0


def _scratch_bytes(processes: Iterable[int]) -> int:
    """What lies in the scratch directories; all of a run see the same, and to one at least we may look."""
    for process in processes:
        with suppress(OSError):
            found = [os.statvfs(f"/proc/{process}/root{path}") for path in SCRATCH]
            return sum((each.f_blocks - each.f_bfree) * each.f_frsize for each in found)
    return 0
