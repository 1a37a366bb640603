"""On which lines of a diff a review may say something, as GitHub documents it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from standins.github.diffs import Change

HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")

Place = tuple[str, int]


def why_refused(said: Mapping[str, Any], changes: Iterable[Change]) -> str | None:
    """What GitHub says of a comment that it does not take; None where it takes it."""
    change = next((each for each in changes if each.path == said["path"]), None)
    if change is None:
        return "Path could not be resolved"
    if "line" not in said:
        return None  # by position, or of the whole file
    line = (said.get("side", "RIGHT"), said["line"])
    first = (said.get("start_side", line[0]), said.get("start_line", said["line"]))
    hunks = [hunk for hunk in _hunks(change.patch or "") if line in hunk]
    if not hunks:
        return "Line could not be resolved"
    if first == line and "start_line" not in said:
        return None
    if first not in hunks[0]:
        return "Start line must be part of the same hunk as the line."
    return None if first[1] < line[1] else "Start line must precede the end line."


def hunk_to(said: Mapping[str, Any], changes: Iterable[Change]) -> str | None:
    """The hunk of the diff that ends with the line that it is said at; None where there is none."""
    patch = next((each.patch or "" for each in changes if each.path == said["path"]), "")
    shown: list[str] = []
    for place, line in _places(patch):
        shown = [line] if place is None else [*shown, line]
        if place == (said.get("side", "RIGHT"), said.get("line")):
            return "\n".join(shown)
    return None


def _places(patch: str) -> Iterator[tuple[Place | None, str]]:
    """Each line of a patch with its place; a header has none."""
    left = right = 0
    for line in patch.split("\n"):
        if begins := HUNK.match(line):
            left, right = int(begins[1]), int(begins[2])
            yield None, line
        elif line.startswith("-"):
            yield ("LEFT", left), line
            left += 1
        elif line.startswith(("+", " ")):
            yield ("RIGHT", right), line
            left, right = left + line.startswith(" "), right + 1


def _hunks(patch: str) -> Iterator[set[Place]]:
    """The places of each hunk: what was removed on the left, all else on the right."""
    places: set[Place] = set()
    for place, _ in _places(patch):
        if place is None:
            yield places
            places = set()
        else:
            places.add(place)
    yield places
