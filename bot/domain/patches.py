"""GitHub's listing of the files of a pull request, read as the diff that it would not give whole."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.domain.diff import FileDiff, hunks_in
from bot.domain.diff_headers import Became, Header
from bot.review_records import Patch

BECAME: Final[Mapping[str, Became]] = {
    "added": "added",
    "removed": "removed",
    "renamed": "renamed",
    "copied": "copied",
}


def read_patches(patches: Iterable[Patch]) -> tuple[bytes, list[FileDiff]]:
    """The lines of all of them, one after the other, and the files whose lines lie there."""
    text, files = bytearray(), list[FileDiff]()
    ranges = []
    for each in patches:
        start = len(text)
        text += f"{each.patch}\n".encode() if each.patch else b""
        ranges.append((each, start, len(text)))
    diff = bytes(text)
    for each, start, end in ranges:
        hunks = hunks_in(diff, start, end)
        # A binary file has no lines that change either.
        is_shown = each.patch is not None or (each.status == "renamed" and not each.changes)
        is_whole = hunks is not None and is_shown
        files.append(FileDiff(_header(each), hunks if hunks is not None and is_whole else (), is_whole))
    return diff, files


def _header(it: Patch) -> Header:
    return Header(path=it.path, was=it.was, became=BECAME.get(it.status, "modified"))
