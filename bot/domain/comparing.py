"""What a change did to files that were there before, as a diff, for a mind that has no git."""

from collections.abc import Iterable, Mapping
from difflib import unified_diff
from typing import Final

from bot.domain.editing import whole_lines
from bot.domain.lines import with_ends
from bot.domain.secrecy import without_secrets
from bot.domain.tree import is_binary
from bot.records import FileEdit

MOST_CHARACTERS: Final = 12_000
# Comparing may take time with the square of this.
MOST_LINES: Final = 2_000
CONTEXT_LINES: Final = 2
NOWHERE: Final = "/dev/null"
LEFT_OUT: Final = "[... the rest is left out ...]"
NO_TEXT: Final = " differs, and is no text\n"
TOO_LONG: Final = " differs, and is too long to be compared\n"
NO_END: Final = "\\ No newline at end of file\n"


def compared(
    edits: Iterable[FileEdit], before: Mapping[str, bytes | None], *, most: int = MOST_CHARACTERS
) -> str:
    """The unified diff of these edits, without secrets; cut after a whole line where it is long."""
    text = ""
    for edit in edits:
        if len(text) > most:
            break
        text += _compared(edit, before[edit.path])
    if len(text) <= most:
        return text
    return f"{whole_lines(text, most)[0]}\n{LEFT_OUT}\n"


def _compared(edit: FileEdit, before: bytes | None) -> str:
    if any(is_binary(content) for content in (before, edit.content) if content is not None):
        return f"{edit.path}{NO_TEXT}"
    old, new = _lines(before), _lines(edit.content)
    if old and new and len(old) + len(new) > MOST_LINES:
        return f"{edit.path}{TOO_LONG}"
    was = NOWHERE if before is None else edit.path
    now = NOWHERE if edit.content is None else edit.path
    found = unified_diff(old, new, was, now, n=CONTEXT_LINES)
    return "".join(line if line.endswith("\n") else f"{line}\n{NO_END}" for line in found)


def _lines(content: bytes | None) -> list[str]:
    """Its lines with their ends; what is a secret is left out first, while it stands in one piece."""
    return with_ends(without_secrets((content or b"").decode()))
