"""Signs on a pull request by which a repository may have a review asked for, beside the command."""

from dataclasses import dataclass
from typing import Final, Literal

from bot.records import Actor, Repository

LABEL: Final = "label"
REVIEWER: Final = "reviewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A label that somebody put on it, or whom they asked for a review: a person, or a team as `org/slug`."""

    repository: Repository
    private: bool
    number: int
    kind: Literal["label", "reviewer"]
    name: str
    by: Actor


def is_meant(sign: Sign, *, label: str | None, reviewer: str | None) -> bool:
    """Whether it is the one that the repository named; GitHub does not tell capitals from small letters."""
    named = label if sign.kind == LABEL else reviewer and reviewer.removeprefix("@")
    return bool(named) and str(named).casefold() == sign.name.casefold()
