"""What a person sees of a text: characters that show nothing and hidden parts of Markdown are left out.

Where GitHub's rules are involved, less is kept than GitHub shows, never more.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from bot.domain.paths import IGNORABLE, PRINTABLE

LAYOUT: Final = frozenset("\n\t")
# An emoji's look; after anything else a variation selector could carry a message.
EMOJI_LOOK: Final = re.compile("(?<=[\u00a9\u00ae\u2000-\u27ff\u2900-\u32ff\U0001f000-\U0001faff])\ufe0f")
KEPT_LOOK: Final = "\U0010fffd"  # private use: stands for the selector while all else is sifted
NOT_SHOWN: Final = "\u200b"


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
    definitions and footnotes, descriptions of images, and what is drawn instead of shown. Code is kept as
    it is written.
    """
    from bot.domain.rendering import rendered  # noqa: PLC0415  heavy, and wanted only where words are read

    told, left_out = rendered(text.replace("\0", NOT_SHOWN))
    seen = visible_characters(told)
    kinds = left_out | ({"invisible_characters"} if seen != told else frozenset())
    return Visible(seen.strip(), tuple(sorted(kinds)))


def _is_shown(one: str) -> bool:
    category = unicodedata.category(one)
    if one in LAYOUT or one == KEPT_LOOK or category == "Zs":
        return True
    return category[0] in PRINTABLE and not IGNORABLE.match(one)
