"""What git prints of the difference between two commits, read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PRINT = ("diff-tree", "-r", "-M", "--raw", "--numstat", "-p", "-z", "--abbrev=40", "--no-color")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file that differs between two commits."""

    path: str
    was: str | None
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None


STATUSES: Mapping[str, str] = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "changed"}


def read_changes(printed: bytes) -> Iterator[Change]:
    """Match git's raw lines, its counts and the parts of its diff, which come in one order."""
    raw, _, patch = printed.partition(b"\0\0")
    named, counts = _lines(raw.decode(errors="surrogateescape"))
    parts = iter(_parts(patch.decode(errors="replace")))
    for (path, was, status, sha), (added, deleted) in zip(named, counts, strict=True):
        part = next(parts)
        if status == "changed":
            part = next(parts)  # another kind of file: git shows it as deleted, then added
        yield Change(
            path=path,
            was=was,
            status=status,
            sha=sha,
            additions=_count(added),
            deletions=_count(deleted),
            patch=part,
        )


def _lines(raw: str) -> tuple[list[tuple[str, str | None, str, str]], list[tuple[str, str]]]:
    fields = iter(raw.split("\0"))
    named: list[tuple[str, str | None, str, str]] = []
    counts: list[tuple[str, str]] = []
    for field in fields:
        if field.startswith(":"):
            named.append(_named(field, fields))
        elif field:
            added, deleted, path = field.split("\t")
            counts.append((added, deleted))
            if not path:  # renamed: both names follow
                next(fields), next(fields)
    return named, counts


def _named(line: str, fields: Iterator[str]) -> tuple[str, str | None, str, str]:
    _, _, old, new, status = line.split(" ")
    first = next(fields)
    path, was = (next(fields), first) if status[0] in "RC" else (first, None)
    return path, was, STATUSES[status[0]], old if status == "D" else new


def _count(number: str) -> int:
    return 0 if number == "-" else int(number)  # a dash is a binary file


def _parts(patch: str) -> Iterator[str | None]:
    """Each file's hunks without their header, None for a file that has none."""
    for part in ("\n" + patch).split("\ndiff --git ")[1:]:
        _, mark, hunks = part.partition("\n@@ ")
        yield f"@@ {hunks}".rstrip("\n") if mark else None
