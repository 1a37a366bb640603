"""Every sentence that is said to somebody who said something to a finding."""

from datetime import datetime
from typing import Final

from bot.application.model_markdown import unlinked
from bot.application.quoting import one_line
from bot.application.reasons import why
from bot.application.review_spent_words import below, look
from bot.application.review_words import WHY

LONGEST_ANSWER: Final = 3_000


def marker(name: str) -> str:
    """How the bot finds such an answer of its own again."""
    return f"<!-- claude-code-bot:answer:{name} -->"


def withdrawn(answer: str, *, is_resolved: bool, spent: int) -> str:
    """The finding is taken back."""
    rest = "" if is_resolved else " I cannot resolve this thread here; whoever may write can."
    return f"{_said(answer)}\n\n**Withdrawn.** I do not say it again on this pull request.{rest}{look(spent)}"


def insisted(answer: str, *, is_last: bool, spent: int) -> str:
    """It stays, and for these reasons."""
    rest = (
        "I have said what I have to say here; what becomes of it is for people to decide."
        if is_last
        else "I look at it once more if you answer."
    )
    return f"{_said(answer)}\n\n<sub>The finding stays. {rest}</sub>{look(spent)}"


def held(reason: str, *, again: datetime) -> str:
    """It cannot be looked at now."""
    at = f"{again:%Y-%m-%d %H:%M} UTC"
    return f"I cannot look at this again yet, because: {_why(reason)} I try it again by {at}."


def given_up(reason: str, *, spent: int) -> str:
    """It is not looked at."""
    return (
        f"I could not look at this again, because: {_why(reason)} The finding stays as it is.{below(spent)}"
    )


def unsaid(reason: str) -> str:
    """It was looked at and taken back, and the reasons cannot be said."""
    return f"I could not say why, because: {_why(reason)} The finding is withdrawn all the same."


def _why(reason: str) -> str:
    return WHY.get(reason) or why(reason)


def _said(answer: str) -> str:
    return unlinked(one_line(answer, most=LONGEST_ANSWER)) or "(The model gave no reasons.)"
