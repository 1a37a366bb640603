"""What runs is taken out for good: how far that has come, and what of each file is taken out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from bot.domain import events as e
from bot.domain.lines import bytes_with_ends
from bot.domain.tree import Tree, check_place, lay
from bot.records import FileEdit

# A file in which more lines than this could be meant is for a person to compare.
MOST_PAIRS: Final = 200_000

Step = e.DeprecationRequested | e.RemovalOpened | e.RemovalClosed | e.RemovalGivenUp
Lines = tuple[bytes, ...]
Change = tuple[int, int, Lines]
# What a version left of a file, and what there was before it.
Layer = Sequence[tuple[FileEdit, FileEdit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """How far it has come; `nth` counts how often it was asked for."""

    asked: e.DeprecationRequested
    nth: int = 1
    opened: e.RemovalOpened | None = None
    closed: e.RemovalClosed | None = None
    given_up: e.RemovalGivenUp | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it may still come to its end."""
        return self.given_up is None and (self.closed is None or self.closed.merged)

    @property
    def waits_for(self) -> e.RemovalOpened | None:
        """The pull request that waits to be merged."""
        return self.opened if self.closed is None and self.given_up is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRemoval:
    """The same with what its facts hold only digests of: what was said, and which files a person sees to."""

    removal: Removal
    said: str = ""
    left: tuple[str, ...] = ()


def removal_after(removal: Removal | None, event: Step) -> Removal:
    """How far it has come after one more fact."""
    if isinstance(event, e.DeprecationRequested):
        return Removal(asked=event, nth=1 if removal is None else removal.nth + 1)
    if removal is None:
        raise AssertionError("nobody has asked for it")
    if isinstance(event, e.RemovalOpened):
        return replace(removal, opened=event)
    if isinstance(event, e.RemovalClosed):
        return replace(removal, closed=event)
    return replace(removal, given_up=event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be committed, and the paths that a person has to see to.

    `is_exact` says that nobody has changed any of the files since.
    """

    edits: tuple[FileEdit, ...]
    left: tuple[str, ...]
    is_exact: bool


def planned(tree: Tree, now: Mapping[str, FileEdit], layers: Iterable[Layer]) -> Plan:
    """Take each version's part out of the files as they are now, the newest first.

    What others made of a file since stays. What cannot be told apart from that, or has no place any more, is
    left as it is: a person has to see to it.
    """
    there, is_exact = dict(now), True
    left = {path for path in now if tree.kind(path) in {"link", "submodule"}}
    for after, before in (part for layer in layers for part in layer if part[0].path not in left):
        path = after.path
        found = without(there[path], after=after, before=before)
        if found is None:
            left.add(path)
            continue
        is_exact = is_exact and found in (before, there[path])
        there[path] = found
    edits = [there[path] for path in sorted(now) if path not in left and there[path] != now[path]]
    gone = lay(tree.listing, [edit for edit in edits if edit.content is None])
    left |= {edit.path for edit in edits if edit.content is not None and check_place(gone, edit)}
    fitting = tuple(edit for edit in edits if edit.path not in left)
    return Plan(edits=fitting, left=tuple(sorted(left)), is_exact=is_exact)


def without(now: FileEdit, *, after: FileEdit, before: FileEdit) -> FileEdit | None:
    """The file without what was changed from `before` to `after`; None where a person has to see to it."""
    if now.content == after.content:
        return before
    if now.content in (before.content, None):  # somebody has taken it out already
        return now
    if after.content is None or before.content is None:
        return None
    content = merged(after.content, now.content or b"", before.content)
    return None if content is None else replace(now, content=content)


def merged(old: bytes, one: bytes, other: bytes) -> bytes | None:
    """What two changes of a text make together; None where they touch each other, or it is no text."""
    if any(b"\0" in content for content in (old, one, other)):
        return None
    lines, two = bytes_with_ends(old), [bytes_with_ends(each) for each in (one, other)]
    found = [changes(lines, each) for each in two if not _may_take_long(lines, each)]
    if len(found) < len(two):
        return None
    together = sorted({change for each in found for change in each})
    if any(start <= end for (_, end, _), (start, _, _) in pairwise(together)):
        return None
    for start, end, new in reversed(together):
        lines[start:end] = new
    return b"".join(lines)


def changes(old: Sequence[bytes], new: Sequence[bytes]) -> list[Change]:
    """What leads from one to the other: these lines of the old are those of the new."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(a, b, tuple(new[c:d])) for tag, a, b, c, d in codes if tag != "equal"]


def _may_take_long(old: Sequence[bytes], new: Sequence[bytes]) -> bool:
    """Whether too many lines of the one are the same as many of the other."""
    times: dict[bytes, int] = {}
    for line in old:
        times[line] = times.get(line, 0) + 1
    return sum(times.get(line, 0) for line in new) > MOST_PAIRS
