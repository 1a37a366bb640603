"""Viewing and editing one text, as the model's editor does it."""

from collections.abc import Sequence
from typing import Final

from bot.domain.lines import lines_of, with_ends

CONTEXT_LINES: Final = 4
# So many lines of what was just written are shown at either end of it: whoever wrote them knows the rest.
ENDS_SHOWN: Final = 12
FEWEST_LEFT_OUT: Final = 4
DEEPEST_LISTING: Final = 2


class CannotEdit(Exception):
    """The edit does not fit the text; the message tells the model what to do."""


def numbered(text: str, *, first: int = 1, last: int = -1) -> str:
    """The lines from `first` to `last` (-1 is the end), each with its number."""
    lines = lines_of(text)
    end = len(lines) if last == -1 else last
    if lines and not 1 <= first <= len(lines):
        raise CannotEdit(f"view_range starts at {first}, but the file has lines 1 to {len(lines)}.")
    if end < first and lines:
        raise CannotEdit(f"view_range ends at {last}, before it starts.")
    return "\n".join(f"{number:6}\t{line}" for number, line in enumerate(lines[first - 1 : end], first))


def replace_once(text: str, old: str, new: str) -> str:
    """The text with the one occurrence of `old` replaced."""
    if not old:
        raise CannotEdit("old_str is empty. Use insert, or give the text to replace.")
    found = text.count(old)
    if found == 0:
        raise CannotEdit(
            "old_str was not found. View the file and copy the text exactly, with its indentation."
        )
    if found > 1:
        where = ", ".join(str(line) for line in _lines_of(text, old))
        raise CannotEdit(
            f"old_str occurs {found} times (lines {where}). Add lines around it until it is unique."
        )
    return text.replace(old, new)


def insert_after(text: str, line: int, inserted: str) -> str:
    """The text with these lines put after line number `line`; 0 is the beginning."""
    lines = with_ends(text)
    if not 0 <= line <= len(lines):
        raise CannotEdit(f"insert_line is {line}, but the file has lines 0 to {len(lines)}.")
    before, after = "".join(lines[:line]), "".join(lines[line:])
    if before and not before.endswith("\n"):
        before += "\n"
    end = "" if inserted.endswith("\n") or not (after or inserted) else "\n"
    return before + inserted + end + after


def around(text: str, *, line: int, height: int) -> str:
    """A few numbered lines around an edit that begins at `line`; of a high one, those at its two ends."""
    first = max(1, line - CONTEXT_LINES)
    last = max(first, min(len(lines_of(text)), line + height + CONTEXT_LINES - 1))
    upto, since = line + ENDS_SHOWN - 1, line + height - ENDS_SHOWN
    between = since - upto - 1
    if between < FEWEST_LEFT_OUT or last < since:
        return numbered(text, first=first, last=last)
    parts = (numbered(text, first=first, last=upto), numbered(text, first=since, last=last))
    return f"\n[... {between} lines of it ...]\n".join(parts)


def line_of(text: str, part: str) -> int:
    """The number of the line on which this part begins."""
    return text[: text.index(part)].count("\n") + 1


def directory(paths: Sequence[str], at: str) -> str:
    """What lies in a directory, two levels deep; deeper directories end in a slash."""
    prefix = f"{at}/" if at else ""
    below = [path.removeprefix(prefix).split("/") for path in paths if path.startswith(prefix)]
    entries = {
        "/".join(parts[:DEEPEST_LISTING]) + ("/" if len(parts) > DEEPEST_LISTING else "") for parts in below
    }
    folders = {f"{parts[0]}/" for parts in below if len(parts) > 1}
    return "\n".join(prefix + entry for entry in sorted(entries | folders))


def whole_lines(text: str, limit: int) -> tuple[str, int]:
    """As many whole lines as fit into that many characters, and how many there are."""
    if len(text) <= limit:
        return text, text.count("\n") + 1
    shown = text[:limit].rpartition("\n")[0] or text[:limit]
    return shown, shown.count("\n") + 1


def shortened(text: str, limit: int) -> str:
    """The head and the tail where it is longer than that many characters."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


def decoded(content: bytes) -> tuple[str, str]:
    """The text with plain line ends, and the line end that the file uses."""
    text = content.decode()
    ends = "\r\n" if "\r\n" in text and text.count("\r\n") == text.count("\n") else "\n"
    return (text.replace("\r\n", "\n"), ends) if ends == "\r\n" else (text, ends)


def encoded(text: str, ends: str) -> bytes:
    """The bytes of the text with the file's own line ends."""
    return text.replace("\n", ends).encode() if ends != "\n" else text.encode()


def _lines_of(text: str, part: str) -> list[int]:
    lines: list[int] = []
    at = text.find(part)
    while at != -1 and len(lines) < 10:  # noqa: PLR2004  ten say enough
        lines.append(text.count("\n", 0, at) + 1)
        at = text.find(part, at + 1)
    return lines
