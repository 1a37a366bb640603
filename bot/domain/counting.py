"""How many tests passed and failed, told from what well-known runners print at the end."""

import re
from collections.abc import Callable
from typing import Final

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def _last(pattern: str) -> Callable[[str], int | None]:
    """The newest result: the first number, less the numbers behind it."""
    form = re.compile(pattern, re.MULTILINE)

    def read(text: str) -> int | None:
        found = [[int(each or 0) for each in match.groups()] for match in form.finditer(text)]
        return found[-1][0] - sum(found[-1][1:]) if found else None

    return read


def _all(pattern: str) -> Callable[[str], int | None]:
    """The sum over all parts of a suite; a pattern without a number counts one for each."""
    form = re.compile(pattern, re.MULTILINE)

    def read(text: str) -> int | None:
        found = [int(match[1]) if match.lastindex else 1 for match in form.finditer(text)]
        return sum(found) if found else None

    return read


def _pytest(text: str) -> int | None:
    """The line of outcomes: "2 failed, 3 passed, 1 warning in 0.12s"."""
    found = _PYTEST_LINE.findall(text)
    passed = re.search(r"\b(\d+) passed\b", found[-1]) if found else None
    return (int(passed[1]) if passed else 0) if found else None


def _unittest(text: str) -> int | None:
    """ "Ran 3 tests in 0.001s", and below it what became of them."""
    found = _UNITTEST_LINES.findall(text)
    if not found:
        return None
    ran, others = found[-1]
    return int(ran) - sum(map(int, re.findall(r"=(\d+)", others)))


_PYTEST_LINE: Final = re.compile(
    r"^[= ]*((?:\d+ [a-z]+(?:, )?)+) in \d+(?:\.\d+)?s(?: \([\d:]+\))?[= ]*$", re.MULTILINE
)
_UNITTEST_LINES: Final = re.compile(
    r"^Ran (\d+) tests? in [\d.]+s\n\n(?:OK|FAILED|NO TESTS RAN)(?: \(([^()\n]*)\))?$", re.MULTILINE
)
# A runner that is not here is judged by its exit status alone.
_RUNNERS: Final = (
    _pytest,
    _unittest,
    _all(r"^[ \t]*--- PASS: "),  # go test -v
    _all(r"^ok[ \t]+\S+[ \t]+(?:[\d.]+s|\(cached\))"),  # go test: packages
    _all(r"^test result: \w+\. (\d+) passed;"),  # cargo test
    _all(r"^(?:#|\u2139) pass (\d+)$"),  # node --test
    _last(r"^Tests:[ \t]+(?:\d+ [a-z]+, )*?(\d+) passed, "),  # jest
    _last(r"^[ \t]*Tests[ \t]+(?:\d+ [a-z]+ \| )*?(\d+) passed\b"),  # vitest
    _last(r"^[ \t]+(\d+) passing \("),  # mocha
    _last(r"^(?:\[\w+\] )?Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)$"),  # maven
    _all(r"^\d+ tests?, (\d+) passed, \d+ failed$"),  # many a harness of C
)


def _pytest_failed(text: str) -> int | None:
    found = _PYTEST_LINE.findall(text)
    return sum(map(int, re.findall(r"\b(\d+) (?:failed|errors?)\b", found[-1]))) if found else None


def _unittest_failed(text: str) -> int | None:
    found = _UNITTEST_LINES.findall(text)
    return sum(map(int, re.findall(r"\b(?:failures|errors)=(\d+)", found[-1][1]))) if found else None


_FAILED: Final = (
    _pytest_failed,
    _unittest_failed,
    _all(r"^[ \t]*--- FAIL: "),  # go
    _all(r"^test result: \w+\. \d+ passed; (\d+) failed;"),  # cargo test
    _all(r"^(?:#|\u2139) fail (\d+)$"),  # node --test
    _last(r"^Tests:[ \t]+(\d+) failed, "),  # jest
    _last(r"^[ \t]*Tests[ \t]+(\d+) failed\b"),  # vitest
    _last(r"^[ \t]+(\d+) failing$"),  # mocha
    _all(r"^\d+ tests?, \d+ passed, (\d+) failed$"),  # many a harness of C
)


def plain(output: str) -> str:
    """What was printed, without colours."""
    return _COLOUR.sub("", output).replace("\r\n", "\n")


def passed_in(output: str) -> int | None:
    """How many tests passed, as the runner told; None where it told nothing that is known here."""
    text = plain(output)
    return next((count for read in _RUNNERS if (count := read(text)) is not None), None)


def failed_in(output: str) -> int | None:
    """How many failed, errors among them; None where that was not told."""
    text = plain(output)
    return next((count for read in _FAILED if (count := read(text)) is not None), None)
