"""Every sentence about what a change was held against beside itself."""

from bot.application.fact_words import counted
from bot.application.reasons import code
from bot.application.review_guidance import Guided


def below(it: Guided) -> str:
    """At the end of a walkthrough: what was read as the base has it, and what of that was not."""
    said = [
        *map(code, it.files),
        *([f"{counted(it.rules, 'rule')} of the configuration for these paths"] if it.rules else []),
        *(code(f"#{number}") for number in it.issues),
    ]
    parts = [f"Held against what the base says: {', '.join(said)}." if said else ""]
    if it.unread:
        parts.append(f"No room was left for {', '.join(map(code, it.unread))}.")
    if it.is_blind:
        parts.append("What the base says of how code is written here could not be read.")
    words = " ".join(filter(None, parts))
    return f"\n\n<sub>{words}</sub>" if words else ""
