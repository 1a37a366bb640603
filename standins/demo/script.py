"""Claude in the demonstration: a script that knows two requests, and declines every other one."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from standins import stories
from standins.claude_replies import Asked, Reply, says

INVOICES: Final = stories.REQUEST
DESCRIBE: Final = "/claude integrate describe which systems this repository exchanges data with"
EXPORTER: Final = "invoicing/erp.py"

REQUEST: Final = re.compile(r'source="the request">\n(.*?)\n</data-', re.DOTALL)
LISTING: Final = re.compile(r'source="paths">\n(.*?)\n</data-', re.DOTALL)
REPORT: Final = re.compile(r'source="test output">\n(.*?)\n</data-', re.DOTALL)
TELLING: Final = re.compile(r"^(?:FAILED|ERROR) \S+|^.*\b\d+ (?:failed|passed|error).*", re.MULTILINE)
MOST_LINES: Final = 4

DECLINED: Final = (
    "No model is asked here: a script plays Claude, and it knows two requests, one about invoices and the "
    "ERP and one that begins with “describe”. `make demo ARGS=--live` lets a model play."
)
NOTHING_TO_ADD: Final = "Nothing to add\n\nPaid invoices are sent to the ERP already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer of the script: when, what it does in a few words, and what the tests had printed before."""

    at: datetime
    does: str
    report: tuple[str, ...] = ()


@dataclass
class Player:
    """Plays Claude, and remembers what it did for whoever watches."""

    answers: list[Answered] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply | None:
        reply = answer(asked)
        if reply is not None:
            report = tuple(told_by_tests(asked)) if not asked.calls_since_told else ()
            self.answers.append(Answered(at=datetime.now(UTC), does=in_words(reply), report=report))
        return reply


def answer(asked: Asked) -> Reply | None:
    """Chosen from the request alone; None where this is no request of the bot's."""
    wanted = first(REQUEST, asked)
    if wanted is None:
        return None
    if wanted.startswith("describe"):
        return stories.anywhere(asked)
    if "invoice" not in wanted:
        return says(json.dumps({**stories.SPEC, "refusal": DECLINED}))
    if asked.body.get("tools") and EXPORTER in (first(LISTING, asked) or "").splitlines():
        return says(NOTHING_TO_ADD)
    return stories.invoices(asked)


def first(pattern: re.Pattern[str], asked: Asked) -> str | None:
    """What the bot fenced so in its first words."""
    found = pattern.search(asked.said[0]) if asked.said else None
    return found[1] if found else None


def told_by_tests(asked: Asked) -> list[str]:
    """The telling lines of the test report that the bot has just shown."""
    found = REPORT.search(asked.told)
    return [line.strip() for line in TELLING.findall(found[1])][-MOST_LINES:] if found else []


def in_words(reply: Reply) -> str:
    """What an answer does, for people."""
    worked = [_worked(block["input"]) for block in reply.content if block["type"] == "tool_use"]
    return "; ".join(worked) or _spoken("".join(block["text"] for block in reply.content))


def _spoken(words: str) -> str:
    if not words.startswith("{"):
        return f"“{words.splitlines()[0]}”"
    spec = json.loads(words)
    return "declines" if spec["refusal"] else f"understands: {spec['goal']}"


def _worked(given: Mapping[str, Any]) -> str:
    if "path" not in given:
        return f"runs {given.get('command', '')}"
    verb = {"view": "looks at", "create": "writes"}.get(given["command"], "edits")
    return f"{verb} {given['path']}"
