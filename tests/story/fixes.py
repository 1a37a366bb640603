"""What Claude does in the stories of fixes, and what people are told of them."""

import re
from collections.abc import Mapping
from typing import Final

from standins.claude_replies import Asked, Raw, Reply, Script, calls, edit, says
from tests.story.places import Thread
from tests.story.reviews import CHANGED, FOUND, reviews
from tests.story.scripts import REPOSITORY

SUMMARY: Final = "Add to the total again\n\nIt was set anew for each paid invoice. Nothing else is touched."
MENDED: Final = CHANGED.replace("total = 1\n", "total += 1\n")
FILES: Final[Mapping[str, str]] = {
    **REPOSITORY,
    "run_tests.sh": 'grep -q right word.txt && ! grep -qs broken count.py && echo "1 passed"\n',
}


def fixes(path: str = "count.py", content: str = MENDED, *, summary: str = SUMMARY) -> Script:
    """Writes that file at once, and is done."""

    def script(asked: Asked) -> Reply | Raw | None:
        if asked.calls_since_told:
            return says(summary)
        return calls(edit(f"toolu_{asked.turns}", "create", path, file_text=content))

    return script


def fixes_or_reviews(script: Script) -> Script:
    """Finds one thing where a review is wanted, and else does this."""
    reviewer = reviews(FOUND)
    return lambda asked: script(asked) if is_fix(asked) else reviewer(asked)


def is_fix(asked: Asked) -> bool:
    """Whether it is asked to fix something."""
    return "You fix one thing" in asked.system


def outcome(thread: Thread) -> str:
    """The one comment of a fix there, without how many tokens it took."""
    (only,) = told(thread)
    return only


def told(thread: Thread) -> list[str]:
    """What stands in the comments of fixes there."""
    return [plain(each) for each in thread.by_the_bot("fix")]


def plain(body: str) -> str:
    """Without what differs from run to run."""
    body = re.sub(r"http://[^/]+/acme/shop/commit/[0-9a-f]{40}", "<page>", body)
    return re.sub(r"\d+ tokens", "<tokens>", body)
