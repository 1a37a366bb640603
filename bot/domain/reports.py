"""What a test run says of itself: counts and the names of what failed, from its report or from its words.

All of it is written inside the sandbox, by whom nobody trusts: it is read within bounds, it decides nothing,
and where it does not fit how the run ended, that is said.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final
from xml.parsers import expat

from bot.domain.counting import failed_in, passed_in, plain
from bot.domain.visible import visible_characters

# Of all the reports of a run together, and in each of them.
LARGEST_BYTES: Final = 8 * 1024 * 1024
MOST_ELEMENTS: Final = 200_000
DEEPEST: Final = 40
MOST_FAILING: Final = 50
LONGEST_NAME: Final = 160
LONGEST_MESSAGE: Final = 240
_FAILURES: Final = ("failure", "error")
# The first of these that fits a line of the output tells all names; what follows the name is the message.
_NAMES: Final = tuple(
    re.compile(form, re.MULTILINE)
    for form in (
        r"^(?:FAILED|ERROR) (?P<name>[^\s]{1,400})(?: - (?P<message>.*))?$",  # pytest
        r"^(?:FAIL|ERROR): (?P<name>\w{1,200}) \((?P<where>[\w.]{1,400})\)",  # unittest
        r"^[ \t]{0,40}--- FAIL: (?P<name>\S{1,400}) ",  # go
        r"^test (?P<name>\S{1,400}) \.\.\. FAILED$",  # cargo
        r"^[ \t]{0,40}\u2716 (?P<name>.{1,400}?) \([\d.]{1,20}ms\)",  # node, in words
        r"^[ \t]{0,40}not ok \d{1,9} - (?P<name>[^#\n]{1,400})",  # TAP
        r"^  \u25cf (?P<name>.{1,400})$",  # jest
        r"^\[ERROR\] {1,9}(?P<name>[\w$]{1,200}\.[\w$]{1,200}):\d{1,9} ?(?P<message>.*)$",  # maven
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A test that failed: its name, the file or class it stands in, and how its message begins."""

    name: str
    where: str = ""
    message: str = ""

    @property
    def full_name(self) -> str:
        """Its name, with where it stands unless that is a part of it."""
        return f"{self.where}::{self.name}" if self.where and self.where not in self.name else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the run says: counts, None where it told none; what failed; what does not fit, as codes."""

    passed: int | None = None
    failed: int | None = None
    failing: tuple[Failing, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counted:
    """What a report counts, while it is read."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failing: list[Failing] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return self.passed + self.failed + self.skipped


class Unread(Exception):
    """No report, or one that nobody should read."""


def told(output: str, reports: Sequence[bytes], *, is_green: bool) -> Told:
    """What a run says of itself; `is_green` is how it ended, which alone decides."""
    text, found, broken, left = plain(output), _Counted(), False, LARGEST_BYTES
    for report in reports:
        try:
            found = _read(report, found, most=left)
        except Unread:
            broken = True
        left -= len(report)
    # One that knows of no failure in a run that failed is passed by: what was printed may know more.
    known = found.cases > 0 and (is_green or found.failed > 0)
    printed = passed_in(text)
    failing = tuple(found.failing) if known else _named_in(text)
    failed = found.failed if known else failed_in(text)
    return Told(
        passed=printed if printed is not None or not known else found.passed,
        failed=None if failed is None and not failing else max(failed or 0, len(failing)),
        failing=failing[:MOST_FAILING],
        doubts=tuple(_doubts(found, printed, broken=broken, is_green=is_green)),
    )


def _doubts(found: _Counted, printed: int | None, *, broken: bool, is_green: bool) -> Iterable[str]:
    if broken:
        yield "report_broken"
    if found.cases and is_green and found.failed:
        yield "report_failed"
    if found.cases and not is_green and not found.failed:
        yield "report_passed"
    if found.cases and printed is not None and found.passed < printed:
        yield "report_fewer"


def kept(told: Told) -> dict[str, Any]:
    """As it is written beside the output of the run."""
    return asdict(told)


def read_back(said: Any) -> Told:
    """What was written; a report of an earlier version says nothing."""
    if not said:
        return Told()
    failing = tuple(Failing(**each) for each in said["failing"])
    return Told(**{**said, "failing": failing, "doubts": tuple(said["doubts"])})


def _read(report: bytes, found: _Counted, *, most: int) -> _Counted:
    """What was counted, and what the document counts as well.

    Raises Unread for what is too large, too deep, or declares anything: no half of it counts.
    """
    if len(report) > most:
        raise Unread
    counted = replace(found, failing=list(found.failing))
    parser, reader = expat.ParserCreate(), _Reader(counted)
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(report, True)  # noqa: FBT003  the library's own form
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unread from error
    return counted


def _refuse(*_declared: object) -> None:
    raise Unread


@dataclass(slots=True)
class _Reader:
    """One document, element by element."""

    found: _Counted
    elements: int = 0
    depth: int = 0
    case: dict[str, str] | None = None
    outcome: str = "passed"
    message: str = ""
    is_message: bool = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > DEEPEST or self.elements > MOST_ELEMENTS:
            raise Unread
        if self.depth == 1 and name not in {"testsuites", "testsuite"}:
            raise Unread
        if name == "testcase":
            self.case, self.outcome, self.message = attributes, "passed", ""
        elif self.case is not None and name in _FAILURES:
            self.outcome = "failed"
            if not self.message:
                self.message = attributes.get("message", "")
                self.is_message = not self.message
        elif self.case is not None and name == "skipped" and self.outcome == "passed":
            self.outcome = "skipped"

    def text(self, said: str) -> None:
        if self.is_message and len(self.message) < LONGEST_MESSAGE:
            self.message += said[:LONGEST_MESSAGE] if self.message or said.strip() else ""

    def end(self, name: str) -> None:
        self.depth -= 1
        if name in _FAILURES:
            self.is_message = False
        if name == "testcase" and self.case is not None:
            self._count(self.case)
            self.case = None

    def _count(self, case: dict[str, str]) -> None:
        setattr(self.found, self.outcome, getattr(self.found, self.outcome) + 1)
        if self.outcome == "failed" and len(self.found.failing) < MOST_FAILING:
            where = case.get("file") or case.get("classname") or ""
            self.found.failing.append(_failing(case.get("name", ""), where, self.message))


def _failing(name: str, where: str, message: str) -> Failing:
    return Failing(
        name=_line(name, LONGEST_NAME) or "?",
        where=_line(where, LONGEST_NAME),
        message=_line(message.strip().partition("\n")[0], LONGEST_MESSAGE),
    )


def _line(text: str, most: int) -> str:
    """On one line, without what shows nothing, no longer than that."""
    return " ".join(visible_characters(text[: 4 * most]).split())[:most]


def _named_in(text: str) -> tuple[Failing, ...]:
    for form in _NAMES:
        found = dict[str, Failing]()
        for match in form.finditer(text):
            said = match.groupdict()
            each = _failing(said["name"], said.get("where") or "", said.get("message") or "")
            found.setdefault(f"{each.where} {each.name}", each)
            if len(found) >= MOST_FAILING:
                break
        if found:
            return tuple(found.values())
    return ()
