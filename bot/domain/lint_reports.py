"""What a tool says of a repository's files, read from its report or its lines; nothing of it is believed.

Reports are SARIF 2.1 (objects with runs) or ESLint's own JSON (a list of files).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

LARGEST_CHARACTERS: Final = 8 * 1024 * 1024
LONGEST_LINE: Final = 2_000
MOST_SAID: Final = 5_000
LONGEST_MESSAGE: Final = 300
LONGEST_RULE: Final = 60

Level = Literal["error", "warning", "note"]
_LEVELS: Final[dict[object, Level]] = {"error": "error", "warning": "warning", 2: "error", 1: "warning"}
_AT: Final = re.compile(r"(?P<path>[^\s:][^:]{0,1023}):(?P<line>\d{1,7}):(?:\d{1,7}:)? ?(?P<rest>.+)")
_LEVEL: Final = re.compile(r"(?P<level>error|warning|note|info)\b:? ?(?P<rest>.*)", re.IGNORECASE)
_FIRST: Final = re.compile(r"(?P<rule>[A-Z]{1,5}\d{1,5}):? (?P<rest>.+)")
_LAST: Final = re.compile(r"[\[(](?P<rule>[\w./@-]{1,60})[\])]")
_NO_WORD: Final = re.compile(r"[^\w./@-]+")


class Unreadable(Exception):
    """It is no report that is known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that a tool says at a line."""

    path: str
    line: int
    rule: str
    message: str
    level: Level


def in_report(text: str) -> list[Said]:
    """What stands in a report, as much as is read. Raises Unreadable."""
    if len(text) > LARGEST_CHARACTERS:
        raise Unreadable("longer than is read")
    try:
        told = json.loads(text)
        return list(islice(_of_eslint(told) if isinstance(told, list) else _of_sarif(told), MOST_SAID))
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise Unreadable("neither SARIF nor the JSON of ESLint") from None


def in_lines(text: str) -> list[Said]:
    """What stands in lines such as `file:line:column: message`; all others are passed over."""
    found = (said for line in text.splitlines() if (said := _in_line(line)))
    return list(islice(found, MOST_SAID))


def _of_sarif(told: dict[str, Any]) -> Iterator[Said]:
    for run in told["runs"]:
        for result in run.get("results") or ():
            for location in (result.get("locations") or ())[:1]:
                place = location["physicalLocation"]
                line = (place.get("region") or {}).get("startLine") or 0
                level = result.get("level", "warning")
                path, rule = place["artifactLocation"]["uri"], result.get("ruleId") or ""
                yield _said(path, line, rule, result["message"].get("text") or "", level)


def _of_eslint(told: list[dict[str, Any]]) -> Iterator[Said]:
    for file in told:
        for each in file["messages"]:
            rule, level = each.get("ruleId") or "", each.get("severity")
            yield _said(file["filePath"], each.get("line") or 0, rule, each["message"], level)


def _in_line(line: str) -> Said | None:
    at = _AT.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if at is None:
        return None
    level, rest = "warning", at["rest"].strip()
    if told := _LEVEL.fullmatch(rest):
        level, rest = told["level"].lower(), told["rest"]
    rule, rest = _named(rest)
    return _said(at["path"], int(at["line"]), rule, rest, level)


def _named(rest: str) -> tuple[str, str]:
    """The rule, which is named before what is said, or behind it in brackets; then what is said."""
    if first := _FIRST.fullmatch(rest):
        return first["rule"], first["rest"]
    said, _, end = rest.rpartition(" ")
    last = _LAST.fullmatch(end)
    return (last["rule"], said.rstrip()) if last and said else ("", rest)


def _said(path: str, line: int, rule: str, message: str, level: object) -> Said:
    return Said(
        path=str(path),
        line=int(line),
        rule=_NO_WORD.sub("-", str(rule))[:LONGEST_RULE],
        message=" ".join(str(message).split())[:LONGEST_MESSAGE],
        level=_LEVELS.get(level, "note"),
    )
