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


def _hunks(patch: str) -> Iterator[set[Place]]:
    """The places of each hunk: what was removed on the left, all else on the right."""
    places: set[Place] = set()
    left = right = 0
    for line in patch.split("\n"):
        if begins := HUNK.match(line):
            yield places
            places, left, right = set(), int(begins[1]), int(begins[2])
        elif line.startswith("-"):
            places.add(("LEFT", left))
            left += 1
        elif line.startswith("+"):
            places.add(("RIGHT", right))
            right += 1
        elif line.startswith(" "):
            places.add(("RIGHT", right))
            left, right = left + 1, right + 1
    yield places
