"""How long it takes a person to read a change, in the walkthrough."""

from typing import Final

from bot.application.fact_words import counted
from bot.domain.effort import is_too_much_at_a_time, minutes_to_read

HOUR_MINUTES: Final = 60


def effort(lines: int, files: int) -> list[str]:
    """Of so many changed lines of the files that were read; nothing where there are none."""
    if not lines:
        return []
    parts = ", more than is read well at a time" if is_too_much_at_a_time(lines) else ""
    of = f"{counted(lines, 'changed line')} of {counted(files, 'file')}{parts}"
    return [f"**Effort to review: about {_long(minutes_to_read(lines))}**, for {of}."]


def _long(minutes: int) -> str:
    hours, rest = divmod(minutes, HOUR_MINUTES)
    said = [f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    return " ".join(filter(None, said))
