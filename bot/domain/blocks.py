"""A text in Markdown, parted into words and blocks of code: each is made harmless in its own way."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# Wherever it stands, in a list or a quotation too: rather one block too many than one too few.
OPENS: Final = re.compile(
    r"(?P<lead>(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*+)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)"
)
LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#_.-]{1,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that belong together: words, or code and in which language."""

    text: str
    is_code: bool = False
    language: str = ""


def blocks_of(text: str) -> list[Block]:
    """The blocks in their order; what opens code that nothing closes is code to the end."""
    blocks, lines = list[Block](), list[str]()
    fence = None
    for line in text.splitlines():
        if fence is None and (fence := OPENS.fullmatch(line)):
            blocks += _words(lines)
            lines = []
        elif fence is not None and _closes(line, fence["ticks"]):
            blocks.append(_code(lines, fence))
            fence, lines = None, []
        else:
            lines.append(line)
    return [*blocks, *(_words(lines) if fence is None else [_code(lines, fence)])]


def is_left_open(text: str) -> bool:
    """Whether a block of code begins in it that nothing closes: whatever stands behind it is code."""
    fence = None
    for line in text.splitlines():
        if fence is None:
            fence = OPENS.fullmatch(line)
        elif _closes(line, fence["ticks"]):
            fence = None
    return fence is not None


def _closes(line: str, ticks: str) -> bool:
    bare = line.strip(" \t>")
    return len(bare) >= len(ticks) and not bare.strip(ticks[0])


def _words(lines: Iterable[str]) -> list[Block]:
    text = "\n".join(lines).strip("\n")
    return [Block(text=text)] if text.strip() else []


def _code(lines: Iterable[str], fence: re.Match[str]) -> Block:
    """Its lines without the indentation of what opened it."""
    width = len(fence["lead"])
    told = fence["info"].split(maxsplit=1)[:1]
    language = told[0] if told and LANGUAGE.fullmatch(told[0]) else ""
    return Block(text="\n".join(_without(line, width) for line in lines), is_code=True, language=language)


def _without(line: str, width: int) -> str:
    lead = line[:width]
    return line[width:] if not lead.strip(" \t>") else line
