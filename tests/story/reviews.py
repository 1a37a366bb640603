"""What Claude says in the stories of reviews, and a pull request that is to be reviewed."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from standins.claude_replies import Asked, Raw, Reply, Script, says
from standins.github.remarks import remarks_on, threads_on
from tests.story.places import MARKER, PullRequest, worded
from tests.story.team import Team

SOURCE: Final = (
    "def count(invoices):\n    total = 0\n    for one in invoices:\n        total += 1\n    return total\n"
)
CHANGED: Final = SOURCE.replace("        total += 1\n", "        if one.paid:\n            total = 1\n")
FOUND: Final[Mapping[str, Any]] = {
    "rule": "lost-update",
    "severity": "major",
    "confidence": 95,
    "path": "count.py",
    "side": "RIGHT",
    "line": 5,
    "start_line": None,
    "title": "The total is set and not added to",
    "text": "With two paid invoices the total is 1, for each paid one sets it anew.",
    "suggestion": "            total += 1",
}
READ: Final[Mapping[str, Any]] = {
    "summary": "Only paid invoices are counted.",
    "risk": "medium",
    "risk_why": "Reports show this number.",
    "groups": [{"what": "Counting", "files": ["count.py"]}],
    "findings": [FOUND],
}


def is_first_look(asked: Asked) -> bool:
    """Whether it is asked to find, and not to check what was found."""
    return "findings" in _properties(asked)


def _properties(asked: Asked) -> Mapping[str, Any]:
    wanted = (asked.body.get("output_config") or {}).get("format") or {}
    properties: Mapping[str, Any] = (wanted.get("schema") or {}).get("properties", {})
    return properties


def reviews(
    *findings: Mapping[str, Any],
    real: Sequence[int] | None = None,
    left_open: Sequence[int] = (),
    sure: int = 90,
    **changed: Any,
) -> Script:
    """Finds these, of which those of these numbers are real (all where none is named), or are left open."""

    def script(asked: Asked) -> Reply | Raw | None:
        if is_first_look(asked):
            return says(json.dumps({**READ, "findings": findings, **changed}))
        numbers = range(len(findings)) if real is None else real
        verdicts = [
            {
                "number": nth,
                "reasoning": "So it is.",
                "is_real": nth in numbers,
                "confidence": sure,
                **({"is_open": True} if nth in left_open else {}),
            }
            for nth in range(len(findings))
        ]
        return says(json.dumps({"verdicts": verdicts}))

    return script


def reconsiders(*answers: Mapping[str, Any]) -> Script:
    """Finds one thing, and gives these answers to what is said to it, the next once one was given."""
    first = reviews(FOUND)

    def script(asked: Asked) -> Reply | Raw | None:
        if "withdraws" not in _properties(asked):
            return first(asked)
        nth = min(str(asked.body).count("you, earlier"), len(answers)) - 1
        return says(json.dumps({"reasoning": "So it is.", "wants_answer": True, **answers[nth]}))

    return script


async def has_a_change(
    team: Team, files: Mapping[str, str | bytes | None] | None = None, *, branch: str = "count"
) -> PullRequest:
    """The developer opens a pull request that counts invoices otherwise."""
    await team.developer.pushes(files or {"count.py": CHANGED}, branch=branch)
    number = await team.github.world.open_pull(
        "developer", "acme/shop", head=branch, title="Count paid invoices", body="Only these matter."
    )
    return team.github.pull(number)


def walkthrough(pull: PullRequest) -> str:
    """The one there is, without how many tokens it took: that depends on the words of the prompts."""
    (only,) = pull.by_the_bot("walkthrough")
    return re.sub(r"\d+ tokens", "<tokens>", only)


def at_lines(pull: PullRequest) -> list[tuple[str, int]]:
    """Where the bot has said something, review by review."""
    said = [each.said for each in remarks_on(pull.issue) if each.answers is None]
    return [(each["path"], each["line"]) for each in said]


def first_thread(pull: PullRequest) -> int:
    """The first comment of the first thread that there is."""
    return next(remarks_on(pull.issue)).id


def talk(pull: PullRequest) -> list[tuple[str, str]]:
    """What was answered in the first thread, by whom, without markers."""
    said = next(threads_on(pull.issue))[1:]
    return [(each.review.by.login, worded(MARKER.sub("", each.said["body"]))) for each in said]


def threads(pull: PullRequest) -> list[tuple[bool, list[str]]]:
    """Of each thread at a line whether it is resolved, and what was answered in it."""
    return [
        (first.id in pull.pull.resolved, [worded(MARKER.sub("", each.said["body"])) for each in answers])
        for first, *answers in threads_on(pull.issue)
    ]
