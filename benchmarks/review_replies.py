"""What the model answers the bot in a review: two findings in each part, and all of them real."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from standins.claude_replies import Asked, Reply, says

FILE: Final = re.compile(r"^=== (?P<path>\S+?)(?: \(was .*\))?, \w+$")
NEW: Final = re.compile(r"^(?P<number>\d+)\+")
CLAIM: Final = '{"number": '


def finds(asked: Asked) -> Reply:
    """In the first and in the last file with an added line that is shown; the second look sees the same."""
    if not is_first_look(asked.body):
        count = sum(line.startswith(CLAIM) for line in asked.told.splitlines())
        real = {"reasoning": "The value is set twice.", "is_real": True, "confidence": 95}
        return says(json.dumps({"verdicts": [{"number": nth, **real} for nth in range(count)]}))
    places = list(dict(places_in(asked.told)).items())
    picked = dict([*places[:1], *places[-1:]])
    return says(
        json.dumps({
            "summary": "It is brought up to date.",
            "risk": "medium",
            "risk_why": "Much is built on it.",
            "groups": [{"what": "Bringing it up to date", "files": [path for path, _ in places]}],
            "findings": [finding(*place) for place in picked.items()],
        })
    )


def places_in(told: str) -> Sequence[tuple[str, int]]:
    """Each added line that is shown, with its file."""
    path, found = "", list[tuple[str, int]]()
    for line in told.splitlines():
        if file := FILE.match(line):
            path = file["path"]
        elif path and (new := NEW.match(line)):
            found.append((path, int(new["number"])))
    return found


def finding(path: str, line: int) -> Mapping[str, Any]:
    return {
        "rule": "lost-update",
        "severity": "major",
        "confidence": 95,
        "path": path,
        "side": "RIGHT",
        "line": line,
        "start_line": None,
        "title": "This value is set twice, and the first is lost",
        "text": "Where it was set before, this sets it anew: what was there is lost.",
        "suggestion": None,
    }


def schema_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = ((body.get("output_config") or {}).get("format") or {}).get("schema") or {}
    return schema


def is_first_look(body: Mapping[str, Any]) -> bool:
    """Whether it is asked to find, and not to check what was found."""
    return "findings" in schema_of(body).get("properties", {})
