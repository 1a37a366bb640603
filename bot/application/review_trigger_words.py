"""Every sentence about what has a review begin, beside the command."""

from bot.application.reasons import code
from bot.domain.review_signs import LABEL, Sign


def not_again(refusal: str) -> tuple[str, str]:
    """Title and summary of a check that somebody who may not wanted to have run again."""
    return "Not run again", f"Not run again, because: {refusal} The walkthrough says what was found."


def closed() -> tuple[str, str]:
    """The same, where there is nothing to review any more."""
    return "Not run again", "Not run again, because the pull request is closed."


def moved_on(head: str) -> tuple[str, str]:
    """Of the check of an older commit, by which the newest is reviewed."""
    return (
        "Run again for a newer commit",
        f"The pull request is at {code(head[:7])} by now: that is reviewed.",
    )


def not_begun(it: Sign, refusal: str) -> str:
    """To who may not, and gave a sign by which their repository means a review."""
    how = f"The label {code(it.name)}" if it.kind == LABEL else f"A request to {code(it.name)}"
    return f"{how} asks me for a review here, by your word, {it.by.login}. {refusal}"
