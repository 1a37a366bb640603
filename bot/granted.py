"""What an App was granted of what `app.yml` names, and what the bot does without."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.infrastructure.github_about import About

# What is not there where it is not granted; without anything else the bot is not well.
LESS: Final[Mapping[str, str]] = {
    "actions": "the logs of failing jobs are not seen and no workflow can deploy",
    "actions: write": "no workflow can deploy",
    "members": "no owner can freeze an account",
    "statuses": "no repository can say `tester: checks`",
    "event status": "commit statuses are seen later",
    **dict.fromkeys(
        ("event member", "event membership", "event organization", "event team"),
        "that somebody may do less is noticed a minute later",
    ),
    "event workflow_run": "the end of a workflow that deploys is looked for and not told",
}


def lacking(about: About, rights: Mapping[str, str], events: Iterable[str]) -> list[str]:
    """The rights and events that it lacks, as `LESS` names them where the bot does without."""
    lower = [name for name, level in rights.items() if about.permissions.get(name) not in {level, "write"}]
    named = [
        name if name in LESS and name not in about.permissions else f"{name}: {rights[name]}"
        for name in lower
    ]
    return [*named, *(f"event {name}" for name in events if name not in about.events)]
