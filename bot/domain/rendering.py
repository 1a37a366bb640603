"""What a person reads of a text in Markdown: rendered as GitHub does it, and written down in plain lines."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from markdown_it.token import Token

from bot.domain.markdown import DEEP, FOOTNOTES, FORMULAS, tokens_of
from bot.domain.page import DRAWN, Page

# A link by name, or an image, whose definition GitHub might find where we did not.
BY_NAME: Final = re.compile(r"!\[[^\[\]]*\](?:\[[^\[\]]*\])?|(?<=\])\[[^\[\]]*\]")
NOTE: Final = re.compile(r"\[\^[^\[\]\s]{1,999}\]")
QUOTATION: Final = "> "


def rendered(text: str) -> tuple[str, frozenset[str]]:
    """The text as GitHub shows it, and the kinds of things that were left out of it."""
    tokens, found = tokens_of(text)
    writer = Writer(has_notes=FOOTNOTES in found, too_deep=found.get(DEEP, ()))
    for token in tokens:
        writer.write(token)
    kinds = {
        "reference_definitions": "references" in found or FOOTNOTES in found,
        "drawings": FORMULAS in found,
        "hidden_html": writer.page.hid_something,
    }
    return writer.page.text, frozenset(
        writer.left_out | {kind for kind, is_found in kinds.items() if is_found}
    )


class Writer:
    """Writes one token after the other, each line behind the marks of what it stands in."""

    def __init__(self, *, has_notes: bool, too_deep: Collection[str]) -> None:
        self.page = Page()
        self.left_out: set[str] = set()
        self._has_notes, self._too_deep = has_notes, too_deep
        self._inside: list[str] = []
        self._lead = ""
        self._written = 0
        self._columns = 0
        self._in_row = False
        self._ways: Final[Mapping[str, Callable[[Token], None]]] = {
            "blockquote_open": lambda _token: self._inside.append(QUOTATION),
            "blockquote_close": lambda _token: self._leave(),
            "code_block": self._code_block,
            "code_inline": self._code,
            "fence": self._fence,
            "hardbreak": lambda _token: self._break(),
            "heading_open": self._heading,
            "hr": self._rule,
            "html_block": self._html_block,
            "html_inline": lambda token: self.page.read(token.content),
            "image": lambda _token: self.left_out.add("link_targets"),
            "inline": self._inline,
            "link_open": self._link,
            "list_item_close": lambda _token: self._leave(),
            "list_item_open": lambda token: self._inside.append(f"{token.info}{token.markup} "),
            "softbreak": lambda _token: self._break(),
            "td_close": lambda _token: self.page.show(" |"),
            "td_open": lambda _token: self.page.show(" "),
            "text": self._text,
            "text_special": lambda token: self.page.show(token.content),
            "th_close": lambda _token: self.page.show(" |"),
            "th_open": self._column,
            "thead_close": self._under_head,
            "tr_close": self._end_row,
            "tr_open": self._row,
        }

    def write(self, token: Token) -> None:
        """What the token shows; marks of emphasis stay as they are written."""
        way = self._ways.get(token.type)
        if way is not None:
            way(token)
        elif token.type.startswith(("em_", "strong_", "s_")):
            self.page.show(token.markup)

    def _begin(self, token: Token) -> None:
        """A line of its own, and an empty one before it where the text has one there."""
        first, behind = token.map or (self._written, self._written)
        between = "\n\n" if first > self._written else "\n"
        self.page.show((between if self._written else "") + "".join(self._inside) + self._lead)
        self._inside = [mark if mark == QUOTATION else " " * len(mark) for mark in self._inside]
        self._written, self._lead = behind, ""

    def _leave(self) -> None:
        self._inside.pop()

    def _break(self) -> None:
        self._lines("\n")

    def _lines(self, text: str) -> None:
        self.page.show(text.replace("\n", "\n" + "".join(self._inside)))

    def _heading(self, token: Token) -> None:
        self._lead = "#" * int(token.tag[1]) + " "

    def _rule(self, token: Token) -> None:
        self._begin(token)
        self.page.show("---")

    def _row(self, token: Token) -> None:
        self._begin(token)
        self._in_row = True
        self.page.show("|")

    def _end_row(self, _token: Token) -> None:
        self._in_row = False

    def _column(self, _token: Token) -> None:
        self._columns += 1
        self.page.show(" ")

    def _under_head(self, _token: Token) -> None:
        self._lines("\n|" + "--|" * self._columns)
        self._columns = 0
        self._written += 1

    def _inline(self, token: Token) -> None:
        if not self._in_row:
            self._begin(token)
        if token.content in self._too_deep:
            self.left_out.add("deep_brackets")
            return
        for child in token.children or ():
            self.write(child)

    def _link(self, token: Token) -> None:
        if token.info != "auto":
            self.left_out.add("link_targets")

    def _text(self, token: Token) -> None:
        """The words; what looks like a tag and is none is not shown either."""
        words = self._without_tags(token.content) if "<" in token.content else token.content
        told = BY_NAME.sub("", NOTE.sub("", words) if self._has_notes else words)
        if told != words:
            self.left_out.add("link_targets")
        self.page.show(told)

    def _without_tags(self, words: str) -> str:
        page = Page.of(words.replace("&", "&amp;"))
        self.page.hid_something |= page.hid_something
        return page.text

    def _code(self, token: Token) -> None:
        """Code as it is written; GitHub may take a bar in it for the edge of a cell."""
        code = self._without_tags(token.content) if "|" in token.content else token.content
        edge = " " if code.startswith("`") or code.endswith("`") else ""
        self.page.show(f"{token.markup}{edge}{code}{edge}{token.markup}")

    def _code_block(self, token: Token) -> None:
        self._begin(token)
        self._lines("    " + token.content.rstrip("\n").replace("\n", "\n    "))

    def _fence(self, token: Token) -> None:
        """A block of code without the words behind its opening fence, which GitHub does not show."""
        if DRAWN.intersection(token.info.lower().split(maxsplit=1)[:1]):
            self.left_out.add("drawings")
            return
        self._begin(token)
        ticks = token.markup[:3]
        body = token.content.removesuffix("\n")
        self._lines("\n".join([ticks, body, ticks] if token.content else [ticks, ticks]))

    def _html_block(self, token: Token) -> None:
        self._begin(token)
        self.page.read(token.content)
