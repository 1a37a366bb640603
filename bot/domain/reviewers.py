"""Whom the bot asks for a review of its pull request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_ASKED: Final = 15
# What a repository says where its CODEOWNERS file is to tell; whoever is named has a sign before the name.
CODEOWNERS: Final = "codeowners"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewers:
    """People and teams, each with the sign: `@user`, `@org/team`. `left_out` is how many more there were."""

    names: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def users(self) -> tuple[str, ...]:
        """The people, as GitHub's API names them."""
        return tuple(name[1:] for name in self.names if "/" not in name)

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams, as GitHub's API names them."""
        return tuple(name.partition("/")[2] for name in self.names if "/" in name)


def to_ask(named: Iterable[str], *, owner: str, without: Iterable[str]) -> Reviewers:
    """Those of them who can be asked, each once, and no more than 15.

    An address of mail names nobody to GitHub's API, and a team is asked only where it is of the repository's
    own organisation. `without` are logins and names that are not asked, in whatever case.
    """
    known = {f"@{each.removeprefix('@').lower()}" for each in without}
    wanted: dict[str, str] = {}
    for name in named:
        if name.startswith("@") and _is_of(name, owner) and name.lower() not in known:
            wanted.setdefault(name.lower(), name)
    names = tuple(wanted.values())
    return Reviewers(names=names[:MOST_ASKED], left_out=len(names[MOST_ASKED:]))


def _is_of(name: str, owner: str) -> bool:
    organisation, is_team, _ = name[1:].partition("/")
    return not is_team or organisation.lower() == owner.lower()
