"""Pull requests as they are reviewed, and what a review says: plain values that cross a port."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewable:
    """A pull request as it stands; `base` is the commit that it is compared with, `files` how many change."""

    number: int
    head: str
    base: str
    title: str
    body: str
    files: int
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A file of the listing that GitHub has beside the diff; it leaves out the lines of a large one."""

    path: str
    was: str | None
    status: str
    changes: int
    patch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineComment:
    """What a review says at a line, or at the lines from `first` on."""

    path: str
    body: str
    line: int
    side: Literal["LEFT", "RIGHT"]
    first: int | None = None
