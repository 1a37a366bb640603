"""What belongs to the bot alone and lies below something that is seen inside: laid over, or no run."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

_COVER_BYTES: Final = 64 * 1024


class Mount(NamedTuple):
    """What of the host is seen inside, and where."""

    source: Path
    at: Path


def bare(hidden: Iterable[Path], mounts: Sequence[Mount]) -> list[Path]:
    """Those that nothing can hide: what is to be seen inside is the very same directory."""
    seen = {mount.source.resolve() for mount in mounts}
    return [path for path in hidden if path.is_dir() and path.resolve() in seen]


def covers(hidden: Iterable[Path], mounts: Sequence[Mount], *, toolchain: Sequence[Path]) -> Iterator[str]:
    """Bubblewrap's arguments that lay nothing over each; what of the toolchain lies below is shown again."""
    places = _places(hidden, mounts)
    again = [tool for tool in toolchain if any(place in tool.parents for place in places)]
    needed = [place for place in places if _shows(place, places, again)]
    for path in sorted((*needed, *again), key=lambda path: len(path.parts)):
        yield from ("--ro-bind", str(path), str(path)) if path in again else _cover(path)
    for path in needed:
        yield from ("--remount-ro", str(path)) if path.is_dir() else ()


def _places(hidden: Iterable[Path], mounts: Sequence[Mount]) -> set[Path]:
    """Everywhere inside where one of them would be seen."""
    return {
        mount.at / path.resolve().relative_to(mount.source.resolve())
        for path in hidden
        for mount in mounts
        if path.exists() and path.resolve().is_relative_to(mount.source.resolve())
    }


def _shows(place: Path, places: Collection[Path], again: Collection[Path]) -> bool:
    """Whether it would be seen: the nearest of the directories above it that count is not covered."""
    above = [path for path in (*places, *again) if path in place.parents]
    return not above or max(above, key=lambda path: len(path.parts)) in again


def _cover(path: Path) -> Iterator[str]:
    if path.is_dir():
        yield from ("--perms", "0555", "--size", str(_COVER_BYTES), "--tmpfs", str(path))
    else:
        yield from ("--ro-bind", "/dev/null", str(path))
