"""What a runner prints in TAP, without the tests that passed: none of them tells of a failure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.domain.lines import with_ends

_BEGINS: Final = re.compile(r"( {0,40})# Subtest: ")
_PASSED: Final = re.compile(r"( {0,40})ok \d{1,9} - [^#]*$")
# What is said of a test that passed is short; a longer block is no such one.
MOST_LINES: Final = 12


def without_passed(text: str) -> str:
    """The same without each test that passed, and what is said of it; all else stays as it was printed."""
    return "".join(_left(with_ends(text)))


def _left(lines: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        end = _end_of_passed(lines, at)
        if end == at:
            yield lines[at]
            end += 1
        at = end


def _end_of_passed(lines: Sequence[str], at: int) -> int:
    """Where the test that begins here ends if it passed; else here."""
    begins = _BEGINS.match(lines[at])
    passed = _PASSED.match(lines[at + 1].rstrip()) if begins and at + 1 < len(lines) else None
    if not begins or not passed or begins[1] != passed[1]:
        return at
    said = [line.rstrip() for line in lines[at + 2 : at + 2 + MOST_LINES]]
    opens, closes = f"{begins[1]}  ---", f"{begins[1]}  ..."
    if said[:1] != [opens]:
        return at + 2
    return at + 3 + said.index(closes) if closes in said else at
