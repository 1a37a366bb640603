"""Where on a diff a remark may stand: the lines that GitHub takes a review's comments on.

GitHub takes removed lines on the left; added and unchanged ones on the right; of more than one line, those of
one side and of one hunk. A remark that would not be taken makes GitHub refuse the whole review.
"""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from bot.domain.diff import ADDED, REMOVED, FileDiff, Hunk

Side = Literal["LEFT", "RIGHT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One line of a file, or the lines from `first` to `line`, as that side numbers them."""

    path: str
    line: int
    side: Side = "RIGHT"
    first: int | None = None

    @property
    def begins(self) -> int:
        """Its first line."""
        return self.line if self.first is None else self.first

    @property
    def numbers(self) -> range:
        """The lines that it is about."""
        return range(self.begins, self.line + 1)


def between(path: str, side: Side, one: int, other: int | None) -> Anchor:
    """The lines from one to the other, whichever comes first; the one alone where there is no other."""
    first, last = sorted((one, one if other is None else other))
    return Anchor(path=path, side=side, line=last, first=None if first == last else first)


def as_it_stands(file: FileDiff, anchor: Anchor) -> Anchor:
    """It, or its last line alone where GitHub takes only that: it may begin above what the diff shows."""
    last = replace(anchor, first=None)
    return last if hunk_of(file, anchor) is None and hunk_of(file, last) is not None else anchor


def hunk_of(file: FileDiff, anchor: Anchor) -> Hunk | None:
    """The hunk in which all lines of the anchor are, None where GitHub would not take it."""
    if anchor.path != file.path or anchor.begins > anchor.line:
        return None
    return next((hunk for hunk in file.hunks if _takes(hunk, anchor)), None)


def _takes(hunk: Hunk, anchor: Anchor) -> bool:
    if anchor.side == "RIGHT":
        return hunk.right <= anchor.begins and anchor.line < hunk.right + hunk.rights
    if not (hunk.left <= anchor.begins and anchor.line < hunk.left + hunk.lefts):
        return False
    # On the left GitHub's own words allow what was removed; of more lines the first and the last count.
    return all(_sign_at(hunk, number) == REMOVED for number in (anchor.begins, anchor.line))


def _sign_at(hunk: Hunk, left: int) -> int:
    """The sign of that line of the old file."""
    of_the_old = (sign for sign in hunk.signs if sign != ADDED)
    return next(islice(of_the_old, left - hunk.left, None))
