"""Which lines of which files the model was shown: what it names beside them it only guesses."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from bot.domain.citing import Citation
from bot.domain.diff import FileDiff

# As a file is viewed, and as a search finds.
NUMBERED: Final = re.compile(r"^ *(\d{1,9})\t", re.MULTILINE)
FOUND: Final = re.compile(r"^([^\n]+?):(\d{1,9}):", re.MULTILINE)

Lines = Mapping[str, AbstractSet[int]]


def viewed(path: str, told: str) -> Lines:
    """The lines of a file that was viewed, in what was told of it."""
    return {path: frozenset(map(int, NUMBERED.findall(told)))}


def found(told: str) -> Lines:
    """The lines that a search found, in what was told of it."""
    return together({path: frozenset((int(number),))} for path, number in FOUND.findall(told))


def changed(files: Iterable[FileDiff]) -> Lines:
    """The lines of the new files that their diffs show."""
    return {
        file.path: frozenset(
            number for hunk in file.hunks for number in range(hunk.right, hunk.right + hunk.rights)
        )
        for file in files
    }


def together(some: Iterable[Lines]) -> Lines:
    """All of these."""
    whole: dict[str, set[int]] = {}
    for lines in some:
        for path, numbers in lines.items():
            whole.setdefault(path, set()).update(numbers)
    return whole


def as_shown(it: Citation, shown: Lines) -> Citation | None:
    """From the first of its lines that were shown to the last; None where none was. A file stays whole."""
    if it.first is None or it.last is None:
        return it
    seen = [each for each in shown.get(it.path, ()) if it.first <= each <= it.last]
    return replace(it, first=min(seen), last=max(seen)) if seen else None
