"""The words of an HTML fragment that a browser would show."""

import re
from html.parser import HTMLParser
from typing import Final, Self

UNSEEN: Final = frozenset(
    ("audio", "canvas", "datalist", "details", "iframe", "math", "noembed", "noframes", "noscript", "object",
     "picture", "script", "select", "style", "svg", "template", "textarea", "title", "video")
)  # fmt: skip
VOID: Final = frozenset((
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
))
BREAKS: Final = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table"))
HIDING_STYLE: Final = re.compile(
    r"display|visibility|opacity|font-size|color|position|clip|height|width", re.IGNORECASE
)


class Page(HTMLParser):
    """Collects what is shown: no comments, no attributes, nothing hidden, folded or unfinished."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._shown: list[str] = []
        self._unseen: list[str] = []
        self._broken = False
        self.hid_something = False

    @classmethod
    def of(cls, fragment: str) -> Self:
        """Read the fragment; it is never closed, so what is left unfinished is not shown."""
        page = cls()
        page.feed(fragment + "<wbr>")
        page.hid_something |= bool(page.rawdata)
        return page

    @property
    def text(self) -> str:
        return "".join(self._shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._broken |= _has_open_quote(self.get_starttag_text() or "")
        if tag != "wbr" and attrs:
            self.hid_something = True
        if self._unseen or _is_unseen(tag, dict(attrs)):
            self._unseen.extend([] if tag in VOID else [tag])
            self.hid_something = True
        elif tag in BREAKS:
            self._shown.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            while self._unseen.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._unseen or self._broken:
            self.hid_something = True
        else:
            self._shown.append(data)

    def handle_comment(self, data: str) -> None:
        self.hid_something |= bool(data.strip())

    def handle_decl(self, decl: str) -> None:
        self.hid_something |= bool(decl.strip())

    def handle_pi(self, data: str) -> None:
        self.hid_something |= bool(data.strip())

    def unknown_decl(self, data: str) -> None:
        self.hid_something |= bool(data.strip())


def _is_unseen(tag: str, attrs: dict[str, str | None]) -> bool:
    if tag == "details" and "open" in attrs:
        return False
    hidden = "hidden" in attrs or HIDING_STYLE.search(attrs.get("style") or "") is not None
    return hidden or tag in UNSEEN


def _has_open_quote(tag: str) -> bool:
    """Whether a browser may read on in an attribute where the parser took the tag for finished."""
    return tag.count('"') % 2 == 1 or ('"' not in tag and tag.count("'") % 2 == 1)
