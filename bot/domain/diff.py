"""A unified diff, as git prints it, read in a single pass: its files, and the lines that each hunk has.

A line ends with a line feed and nothing else, whatever is in it. The bytes are kept as they came, and no line
of them is copied: a hunk knows where its lines lie, and of each its sign.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple

from bot.domain.diff_headers import Header, header_in

FILE: Final = b"\ndiff --git "
HUNK: Final = b"\n@@ -"
RANGES: Final = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
# Read so much at once, and a little more up to the line's end: nobody else waits for longer.
AT_ONCE: Final = 64 * 1024

REMOVED: Final = ord("-")
ADDED: Final = ord("+")
KEPT: Final = ord(" ")
_NO_NEWLINE: Final = b"\\"
_SIGNS: Final = b" +-\\"
_FIRST: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that belong together: the first of them on the left and on the right, and the sign of each.

    Its text lies in the diff from `start` to `end`.
    """

    left: int
    right: int
    signs: bytes
    start: int
    end: int

    @property
    def lefts(self) -> int:
        """How many lines it has of the old file."""
        return len(self.signs) - self.signs.count(ADDED)

    @property
    def rights(self) -> int:
        """How many lines it has of the new file."""
        return len(self.signs) - self.signs.count(REMOVED)


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file of a diff; where `is_whole` is not so, its hunks could not be read, and none is told."""

    header: Header
    hunks: tuple[Hunk, ...]
    is_whole: bool = True

    @property
    def path(self) -> str:
        """What it is called now, or was called where it is gone."""
        return self.header.path

    @property
    def changed(self) -> int:
        """How many lines were added and removed."""
        return sum(len(hunk.signs) - hunk.signs.count(KEPT) for hunk in self.hunks)


class Line(NamedTuple):
    """One line as it is numbered: on the left where it was removed, else on the right."""

    sign: int
    number: int
    text: bytes


def files_in(diff: bytes) -> Iterator[FileDiff]:
    """Its files, one after the other, so that whoever reads them may pause between two."""
    start = 0 if diff.startswith(FILE[1:]) else diff.find(FILE) + 1
    while diff.startswith(FILE[1:], start):
        following = diff.find(FILE, start)
        end = len(diff) if following < 0 else following + 1
        yield _file(diff, start, end)
        start = end


def hunks_in(diff: bytes, start: int, end: int) -> tuple[Hunk, ...] | None:
    """The hunks that lie there, None where they are not what they say of themselves."""
    found = []
    while start < end:
        ranges = RANGES.match(diff, start, end)
        body = diff.find(b"\n", start, end) + 1
        if ranges is None or not body:
            return None
        following = diff.find(HUNK, body - 1, end)
        start = end if following < 0 else following + 1
        signs = _signs(diff, body, start)
        hunk = None if signs is None else _hunk(ranges, signs, body, start)
        if hunk is None:
            return None
        found.append(hunk)
    return tuple(found)


def lines_of(diff: bytes, hunk: Hunk) -> list[Line]:
    """Its lines as they are numbered."""
    left, right, found = hunk.left, hunk.right, []
    texts = _split(diff, hunk.start, hunk.end)
    if len(texts) > len(hunk.signs):  # some say only that the line before has no line feed
        texts = [text for text in texts if text[:1] != _NO_NEWLINE]
    for sign, text in zip(hunk.signs, texts, strict=True):
        if sign == REMOVED:
            found.append(Line(sign, left, text[1:]))
            left += 1
            continue
        found.append(Line(sign, right, text[1:]))
        right += 1
        left += sign == KEPT
    return found


def _file(diff: bytes, start: int, end: int) -> FileDiff:
    first = diff.find(HUNK, start, end)
    header = header_in(diff[start : end if first < 0 else first + 1])
    hunks = hunks_in(diff, first + 1, end) if first >= 0 else ()
    is_whole = hunks is not None and header.is_readable
    return FileDiff(header, hunks if hunks is not None and is_whole else (), is_whole)


def _hunk(ranges: re.Match[bytes], signs: bytes, start: int, end: int) -> Hunk | None:
    """None where it has not as many lines as it says."""
    hunk = Hunk(int(ranges[1]), int(ranges[3]), signs, start, end)
    said = [1 if length is None else int(length) for length in ranges.group(2, 4)]
    return hunk if said == [hunk.lefts, hunk.rights] else None


def _signs(diff: bytes, start: int, end: int) -> bytes | None:
    """The sign of each line; None where one has none."""
    parts = []
    while start < end:
        stop = _end_of_line(diff, min(start + AT_ONCE, end), end)
        lines = _split(diff, start, stop)
        try:
            parts.append(bytes(map(_FIRST, lines)))
        except IndexError:  # a line without even a blank, as some tools print an empty one
            parts.append(b"".join(line[:1] or b" " for line in lines))
        start = stop
    signs = b"".join(parts)
    return None if signs.translate(None, _SIGNS) else signs.translate(None, _NO_NEWLINE)


def _end_of_line(diff: bytes, at: int, end: int) -> int:
    found = diff.find(b"\n", at - 1, end)
    return end if found < 0 else found + 1


def _split(diff: bytes, start: int, end: int) -> Sequence[bytes]:
    """The lines there, without what ends them."""
    return diff[start:end].removesuffix(b"\n").split(b"\n")
