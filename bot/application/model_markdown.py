"""The model's Markdown in the bot's mouth: its paragraphs and its code stay, and nothing in it acts."""

import re
from typing import Final

from bot.application.quoting import harmless, unheard
from bot.domain.blocks import Block, blocks_of
from bot.domain.visible import visible_characters

TICKS: Final = re.compile(r"`+")
FENCE: Final = re.compile(r"(`{2}|~{2})(?=[`~])")
# A link hides where it leads; without its form the address stands there for everybody to see.
LINK: Final = re.compile(r"\](?=[(\[:])")
# What GitHub draws instead of showing it.
DRAWN: Final = frozenset(("mermaid", "geojson", "topojson", "stl", "math", "suggestion"))


def shown(text: str) -> str:
    """As people are shown it: what stood open is closed, and no link, picture or name in it does anything."""
    return "\n\n".join(_code(each) if each.is_code else _words(each.text) for each in blocks_of(text))


def unlinked(text: str) -> str:
    """No link in it hides where it leads."""
    return LINK.sub("]\u200b", text)


def _words(text: str) -> str:
    """No line of it opens a block of code: that would swallow what is said behind it."""
    return unlinked(FENCE.sub("\\1\u200b", harmless(text)))


def _code(it: Block) -> str:
    """Between more ticks than it holds, at the beginning of a line."""
    text = unheard(visible_characters(it.text))
    ticks = "`" * max([3, *(len(run) + 1 for run in TICKS.findall(text))])
    language = "" if it.language.lower() in DRAWN else it.language
    return f"{ticks}{language}\n{text}\n{ticks}"
