"""What Claude says in the stories of questions about the code."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from standins.claude_replies import Asked, Block, Raw, Reply, Script, calls, says, tool_use
from tests.story.places import Thread
from tests.story.reviews import FOUND, reviews

SOURCE: Final = (
    "def count(invoices):\n    total = 0\n    for one in invoices:\n        total += 1\n    return total\n"
)
ANSWER: Final = "Every invoice is counted, paid or not: `count` adds one for each."
AT: Final[Mapping[str, Any]] = {"path": "count.py", "first": 3, "last": 4}


def looks(*wanted: tuple[str, Mapping[str, Any]]) -> Reply:
    """Looks at all of this in one turn."""
    return calls(*_named(wanted))


def _named(wanted: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Block]:
    return [tool_use(f"toolu_{nth}", name, **given) for nth, (name, given) in enumerate(wanted)]


def answers(*sources: Mapping[str, Any], text: str = ANSWER) -> Reply:
    """Answers, and names what that rests on."""
    return says(json.dumps({"answer": text, "sources": sources}))


def looks_on(asked: Asked) -> Reply | Raw | None:
    """Looks again and again; where it may not any more, it answers."""
    if asked.body.get("tool_choice") == {"type": "none"}:
        return answers(AT, text="As far as I saw: every invoice.")
    return looks(("search", {"text": f"look {asked.turns}"}))


def looks_then_answers(
    *sources: Mapping[str, Any],
    text: str = ANSWER,
    at: tuple[str, Mapping[str, Any]] = ("view", {"path": "count.py"}),
) -> Script:
    """One look, then this answer."""

    def script(asked: Asked) -> Reply | Raw | None:
        return answers(*sources, text=text) if asked.results else looks(at)

    return script


def reviews_or(script: Script) -> Script:
    """Finds one thing where a review is wanted, and else does this."""
    reviewer = reviews(FOUND)
    return lambda asked: script(asked) if "You answer a question" in asked.system else reviewer(asked)


def answer(thread: Thread) -> str:
    """The one there is, without how many tokens it took: that depends on the words of the prompts."""
    (only,) = said(thread)
    return only


def said(thread: Thread) -> list[str]:
    """What stands in the comments of questions there."""
    return [_plain(each) for each in thread.by_the_bot("answer")]


def _plain(body: str) -> str:
    plain = re.sub(r"http://[^/]+/acme/shop/blob/[0-9a-f]{40}/", "<page>/", body)
    return re.sub(r"\d+ tokens", "<tokens>", plain)
