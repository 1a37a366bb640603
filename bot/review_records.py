"""Pull requests as they are reviewed, what a review says and hears: plain values that cross a port."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.records import RepositoryFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewable:
    """A pull request as it stands; `base` is the commit that it is compared with, `files` how many change.

    `is_from_here` is whether its head lies in the same repository; whoever wrote it may be gone. `branch` is
    what its head is called there, `into` the branch that it leads to. `home` is the repository that it is of,
    as far as GitHub tells it there.
    """

    number: int
    head: str
    base: str
    title: str
    body: str
    files: int
    is_open: bool
    author_id: int | None = None
    is_draft: bool = False
    is_from_here: bool = True
    author: str | None = None
    home: RepositoryFacts | None = None
    branch: str = ""
    into: str = ""


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
    """What a review says at a line, or at the lines from `first` on; without a line of the whole file."""

    path: str
    body: str
    line: int | None
    side: Literal["LEFT", "RIGHT"]
    first: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What is said at a line about a finding of ours; `comment` is its first, which says the finding.

    `resolved_by` is the login of whoever resolved it, None also where GitHub does not say (of an App, say).
    """

    id: str
    comment: int
    fingerprint: str
    is_resolved: bool
    resolved_by: str | None
    is_outdated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One comment of such a thread; `is_ours` where this App wrote it, `by` None where its writer is gone.

    `by_id` is whose it is; a name may be another's by now. `edited_at` is when it was changed last, where it
    was not as it was written.
    """

    id: int
    by: str | None
    is_ours: bool
    body: str
    path: str
    hunk: str
    by_id: int | None = None
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRemark:
    """What a review says of a line; `line` is None where it speaks of the whole file.

    `code` is the end of the diff up to there, as the reviewer saw it.
    """

    path: str
    line: int | None
    code: str
    body: str
