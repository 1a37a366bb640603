"""A suggestion, put into its file: it is offered only where that can be read as well as before."""

import ast
import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.domain.anchors import Anchor
from bot.domain.toml import parsed
from bot.domain.visible import visible_characters

# What is larger is put in, and not read again.
LARGEST_PARSED: Final = 512 * 1024
# What is longer is not offered: GitHub takes comments of 65,536 characters, and half of one breaks the file.
LONGEST: Final = 20_000
# What another bot takes for a command of its own, whatever it stands in.
_COMMANDS: Final = re.compile(r"^[ \t]*(?:/[a-z]|bors\b)", re.IGNORECASE | re.MULTILINE)
_UNREADABLE: Final = (SyntaxError, ValueError, RecursionError, MemoryError)
RETURN: Final = "\r"
_TICKS: Final = re.compile(r"`{3,}")


def is_fit(before: str, anchor: Anchor, code: Sequence[str], suggestion: str) -> bool:
    """Whether it changes those very lines, and leaves a file that can be read if it could be before."""
    lines = before.split("\n")
    there = [line.removesuffix("\r") for line in lines[anchor.begins - 1 : anchor.line]]
    after = applied(before, anchor, suggestion)
    if anchor.side != "RIGHT" or there != list(code) or after == before or not _is_seen(suggestion):
        return False
    return not can_be_read(anchor.path, before) or can_be_read(anchor.path, after)


def _is_seen(suggestion: str) -> bool:
    """Whether all of it is shown, as what it is, and nothing in it acts before anybody takes it."""
    plain = suggestion.replace("\r\n", "\n")
    return len(plain) <= LONGEST and visible_characters(plain) == plain and not _COMMANDS.search(plain)


def applied(before: str, anchor: Anchor, suggestion: str) -> str:
    """The file with the suggestion in the place of these lines, ended as they were."""
    lines = before.split("\n")
    replaced = lines[anchor.begins - 1 : anchor.line]
    end = "\r" if replaced and replaced[-1].endswith("\r") else ""
    put = [f"{line.removesuffix(RETURN)}{end}" for line in suggestion.removesuffix("\n").split("\n")]
    return "\n".join([*lines[: anchor.begins - 1], *(put if suggestion else []), *lines[anchor.line :]])


def can_be_read(path: str, text: str) -> bool:
    """Whether its parser takes it; where none is at hand, nothing is wrong with it."""
    parse = PARSERS.get(path.rpartition(".")[2])
    if parse is None or len(text) > LARGEST_PARSED:
        return True
    try:
        with warnings.catch_warnings(action="ignore"):
            parse(text)
    except _UNREADABLE:
        return False
    return True


def block(suggestion: str) -> str:
    """As GitHub offers it to be taken: between more ticks than it holds."""
    ticks = "`" * max([3, *(len(run) + 1 for run in _TICKS.findall(suggestion))])
    text = suggestion.removesuffix("\n")
    return f"{ticks}suggestion\n{text}\n{ticks}" if text else f"{ticks}suggestion\n{ticks}"


PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "py": ast.parse,
    "json": json.loads,
    "toml": parsed,
}
