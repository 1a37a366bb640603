"""What a person sees of a text: characters that show nothing and hidden parts of Markdown are left out.

Where GitHub's rules are involved, less is kept than GitHub shows, never more.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from bot.domain.page import Page
from bot.domain.paths import IGNORABLE, PRINTABLE

LAYOUT: Final = frozenset("\n\t")
# An emoji's look; after anything else a variation selector could carry a message.
EMOJI_LOOK: Final = re.compile("(?<=[\u00a9\u00ae\u2000-\u27ff\u2900-\u32ff\U0001f000-\U0001faff])\ufe0f")
KEPT_LOOK: Final = "\U0010fffd"  # private use: stands for the selector while all else is sifted
FIRST_PLACEHOLDER: Final = 0xF0000  # private use too: stands for a piece of code while Markdown is read
LAST_PLACEHOLDER: Final = 0xFFFFD

# Only in the first column: there a fence is never part of a list or a quotation.
FENCE: Final = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
# Whichever begins first wins, as in CommonMark.
SPAN: Final = re.compile(
    r"(?<![\\`])(?P<ticks>`+)(?!`)[^\n|`](?:[^\n|]*?[^\n|`])?(?P=ticks)(?!`)"
    r"|<(?P<address>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+)>"
)
DEFINITION: Final = re.compile(
    r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*\[(?:\\.|[^\[\]\\])+\]:"
    r"[ \t]*\n?[ \t]*\S*(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[^\n]*$",
    re.MULTILINE,
)
TARGET: Final = (
    r"\(\s*(?:\\.|[^\s()\\])*(?:\((?:\\.|[^\s()\\])*\)(?:\\.|[^\s()\\])*)*"
    r"(?:\s+(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?\s*\)"
)
LABEL: Final = r"\[((?:\\.|[^\[\]\\])*)\]"
IMAGE: Final = re.compile("!" + LABEL + "(?:" + TARGET + r"|\[[^\[\]]*\])?")
LINK: Final = re.compile(LABEL + TARGET)
LINK_BY_NAME: Final = re.compile(LABEL + r"\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Visible:
    """The text as a person reads it, and the kinds of things that were left out of it."""

    text: str
    left_out: tuple[str, ...]


def visible_characters(text: str, *, instead: str = "") -> str:
    """The text with each run of characters that show nothing replaced, by an allow-list."""
    marked = EMOJI_LOOK.sub(KEPT_LOOK, text.replace(KEPT_LOOK, "").replace("\r\n", "\n"))
    sifted = "".join(one if _is_shown(one) else "\0" for one in marked)
    return re.sub("\0+", lambda _run: instead, sifted).replace(KEPT_LOOK, "\ufe0f")


def visible_markdown(text: str) -> Visible:
    """What GitHub shows of a comment, as plain text.

    Left out: HTML comments, attributes and hidden or folded elements, link targets and titles,
    reference definitions, descriptions of images. Code is kept as it is written.
    """
    clean = visible_characters(text)
    code = Code()
    body = SPAN.sub(code.keep_span, code.without_fences(clean))
    defined = DEFINITION.sub("", body)
    page = Page.of(defined)
    told = _without_targets(page.text)
    changed = {
        "invisible_characters": clean != text.replace("\r\n", "\n"),
        "reference_definitions": defined != body,
        "hidden_html": page.hid_something,
        "link_targets": told != page.text,
    }
    return Visible(code.put_back(told).strip(), tuple(name for name, happened in changed.items() if happened))


class Code:
    """The pieces of code and the bare links of a text, each kept aside under a placeholder."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def keep(self, piece: str) -> str:
        """Keep it, and give what stands for it."""
        if FIRST_PLACEHOLDER + len(self._pieces) > LAST_PLACEHOLDER:
            return ""
        self._pieces.append(piece)
        return chr(FIRST_PLACEHOLDER + len(self._pieces) - 1)

    def keep_span(self, span: re.Match[str]) -> str:
        return self.keep(span["address"] or span[0])

    def put_back(self, text: str) -> str:
        """The text with its code again."""
        return "".join(self._piece(one) for one in text)

    def without_fences(self, text: str) -> str:
        """The text with a placeholder for each fenced block; inside HTML nothing is taken for one."""
        kept: list[str] = []
        block: list[str] = []
        in_html = False
        for line in text.split("\n"):
            if block:
                block.append(line)
                if _closes(block[0], line):
                    kept.append(self.keep(_block(block)))
                    block = []
                continue
            in_html = bool(line.strip()) and (in_html or "<" in line)
            if not in_html and FENCE.fullmatch(line) and not _is_open("\n".join(kept)):
                block = [line]
                continue
            kept.append(line)
        return "\n".join([*kept, *([self.keep(_block(block))] if block else [])])

    def _piece(self, one: str) -> str:
        place = ord(one) - FIRST_PLACEHOLDER
        return self._pieces[place] if 0 <= place < len(self._pieces) else one


def _block(lines: list[str]) -> str:
    """The block without what GitHub does not show of it: the words after the opening fence."""
    ticks = lines[0][0] * 3
    body = lines[1:-1] if len(lines) > 1 and _closes(lines[0], lines[-1]) else lines[1:]
    return "\n".join([ticks, *body, ticks])


def _closes(opening: str, line: str) -> bool:
    mark = opening[0]
    length = len(opening) - len(opening.lstrip(mark))
    bare = line.strip(" \t")
    return len(line) - len(line.lstrip(" ")) <= 3 and len(bare) >= length and set(bare) == {mark}  # noqa: PLR2004  CommonMark 4.5


def _is_open(text: str) -> bool:
    """Whether an HTML comment, or something like it, is still open at the end of the text."""
    return text.rfind("<!") > text.rfind(">") or text.rfind("<!--") > text.rfind("-->")


def _without_targets(text: str) -> str:
    return LINK_BY_NAME.sub(r"\1", LINK.sub(r"\1", IMAGE.sub("", text)))


def _is_shown(one: str) -> bool:
    category = unicodedata.category(one)
    if one in LAYOUT or one == KEPT_LOOK or category == "Zs":
        return True
    return category[0] in PRINTABLE and not IGNORABLE.match(one)
