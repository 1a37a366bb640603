"""Where lines of a diff are found again, by what they say and what is around them, and not by a number."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import attrgetter
from typing import Final, NamedTuple

from bot.domain.anchors import Anchor, Side, hunk_of
from bot.domain.diff import REMOVED, FileDiff, Hunk, Line, lines_of

# So many lines before and after tell two places apart that read the same.
AROUND: Final = 3
# By so many lines around it one has to be more like it than all that read the same.
MARGIN: Final = 2
_SPACE: Final = re.compile(rb"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Some lines of one side of a diff, as they were seen: after which of their hunk, and between which.

    `hunk` is empty where the file had two that read the same; `rival` is how like it any other was.
    """

    hunk: str
    after: int
    above: tuple[bytes, ...]
    below: tuple[bytes, ...]
    rival: int = 0


NOWHERE: Final = Place(hunk="", after=0, above=(), below=())


class _Spot(NamedTuple):
    """Lines that read the same as some others; `likeness` is how far around them they do."""

    likeness: int
    first: Line
    last: Line


_LIKENESS: Final = attrgetter("likeness")


def plain(line: bytes) -> bytes:
    """A line without what formatters change."""
    return _SPACE.sub(b" ", line).strip()


def key_of(diff: bytes, file: FileDiff, hunk: Hunk) -> str:
    """The same for whatever reads the same in that file, wherever it stands there."""
    text = diff[hunk.start : hunk.end].removesuffix(b"\n")
    return hashlib.sha256(file.path.encode() + b"\0" + text).hexdigest()[:16]


def place_of(diff: bytes, file: FileDiff, anchor: Anchor) -> tuple[Place, tuple[bytes, ...]] | None:
    """The place of these lines and their text; None where no remark can stand on them."""
    hunk = hunk_of(file, anchor)
    if hunk is None:
        return None
    lines = _of_side(diff, hunk, anchor.side)
    at = [nth for nth, line in enumerate(lines) if line.number in anchor.numbers]
    first, last = at[0], at[-1] + 1
    code = tuple(line.text for line in lines[first:last])
    above, below = _around(lines, first, last)
    keys = [key_of(diff, file, each) for each in file.hunks]
    key = keys[file.hunks.index(hunk)]
    place = Place(hunk=key if keys.count(key) == 1 else "", after=first, above=above, below=below)
    spots = _alike(place, code, diff, file, anchor.side)
    others = (spot.likeness for spot in spots if spot.first != lines[first])
    return replace(place, rival=max(others, default=0)), code


def found_again(
    place: Place, code: Sequence[bytes], diff: bytes, file: FileDiff, side: Side
) -> tuple[int, int] | None:
    """The first and the last line where they are now; None where that cannot be told for sure."""
    same = [hunk for hunk in file.hunks if key_of(diff, file, hunk) == place.hunk]
    if len(same) == 1:
        lines = _of_side(diff, same[0], side)[place.after : place.after + len(code)]
        return lines[0].number, lines[-1].number
    spots = sorted(_alike(place, code, diff, file, side), key=_LIKENESS, reverse=True)
    if not spots or spots[0].likeness < _least(place, spots[1:]):
        return None
    return spots[0].first.number, spots[0].last.number


def _least(place: Place, others: Sequence[_Spot]) -> int:
    """How like it has to be what is taken for it: where others read the same, or did, plainly more."""
    rivals = [place.rival, *(each.likeness for each in others)]
    return max(rivals) + MARGIN if place.rival or others else 1


def is_anywhere(code: Sequence[bytes], diff: bytes, file: FileDiff, side: Side) -> bool:
    """Whether the diff of the file has such lines at all."""
    return bool(_alike(NOWHERE, code, diff, file, side))


def _alike(place: Place, code: Sequence[bytes], diff: bytes, file: FileDiff, side: Side) -> list[_Spot]:
    """Where it reads the same."""
    wanted, found = [plain(line) for line in code], list[_Spot]()
    for hunk in file.hunks:
        lines = _of_side(diff, hunk, side)
        texts = [plain(line.text) for line in lines]
        for first in range(len(texts) - len(wanted) + 1):
            last = first + len(wanted)
            if texts[first:last] == wanted:
                likeness = _likeness(place, *_around(lines, first, last))
                found.append(_Spot(likeness, lines[first], lines[last - 1]))
    return found


def _likeness(place: Place, above: Sequence[bytes], below: Sequence[bytes]) -> int:
    return _same(place.above[::-1], above[::-1]) + _same(place.below, below)


def _same(these: Sequence[bytes], those: Sequence[bytes]) -> int:
    """How many lines are the same until the first that is not; empty ones prove nothing."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(these, those, strict=False))
    return sum(bool(line) for line, _ in pairs)


def _around(lines: Sequence[Line], first: int, last: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    texts = [plain(line.text) for line in lines]
    return tuple(texts[max(0, first - AROUND) : first]), tuple(texts[last : last + AROUND])


def _of_side(diff: bytes, hunk: Hunk, side: Side) -> list[Line]:
    """Of the left only what was removed: on what stayed a remark stands on the right."""
    return [line for line in lines_of(diff, hunk) if (line.sign == REMOVED) is (side == "LEFT")]
