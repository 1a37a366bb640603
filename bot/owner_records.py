"""What is known of whose a repository is, as it crosses the ports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """The account that a repository belongs to, and whether a person owns that; `is_blind` where the App may
    not ask who does.
    """

    id: int
    name: str
    is_owner: bool
    is_blind: bool = False
