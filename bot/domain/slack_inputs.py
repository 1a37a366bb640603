"""What is filled in already when a window of Slack opens: one of a few choices, and a time of the day."""

from collections.abc import Mapping
from datetime import time
from typing import Final

from bot.domain.slack_blocks import Block, choice

PLACEHOLDER: Final = "Choose"


def one_of(options: Mapping[str, str], *, action: str, chosen: str) -> Block:
    """One of these, by value, the chosen one already. Raises ValueError where that is none of them."""
    made = choice(
        ((label, value) for value, label in options.items()), action=action, placeholder=PLACEHOLDER
    )
    found = [each for each in (made or {}).get("options", ()) if each["value"] == chosen]
    if made is None or not found:
        raise ValueError("what is chosen has to be one of what may be")
    return made | {"initial_option": found[0]}


def time_of_day(at: time, *, action: str) -> Block:
    """A time of the day, this one already."""
    return {"type": "timepicker", "action_id": action, "initial_time": f"{at:%H:%M}"}
