"""What Claude makes of plain words in the stories, and what it does beside that."""

import json
from typing import Final

from standins.claude_replies import Asked, Raw, Reply, Script, says

SORTS: Final = "You say which of its commands these words ask for"
BOT: Final = "@claude-code-bot"


def is_sorting(asked: Asked) -> bool:
    """Whether it is asked what somebody's words mean."""
    return SORTS in asked.system


def means(what: str, otherwise: Script | None = None) -> Script:
    """Takes all words for that; anything else it is asked it does as this script."""
    return sorts(json.dumps({"means": what}), otherwise)


def sorts(answer: str, otherwise: Script | None = None) -> Script:
    """Answers so, whatever is said to it."""

    def script(asked: Asked) -> Reply | Raw | None:
        if is_sorting(asked):
            return says(answer)
        return otherwise(asked) if otherwise else None

    return script
