"""The function that lines are in, told by how they are indented, as in nearly every language it can be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_ABOVE: Final = 25
MOST_BELOW: Final = 12
FARTHEST: Final = 400
TAB: Final = 8
_BEGINS: Final = re.compile(
    r"\s*(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|final|override"
    r"|virtual|abstract|async|unsafe|inline|suspend)\s+)*"
    r"(?:def|class|func|fun|fn|function|sub|proc|method|interface|trait|impl|struct|module)\b"
)
_ENDS: Final = re.compile(r"\s*(?:[})\]]|end\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Line numbers: where the function begins, and what of it stands right above and below; 0 for nowhere."""

    begins: int = 0
    above: range = range(0)
    below: range = range(0)


def around(lines: Sequence[str], first: int, last: int) -> Around:
    """What is around the lines from `first` to `last`, counted from 1, in the functions that they are in."""
    begins = _beginning(lines, first)
    above = range(max(begins, first - MOST_ABOVE), first) if begins else range(0)
    return Around(begins=begins, above=above, below=_rest(lines, last))


def _beginning(lines: Sequence[str], at: int) -> int:
    """Where the function begins that this line is in; 0 where it is in none, or that is too far away."""
    depth = _depth_at(lines, at)
    for number in range(min(at, len(lines)), max(0, at - FARTHEST), -1):
        line = lines[number - 1]
        if not line.strip() or _depth(line) >= depth:
            continue
        depth = _depth(line)
        if _BEGINS.match(line) or not depth:
            return number
    return 0


def _rest(lines: Sequence[str], last: int) -> range:
    """The lines below, to the end of the function that the last one is in."""
    begins = _beginning(lines, last)
    if not begins:
        return range(0)
    depth, end = _depth(lines[begins - 1]), last
    for number in range(last + 1, min(len(lines), last + MOST_BELOW) + 1):
        line = lines[number - 1]
        if line.strip() and _depth(line) <= depth:
            return range(last + 1, (number if _ENDS.match(line) else end) + 1)
        end = number if line.strip() else end
    return range(last + 1, end + 1)


def _depth_at(lines: Sequence[str], at: int) -> int:
    """How deep the first line from there on is that is not empty."""
    return next((_depth(line) for line in lines[at - 1 :] if line.strip()), 0)


def _depth(line: str) -> int:
    whole = line.expandtabs(TAB)
    return len(whole) - len(whole.lstrip())
