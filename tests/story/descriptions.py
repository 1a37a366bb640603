"""What Claude says in the stories of descriptions, and where people read it."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from standins.claude_replies import Asked, Raw, Reply, Script, says
from tests.story.places import Thread

DESCRIBES: Final = "You write the title and the description of a pull request"
OFFERED: Final[Mapping[str, Any]] = {
    "title": "Count only paid invoices",
    "description": "Reports show paid invoices alone.\n\n- `count` leaves open ones out.",
    "labels": ["Behaviour"],
}


def describes(**other: Any) -> Script:
    """Describes it so, and the commit that is shown too: where another one follows, it says another thing."""

    def script(asked: Asked) -> Reply | Raw | None:
        return says(json.dumps({**OFFERED, **other})) if DESCRIBES in asked.system else None

    return script


def offer(thread: Thread) -> str:
    """The one comment, without how many tokens it took: that depends on the words of the prompts."""
    (only,) = thread.by_the_bot("offer")
    return re.sub(r"\d+ tokens", "<tokens>", only)


def told(thread: Thread) -> list[str]:
    """What was said beside it."""
    return thread.by_the_bot("offered")
