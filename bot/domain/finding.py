"""Finding files by their paths, and lines by what stands in them, within bounds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import translate
from typing import Final

from bot.domain.lines import lines_of
from bot.domain.tree import is_binary

LONGEST_PATTERN: Final = 200
LONGEST_WANTED: Final = 400
LONGEST_LINE: Final = 300
MOST_LINES: Final = 200
MOST_BYTES: Final = 64 * 1024 * 1024


def fitting(paths: Iterable[str], pattern: str) -> list[str]:
    """The paths that fit a shell's pattern, whose `*` crosses slashes as well; all of them without one."""
    if not pattern:
        return list(paths)
    fits = re.compile(translate(pattern.removeprefix("./")))
    return [path for path in paths if fits.match(path)]


@dataclass(slots=True)
class Search:
    """A text that is looked for, literally, in one file after the other, and the lines found so far."""

    wanted: str
    ignore_case: bool = False
    lines: list[str] = field(default_factory=list)
    bytes_read: int = 0
    is_cut: bool = False

    @property
    def is_over(self) -> bool:
        """Whether as much was found, or as much was read, as one search may."""
        return self.is_cut or self.bytes_read > MOST_BYTES

    def look(self, path: str, content: bytes) -> bool:
        """Look into this file; whether to go on to the next."""
        self.bytes_read += len(content)
        if not is_binary(content):
            self._take(path, content.decode())
        return not self.is_over

    def _take(self, path: str, text: str) -> None:
        wanted = self._folded(self.wanted)
        if wanted not in self._folded(text):
            return
        for number, line in enumerate(lines_of(text), 1):
            if wanted not in self._folded(line):
                continue
            if len(self.lines) == MOST_LINES:
                self.is_cut = True
                return
            self.lines.append(f"{path}:{number}:{_shown(line, self._folded(line).find(wanted))}")

    def _folded(self, text: str) -> str:
        return text.casefold() if self.ignore_case else text


def _shown(line: str, at: int) -> str:
    """The line, or of a long one the part from a little before what was looked for."""
    if len(line) <= LONGEST_LINE:
        return line
    begin = max(0, min(at, len(line)) - LONGEST_LINE // 4)
    return f"…{line[begin : begin + LONGEST_LINE]}…"
