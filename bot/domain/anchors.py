"""Where on a diff a remark may stand: the lines that GitHub takes a review's comments on.

GitHub takes removed lines on the left; added and unchanged ones on the right; of more than one line, those of
one side and of one hunk. A remark that would not be taken makes GitHub refuse the whole review.
"""

from dataclasses import dataclass
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
