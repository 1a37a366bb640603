"""A change that was reviewed before: what of it nobody has read yet, and where what was said of it is now."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.diff import FileDiff, Hunk
from bot.domain.places import found_again, is_anywhere, key_of, place_of
from bot.domain.remarks import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What was found earlier: what still stands, what is to be looked at again, and what is gone.

    A finding is gone with the lines that it was said of; one in a file that was changed since may be mended.
    """

    open: tuple[Finding, ...] = ()
    doubtful: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()


def keys_of(diff: bytes, files: Iterable[FileDiff]) -> tuple[str, ...]:
    """By what all these hunks are known again: what they say, not where they stand."""
    return tuple(key_of(diff, file, hunk) for file in files for hunk in file.hunks)


def digest_of(diff: bytes, files: Iterable[FileDiff]) -> str:
    """The same for the same hunks of the same files, in that order."""
    return hashlib.sha256("".join(keys_of(diff, files)).encode()).hexdigest()[:16]


def unread(diff: bytes, files: Iterable[FileDiff], read: Iterable[str]) -> list[FileDiff]:
    """Of each file the hunks that were not read before; files without any are left out."""
    known, found = Counter(read), list[FileDiff]()
    for file in files:
        hunks = list[Hunk]()
        for hunk in file.hunks:
            key = key_of(diff, file, hunk)
            if known[key]:
                known[key] -= 1
            else:
                hunks.append(hunk)
        if hunks:
            found.append(replace(file, hunks=tuple(hunks)))
    return found


def follow(
    findings: Iterable[Finding],
    diff: bytes,
    files: Sequence[FileDiff],
    news: Iterable[FileDiff],
    *,
    unseen: Collection[str] = (),
    is_all: bool = True,
) -> Followed:
    """Each finding as it stands in these files, of which `news` have hunks that nobody has read.

    Of the `unseen` no lines are looked at, and if it `is_all` not, there are more: there nothing is gone.
    """
    renamed = {file.header.was: file for file in files if file.header.became == "renamed"}
    now = renamed | {file.path: file for file in files}
    changed = {file.path for file in news}
    sorted_out: dict[str, list[Finding]] = {"open": [], "doubtful": [], "gone": []}
    for each in findings:
        file = now.get(each.anchor.path)
        if file is None:
            sorted_out["gone" if is_all else "open"].append(each if is_all else _lost(each, each.anchor.path))
            continue
        it = _at_its_lines(each, diff, file)
        may_stay = file.path in unseen or _may_be_there(each, it, diff, file)
        fate = "doubtful" if file.path in changed else "open" if may_stay else "gone"
        sorted_out[fate].append(it)
    return Followed(**{fate: tuple(these) for fate, these in sorted_out.items()})


def _may_be_there(was: Finding, it: Finding, diff: bytes, file: FileDiff) -> bool:
    """Whether it is at its lines, or at some that read the same, or had lost its lines before."""
    return it.is_placed or was.place is None or is_anywhere(it.code, diff, file, it.anchor.side)


def _at_its_lines(it: Finding, diff: bytes, file: FileDiff) -> Finding:
    """It where its lines are now; of no line where that cannot be told. It goes by the name that it has."""
    spot = None if it.place is None else found_again(it.place, it.code, diff, file, it.anchor.side)
    if spot is None:
        return _lost(it, file.path)
    first, last = spot
    anchor = replace(it.anchor, path=file.path, first=None if first == last else first, line=last)
    placed = place_of(diff, file, anchor)
    return replace(it, anchor=anchor, place=placed and placed[0], known_as=it.fingerprint)


def _lost(it: Finding, path: str) -> Finding:
    """It in that file, of no line."""
    anchor = replace(it.anchor, path=path, first=None, line=0)
    return replace(it, anchor=anchor, place=None, suggestion=None, known_as=it.fingerprint)
