"""A pull request of people, reviewed by itself, mended, and reviewed again, while the bot dies on the way."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from standins.claude_replies import Asked, Reply, says
from standins.github.people import GitHub
from standins.github.state import Repository

Until = Callable[[str, Callable[[], bool]], Awaitable[None]]
SHOP: Final = "acme/shop"
WRONG: Final = "def rate():\n    return 1 / 0\n"
RIGHT: Final = "def rate():\n    return 1\n"
FOUND: Final[Mapping[str, Any]] = {
    "rule": "division-by-zero",
    "severity": "major",
    "confidence": 95,
    "path": "rate.py",
    "side": "RIGHT",
    "line": 2,
    "start_line": None,
    "title": "It divides by zero",
    "text": "Each call raises.",
    "suggestion": "    return 1",
}


def reads(asked: Asked) -> Reply:
    """Finds the division where it is, and knows when it is gone."""
    is_there = re.search(r"^\d+\+ +return 1 / 0", asked.told, re.MULTILINE) is not None
    if "You check claims" not in asked.system:
        whole = {"summary": "A rate.", "risk": "low", "risk_why": "It is small.", "groups": []}
        return says(json.dumps({**whole, "findings": [FOUND] if is_there else []}))
    claims = [json.loads(line) for line in asked.told.splitlines() if line.startswith('{"number"')]
    verdict = {"reasoning": "So it is.", "is_real": is_there, "confidence": 95}
    return says(json.dumps({"verdicts": [{**verdict, "number": each["number"]} for each in claims]}))


async def plays(github: GitHub, until: Until) -> None:
    """To the second review, which says that what the first one found is mended."""
    await github.push("requester", SHOP, {"rate.py": WRONG}, branch="rate")
    number = await github.open_pull("requester", SHOP, head="rate", title="A rate", body="")
    shop = github.repository(SHOP)
    await until("a review", lambda: is_said(shop, number, "It divides by zero"))
    await github.push("requester", SHOP, {"rate.py": RIGHT}, branch="rate")
    await until("a second one", lambda: is_said(shop, number, "No longer so since"))


def is_said(shop: Repository, number: int, words: str) -> bool:
    """Whether the walkthrough says so, and no check is at work any more."""
    said = [each.body for each in shop.comments.values() if each.issue == number]
    walkthrough = "".join(body for body in said if "claude-code-bot:walkthrough:" in body)
    return words in walkthrough and all(check.status == "completed" for check in shop.checks.values())
