"""What of a pull request was read, and what was not and why: file for file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.application.fact_words import counted
from bot.application.reasons import code
from bot.application.review_reading import Read

MOST_NAMED: Final = 30
LONGEST_NAMES: Final = 3_000
LONGEST_LIST: Final = 6_000

LEFT_OUT: Final[Mapping[str, str]] = {
    "secret": "named like a file of credentials",
    "binary": "binary",
    "submodule": "a submodule",
    "unreadable": "GitHub does not show its lines",
    "lock": "written by a package manager",
    "vendored": "somebody else's code",
    "generated": "generated",
    "minified": "minified",
    "no_lines": "no line of it changes",
    "too_much": "too large for one review",
}


def coverage(read: Read) -> list[str]:
    """All of it, on one line, and folded by name where that names too few."""
    moved = {path for _, path in read.moved}
    left_out = _by_reason(each for each in read.left_out if each[0] not in moved)
    said = [
        read_of(read),
        f"Of {named(read.in_part)} only the beginning of very long lines." if read.in_part else "",
        f"**Not read:** {'; '.join(_left_out(left_out))}." if left_out else "",
        _moved(read.moved),
        _unlisted(read.unlisted),
        _looked_at(read),
        withdrawn(read).strip(),
    ]
    lists = {"read": read.covered, **{LEFT_OUT[reason]: paths for reason, paths in left_out.items()}}
    return [" ".join(filter(None, said)), *_folded(lists)]


def read_of(read: Read) -> str:
    return f"Read: {counted(len(read.covered), 'file')}."


def withdrawn(read: Read) -> str:
    """What was taken back in its thread fails nothing, and lets nothing pass either."""
    return (
        f" Left out, as withdrawn in their threads: {counted(read.withdrawn, 'finding')}."
        if read.withdrawn
        else ""
    )


def named(paths: Sequence[str]) -> str:
    """The first of them by name, and how many more there are."""
    return _as_many(paths[:MOST_NAMED], of=len(paths), most=LONGEST_NAMES)


def _as_many(paths: Sequence[str], *, of: int, most: int) -> str:
    kept, room = list[str](), most
    for each in map(code, paths):
        room -= len(each) + 2
        if room < 0:
            break
        kept.append(each)
    more = of - len(kept)
    return f"{', '.join(kept)} and {more} more" if more else ", ".join(kept)


def _by_reason(left_out: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    by_reason: dict[str, list[str]] = {}
    for path, reason in left_out:
        by_reason.setdefault(reason, []).append(path)
    return by_reason


def _left_out(by_reason: Mapping[str, Sequence[str]]) -> list[str]:
    """Nothing is left out without being named."""
    return [f"{named(paths)} ({LEFT_OUT[reason]})" for reason, paths in by_reason.items()]


def _moved(files: Sequence[tuple[str, str]]) -> str:
    """What it does where it lies now is told by no line of the change."""
    if not files:
        return ""
    rows = [f"{code(was)} to {code(path)}" for was, path in files[:MOST_NAMED]]
    more = f"; and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
    return f"**Moved or copied, with no line changed:** {'; '.join(rows)}{more}."


def _unlisted(count: int) -> str:
    """Which they are GitHub does not say."""
    return f"Not read either: {counted(count, 'file')} that GitHub does not list." if count else ""


def _looked_at(read: Read) -> str:
    """What was seen of other files."""
    others = [path for path in read.looked_at if path not in read.covered]
    return f"Looked into as well: {named(others)}." if others else ""


def _folded(lists: Mapping[str, Sequence[str]]) -> list[str]:
    """Every file by name, as far as there is room, where a list has more than are named at once."""
    if all(len(paths) <= MOST_NAMED for paths in lists.values()):
        return []
    rows = [
        f"- {what}: {_as_many(paths, of=len(paths), most=LONGEST_LIST)}"
        for what, paths in lists.items()
        if paths
    ]
    return ["\n".join(["<details><summary>Every file</summary>", "", *rows, "", "</details>"])]
