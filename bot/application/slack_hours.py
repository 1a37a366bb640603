"""Somebody's quiet hours as they filled them in, and what is wrong in that."""

from collections.abc import Mapping
from datetime import time

from bot.application.slack_home_blocks import BEGINS, ENDS, SWITCH
from bot.application.slack_home_words import NO_HOURS, NO_TIME
from bot.domain.slack_notifying import Quiet


def quiet_in(values: Mapping[str, str]) -> Quiet | None:
    """The hours; None where they are switched off, or none are given."""
    if values.get(SWITCH) != "on":
        return None
    begins, ends = (_time(values.get(name, "")) for name in (BEGINS, ENDS))
    return None if begins is None or ends is None else Quiet(begins, ends)


def faults_in(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by the field: hours that are switched on are some."""
    if values.get(SWITCH) != "on":
        return {}
    missing = {name: NO_TIME for name in (BEGINS, ENDS) if _time(values.get(name, "")) is None}
    if missing or _time(values[BEGINS]) != _time(values[ENDS]):
        return missing
    return {ENDS: NO_HOURS}


def _time(given: str) -> time | None:
    try:
        return time.fromisoformat(given)
    except ValueError:
        return None
