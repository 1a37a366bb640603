"""A diff as the model is shown it: each line with its number and sign, and files put together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from bot.domain.diff import ADDED, REMOVED, FileDiff, Hunk, lines_of
from bot.domain.fencing import spelled
from bot.domain.surroundings import Around, around

# About as many bytes of code make a token.
BYTES_A_TOKEN: Final = 3
LONGEST_LINE: Final = 500
_SIGNS: Final = {ADDED: "+", REMOVED: "-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Files in groups that are read together, and those for which there is no room left."""

    groups: tuple[tuple[FileDiff, ...], ...]
    too_much: tuple[FileDiff, ...] = ()


def shown_file(
    diff: bytes, file: FileDiff, lines: Sequence[str] = (), near: Sequence[Hunk] | None = None
) -> str:
    """The file with all its hunks. A removed line has its number on the left, every other on the right.

    Of its own `lines`, where they are given, those that belong around a hunk stand beside it, each once; with
    `near`, beside these hunks alone.
    """
    was = f" (was {spelled(file.header.was)})" if file.header.was else ""
    head = f"=== {spelled(file.path)}{was}, {file.header.became}"
    shown, done = [head], 0
    for hunk, following in zip_longest(file.hunks, file.hunks[1:]):
        is_near = bool(lines) and (near is None or hunk in near)
        it = around(lines, hunk.right, hunk.right + max(hunk.rights, 1) - 1) if is_near else Around()
        end = following.right if following else len(lines) + 1
        above = [number for number in (it.begins, *it.above) if done < number < hunk.right]
        below = [number for number in it.below if hunk.right + hunk.rights <= number < end]
        shown += ["@@", *_beside(lines, dict.fromkeys(above)), *_of_hunk(diff, hunk), *_beside(lines, below)]
        done = max([hunk.right + hunk.rights - 1, *below])
    return "\n".join(shown)


def _beside(lines: Sequence[str], numbers: Iterable[int]) -> Iterator[str]:
    """Lines that are in no hunk."""
    return (f"{number}|{_cut(lines[number - 1].encode())}" for number in numbers)


def _of_hunk(diff: bytes, hunk: Hunk) -> Iterator[str]:
    return (
        f"{'L' if line.sign == REMOVED else ''}{line.number}{_SIGNS.get(line.sign, ' ')}{_cut(line.text)}"
        for line in lines_of(diff, hunk)
    )


def is_cut(diff: bytes, file: FileDiff) -> bool:
    """Whether a line of it is longer than what is shown of a line."""
    texts = (line.text for hunk in file.hunks for line in lines_of(diff, hunk))
    return any(len(text) > LONGEST_LINE and len(_shown(text)) > LONGEST_LINE for text in texts)


def pack(files: Iterable[FileDiff], *, budget: int, most: int) -> Packed:
    """In their order, each to the first group that has room in so many tokens; `most` is how many groups.

    So there are few: each is told the rules anew. A file that has no room in a group of its own is not cut:
    what was not seen is said to be so.
    """
    groups: list[list[FileDiff]] = []
    too_much: list[FileDiff] = []
    for file in files:
        group = _with_room(groups, budget - tokens_of(file))
        if group is None and tokens_of(file) <= budget and len(groups) < most:
            groups.append(group := [])
        (too_much if group is None else group).append(file)
    return Packed(groups=tuple(map(tuple, groups)), too_much=tuple(too_much))


def _with_room(groups: Iterable[list[FileDiff]], left: int) -> list[FileDiff] | None:
    """The first of them that takes no more than what is left."""
    return next((group for group in groups if sum(map(tokens_of, group)) <= left), None)


def tokens_of(file: FileDiff) -> int:
    """About how much it takes to show it."""
    lines = sum(len(hunk.signs) for hunk in file.hunks)
    size = sum(hunk.end - hunk.start for hunk in file.hunks)
    return size // BYTES_A_TOKEN + lines + len(file.path)


def hunks_around(file: FileDiff, numbers: Sequence[tuple[str, int]], otherwise: Sequence[Hunk]) -> FileDiff:
    """The file with only the hunks in which these lines are, by side and number.

    Where one is in none, with these other ones as well.
    """
    around = [[hunk for hunk in file.hunks if _is_in(hunk, *number)] for number in numbers]
    kept = {hunk.start for hunks in around for hunk in hunks}
    if not all(around):
        kept.update(hunk.start for hunk in otherwise)
    return replace(file, hunks=tuple(hunk for hunk in file.hunks if hunk.start in kept))


def _is_in(hunk: Hunk, side: str, number: int) -> bool:
    first, length = (hunk.left, hunk.lefts) if side == "LEFT" else (hunk.right, hunk.rights)
    return first <= number < first + length


def _cut(line: bytes) -> str:
    text = _shown(line)
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def _shown(line: bytes) -> str:
    return line.decode(errors="replace").removesuffix("\r")
