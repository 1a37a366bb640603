"""What a sandboxed run uses up while it runs: its output, its processes and its memory."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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
        for thread in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                pending += map(int, thread.read_text().split())
    return found


def memory_bytes(processes: Iterable[int]) -> int:
    """The memory that these processes hold together; what several share is counted once."""
    return sum(map(_share_of_memory, processes)) * 1024


def _share_of_memory(process: int) -> int:
    with suppress(OSError):
        rows = (line.split() for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines())
        return int(next((row[1] for row in rows if row[0] == "Pss:"), "0"))
    return 0
