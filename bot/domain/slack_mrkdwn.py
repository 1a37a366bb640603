"""Markdown of ours as Slack reads it: nothing in it commands Slack, and every link shows where it leads."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from markdown_it.token import Token

# What shows nothing, or turns what stands behind it: but for the ends of lines and tabs, and FILLER.
UNSHOWN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200c-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
FILLER: Final = "\u200b"  # with which our words for GitHub keep what they repeat from acting there
_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_SAFE_IN_LINK: Final = "/:?#[]@!$&'()*+,;=%~"
LONGEST: Final = 35_000  # Slack cuts a text at 40,000 characters
APOSTROPHE: Final = "\u02bc"  # in code, where a back-tick would end it
CUT: Final = "\n…"
BETWEEN: Final = " · "  # the cells of a table


def escaped(text: str) -> str:
    """The text as text: no mention, no link, and a sign for each character that shows nothing."""
    plain = text.replace(FILLER, "")
    shown = UNSHOWN.sub(lambda found: rf"\u{ord(found[0]):04x}", plain)
    return shown.translate(_ESCAPES)


def mrkdwn(markdown: str) -> str:
    """The same in Slack's own mark-up, cut where it is longer than Slack takes."""
    from bot.domain.markdown import tokens_of  # noqa: PLC0415  heavy, and wanted only where there is Slack

    tokens, _ = tokens_of(markdown)
    writer = _Writer()
    for token in tokens:
        writer.write(token)
    text = re.sub(r"\n{3,}", "\n\n", writer.text).strip("\n")
    return text if len(text) <= LONGEST else text[:LONGEST].rpartition("\n")[0] + CUT


class _Writer:
    """Writes one token after the other."""

    def __init__(self) -> None:
        self.text = ""
        self._lists: list[int | None] = []
        self._quotes = 0
        self._cells = 0
        self._links: list[tuple[int, str]] = []
        self._ways: Final[Mapping[str, Callable[[Token], None]]] = {
            "blockquote_open": lambda _: self._quote(1),
            "blockquote_close": lambda _: self._quote(-1),
            "bullet_list_open": lambda _: self._lists.append(None),
            "bullet_list_close": lambda _: self._end_list(),
            "code_block": self._fence,
            "code_inline": lambda token: self._put(f"`{escaped(token.content).replace('`', APOSTROPHE)}`"),
            "em_open": lambda _: self._put("_"),
            "em_close": lambda _: self._put("_"),
            "fence": self._fence,
            "hardbreak": lambda _: self._line(),
            "heading_open": lambda _: self._put("*"),
            "heading_close": lambda _: self._put("*\n\n"),
            "inline": self._inline,
            "link_open": self._link,
            "link_close": lambda _: self._end_link(),
            "list_item_open": lambda _: self._item(),
            "ordered_list_open": lambda token: self._lists.append(int(token.attrs.get("start", 1))),
            "ordered_list_close": lambda _: self._end_list(),
            "paragraph_close": lambda token: self._put("\n" if token.hidden else "\n\n"),
            "s_open": lambda _: self._put("~"),
            "s_close": lambda _: self._put("~"),
            "softbreak": lambda _: self._line(),
            "strong_open": lambda _: self._put("*"),
            "strong_close": lambda _: self._put("*"),
            "table_close": lambda _: self._put("\n"),
            "td_open": lambda _: self._cell(),
            "text": lambda token: self._put(escaped(token.content)),
            "text_special": lambda token: self._put(escaped(token.content)),
            "th_open": lambda _: self._name(),
            "tr_open": self._row,
            "tr_close": lambda _: self._end_row(),
        }

    def write(self, token: "Token") -> None:
        """What has no way of its own (HTML, images, rules, what surrounds) is left out."""
        if way := self._ways.get(token.type):
            way(token)

    def _inline(self, token: "Token") -> None:
        for child in token.children or ():
            self.write(child)

    def _put(self, text: str) -> None:
        if self._quotes and text.strip("\n") and (not self.text or self.text.endswith("\n")):
            self.text += "> "
        self.text += text

    def _line(self) -> None:
        self._put("\n")

    def _quote(self, by: int) -> None:
        self._quotes += by

    def _item(self) -> None:
        number = self._lists[-1]
        mark = "•" if number is None else f"{number}."
        self._put(f"{'    ' * (len(self._lists) - 1)}{mark} ")
        self._lists[-1] = None if number is None else number + 1

    def _end_list(self) -> None:
        self._lists.pop()
        self._put("" if self._lists else "\n")

    def _row(self, _token: "Token") -> None:
        self._cells = 0

    def _cell(self) -> None:
        self._put(BETWEEN if self._cells else "")
        self._cells += 1

    def _name(self) -> None:
        """A column without a name has none here."""
        self.text = self.text.removesuffix(BETWEEN)
        self._cell()

    def _end_row(self) -> None:
        """Where nothing follows there is nothing to stand between."""
        while self.text.endswith(BETWEEN):
            self.text = self.text.removesuffix(BETWEEN)
        self._put("\n")

    def _fence(self, token: "Token") -> None:
        self._put("```\n" + escaped(token.content).replace("```", 3 * APOSTROPHE).rstrip("\n") + "\n```\n\n")

    def _link(self, token: "Token") -> None:
        self._links.append((len(self.text), str(token.attrs.get("href", ""))))

    def _end_link(self) -> None:
        """Its words, and where it leads; once where they are the same."""
        begin, leads_to = self._links.pop()
        address = quote(leads_to, safe=_SAFE_IN_LINK).replace("&", "&amp;")
        if not address.startswith(("http://", "https://")):
            return
        if self.text[begin:] == address:
            self.text = f"{self.text[:begin]}<{address}>"
        else:
            self._put(f" (<{address}>)")
