"""How a pull request may be merged, and which way is taken."""

from collections.abc import Collection
from typing import Final

from bot.records import MergeMethod

# What is taken where a repository says nothing: a merge commit keeps the tested commit as it was.
METHODS: Final[tuple[MergeMethod, ...]] = ("merge", "squash", "rebase")


def named(name: str) -> MergeMethod | None:
    """The method of this name."""
    return next((method for method in METHODS if method == name), None)


def in_order(first: MergeMethod) -> tuple[MergeMethod, ...]:
    """This one first, then the others."""
    return (first, *(method for method in METHODS if method != first))


def chosen(preferred: MergeMethod | None, allowed: Collection[MergeMethod]) -> MergeMethod:
    """The preferred one where it is allowed, else the first that is; where nothing is known, as preferred."""
    order = in_order(preferred or METHODS[0])
    return next((method for method in order if method in allowed), order[0])
