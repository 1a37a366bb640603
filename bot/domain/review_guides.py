"""What a repository says of how its code is written and reviewed, as far as it concerns what is changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.domain.codeowners import is_met, pattern_of
from bot.domain.instructions import AT_THE_ROOT, instruction_files, split
from bot.records import TreeEntry

OF_REVIEWS: Final = "REVIEW.md"


def guides(listing: Mapping[str, TreeEntry], touched: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files that rule over one of these, to be read, and those that there are too many of."""
    found = instruction_files(listing)
    shown, others = split(found, touched)
    own = listing.get(OF_REVIEWS)
    first = [OF_REVIEWS] if own is not None and own.mode.startswith("100") else []
    return [*first, *shown], split(others, touched)[0]


def concerns(patterns: Iterable[str], touched: Iterable[str]) -> bool:
    """Whether one of these paths is as one of the patterns says, which are those of a file of owners."""
    read = [pattern for words in patterns if (pattern := pattern_of(words)) is not None]
    return any(is_met(pattern, path.split("/")) for path in touched for pattern in read)


def folder_of(guide: str) -> str:
    """Below which folder it counts what such a file says; nothing where that is everywhere."""
    return "" if guide in AT_THE_ROOT else guide.rpartition("/")[0]
