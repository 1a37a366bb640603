"""What is said on GitHub of what was asked for elsewhere."""

from collections.abc import Mapping
from typing import Final

from bot.application.quoting import one_line, quoted

LONGEST_TITLE: Final = 80
UNTITLED: Final = "An integration"
WHERE: Final[Mapping[str, str]] = {"api": "over the API", "slack": "in Slack"}


def issue_marker(integration_id: str) -> str:
    """How the bot finds the issue again that it opened for an integration."""
    return f"<!-- claude-code-bot:asked:{integration_id} -->"


def issue_title(what: str) -> str:
    """The first words of what is asked for."""
    line = one_line(what.partition("\n")[0], most=LONGEST_TITLE + 1)
    short = line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}\u2026"
    return short or UNTITLED


def issue_body(what: str, *, by: str, door: str, marker: str) -> str:
    """Who asked, through which door, and in which words."""
    return f"{marker}\n@{by} asked for this {WHERE[door]}:\n\n{quoted(what)}"


def refusal_marker(integration_id: str) -> str:
    """How it finds again what it said there where nothing came of that."""
    return f"<!-- claude-code-bot:not-asked:{integration_id} -->"


def not_taken(said: str, *, by: str, marker: str) -> str:
    """Something else came first: nothing is done on this issue."""
    return f"{marker}\n@{by}, nothing comes of this: {said}"
