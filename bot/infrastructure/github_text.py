"""Texts made to fit GitHub's limits, so that what was paid for is never refused for its length."""

import re
from typing import Final

BODY_CHARACTERS: Final = 65_536
SUMMARY_CHARACTERS: Final = 65_535
TITLE_CHARACTERS: Final = 256
STATUS_CHARACTERS: Final = 140

_NOTICE = "\n\n*(Cut here: the text is longer than GitHub takes.)*"
# CommonMark 4.5: what opens a block of code, and what closes one if it is of the same sign and as long.
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n)?")
_OPENS = re.compile(r" {0,3}(?:(`{3,})[^`]*|(~{3,}).*)")
_CLOSES = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")
_MARKER = re.compile(r"\n?<!--[^\n]{0,500}-->\s?\Z")
# What must stay with the character before it: combining marks, joiners and selectors.
_JOINED = re.compile(r"[\u0300-\u036f\u200d\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
_FENCE_RESERVE = 8


def fit(text: str, *, most: int = BODY_CHARACTERS) -> str:
    """The text, cut with a notice where it is too long; a hidden marker at its end stays."""
    text = valid(text)
    if length(text) <= most:
        return text
    marker = _marker(text)
    room = most - length(_NOTICE) - length(marker) - _FENCE_RESERVE
    kept = cut(text, most=room)
    return _closed(kept) + _NOTICE + marker


def fit_line(text: str, *, most: int) -> str:
    """One line, cut with an ellipsis where it is too long."""
    line = " ".join(valid(text).split())
    return line if length(line) <= most else cut(line, most=most - 1) + "…"


def cut(text: str, *, most: int) -> str:
    """As much as fits, without cutting through a character as people see it."""
    kept = text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", errors="ignore")
    end = len(kept)
    while 0 < end < len(text) and (_JOINED.match(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end]


def valid(text: str) -> str:
    """The text with halves of characters replaced: GitHub refuses the whole for one of them."""
    return text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")


def length(text: str) -> int:
    """Characters as the strictest counter counts them: those outside the first plane are two."""
    return len(text.encode("utf-16-le")) // 2


def _marker(text: str) -> str:
    found = _MARKER.search(text)
    return found.group() if found else ""


def _closed(text: str) -> str:
    """The text with the block of code closed that it leaves open; without it where there is no room."""
    opened, place = _open_fence(text)
    if not opened:
        return text
    return f"{text}\n{opened}" if len(opened) < _FENCE_RESERVE else text[:place]


def _open_fence(text: str) -> tuple[str, int]:
    """The signs that opened the block of code in which the text ends, if it does, and where."""
    opened, place = "", 0
    for line in _LINE.finditer(text):
        if not opened:
            opens = _OPENS.fullmatch(line[1])
            opened, place = (opens[1] or opens[2] if opens else ""), line.start()
        elif (closes := _CLOSES.fullmatch(line[1])) and closes[1].startswith(opened):
            opened = ""
    return opened, place
