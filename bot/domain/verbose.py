"""What pytest prints of each test where it is told to be verbose, without the tests that passed."""

import re
from typing import Final

from bot.domain.lines import with_ends
from bot.domain.tap import without_passed

_PASSED: Final = (
    re.compile(r"(?=\S).{0,500}::.{1,500} PASSED(?: {1,200}\[ {0,2}\d{1,3}%\])?$"),
    re.compile(r"\[gw\d{1,4}\] \[ {0,2}\d{1,3}%\] PASSED \S.{0,1000}$"),
)


def without_those_that_passed(text: str) -> str:
    """What a run printed, without what TAP and pytest say of each test that passed."""
    return without_passed_lines(without_passed(text))


def without_passed_lines(text: str) -> str:
    """The same without the line of each test that passed; all else stays as it was printed."""
    return "".join(line for line in with_ends(text) if not _is_of_passed(line.strip("\r\n")))


def _is_of_passed(line: str) -> bool:
    return "PASSED" in line and any(pattern.match(line) for pattern in _PASSED)
