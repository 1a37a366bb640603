"""Plain values of issues that cross the ports."""

from dataclasses import dataclass

from bot.records import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What an issue says, and who wrote it; nobody where that account was deleted."""

    title: str
    body: str
    author: Actor | None
