"""The words of an HTML fragment that a browser would show."""

import re
from html.parser import HTMLParser
from typing import Final, Self

UNSEEN: Final = frozenset(
    ("applet", "audio", "canvas", "datalist", "details", "dialog", "frameset", "head", "iframe", "math",
     "meter", "noembed", "noframes", "noscript", "object", "picture", "progress", "rp", "rtc", "script",
     "select", "style", "svg", "template", "textarea", "title", "video", "xmp")
)  # fmt: skip
# Languages of code that GitHub draws, and does not show as they are written.
DRAWN: Final = frozenset(("geojson", "math", "mermaid", "stl", "topojson"))
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
# One within the other they make letters too small to be read.
SHRINKING: Final = frozenset(("small", "sub", "sup"))
MOST_SHRINKING: Final = 2
DEEPEST: Final = 1_000
HIDING_STYLE: Final = re.compile(
    r"display|visibility|opacity|font-size|color|position|clip|height|width", re.IGNORECASE
)


class Page(HTMLParser):
    """Collects what is shown: no comments, no attributes, nothing hidden, folded or unfinished.

    Behind a piece that leaves a tag or a comment open, nothing is shown any more.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._shown: list[str] = []
        self._unseen: list[str] = []
        self._shrinking: list[str] = []
        self._broken = False
        self.hid_something = False

    @classmethod
    def of(cls, fragment: str) -> Self:
        """Read a fragment alone."""
        page = cls()
        page.read(fragment + "<wbr>")
        return page

    def read(self, piece: str) -> None:
        """Read on in HTML; it is never closed, so what is left unfinished is not shown."""
        if not self._broken:
            self.feed(piece)
        self._broken |= bool(self.rawdata)
        self.hid_something |= self._broken

    def show(self, text: str) -> None:
        """Text that is no HTML, shown where nothing around it hides it."""
        if self._unseen or self._broken:
            self.hid_something |= bool(text.strip())
        else:
            self._shown.append(text)

    @property
    def text(self) -> str:
        return "".join(self._shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._broken |= _has_open_quote(self.get_starttag_text() or "")
        if tag != "wbr" and attrs:
            self.hid_something = True
        if self._unseen or _is_unseen(tag, dict(attrs)) or self._is_too_small(tag):
            self._unseen.extend([] if tag in VOID else [tag])
            self._broken |= len(self._unseen) > DEEPEST
            self.hid_something = True
        elif tag in SHRINKING:
            self._shrinking.append(tag)
        elif tag in BREAKS:
            self._shown.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            while self._unseen.pop() != tag:
                pass
        elif tag in self._shrinking and not self._unseen:
            self._shrinking.remove(tag)

    def handle_data(self, data: str) -> None:
        self.show(data)

    def handle_comment(self, data: str) -> None:
        self.hid_something |= bool(data.strip())

    def handle_decl(self, decl: str) -> None:
        self.hid_something |= bool(decl.strip())

    def handle_pi(self, data: str) -> None:
        self.hid_something |= bool(data.strip())

    def unknown_decl(self, data: str) -> None:
        self.hid_something |= bool(data.strip())

    def _is_too_small(self, tag: str) -> bool:
        return tag in SHRINKING and len(self._shrinking) >= MOST_SHRINKING


def _is_unseen(tag: str, attrs: dict[str, str | None]) -> bool:
    if tag == "details" and "open" in attrs:
        return False
    hidden = (
        "hidden" in attrs or "color" in attrs or HIDING_STYLE.search(attrs.get("style") or "") is not None
    )
    return hidden or tag in UNSEEN or (attrs.get("lang") or "").lower() in DRAWN


def _has_open_quote(tag: str) -> bool:
    """Whether a browser may read on in an attribute where the parser took the tag for finished."""
    return tag.count('"') % 2 == 1 or ('"' not in tag and tag.count("'") % 2 == 1)
