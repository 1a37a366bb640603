"""Text from people and repositories, shown to the model as data and never as words of the bot."""

import hashlib
import json
import re
from typing import Final

from bot.domain.visible import visible_characters

LONGEST_SOURCE: Final = 200
PLAIN: Final = re.compile(r"[\w./@+~,=-]+", re.ASCII)
# Tags that look as if a system or a tool had spoken.
VOICES: Final = re.compile(
    r"<(?=/?\s*(?:antml:|system(?:-reminder|_prompt)?\b(?!\.)|tool_\w+|function_(?:calls|results)\b|data-[0-9a-f]{8}))",
    re.IGNORECASE,
)


def nonce_of(key: str) -> str:
    """The delimiter of one run: the same on every replay, and not to be guessed from the text it fences."""
    return hashlib.sha256(f"fence:{key}".encode()).hexdigest()[:16]


def fence(text: str, source: str, nonce: str) -> str:
    """The text between delimiters that it cannot forge, with where it comes from.

    Characters that show nothing become one visible stand-in each run, so that a file's lines stay lines.
    """
    body = _harmless(visible_characters(text, instead="\ufffd"), nonce)
    label = _harmless(_label(source), nonce)
    return f'<data-{nonce} source="{label}">\n{body}\n</data-{nonce}>'


def spelled(path: str) -> str:
    """A file's name on one line, as a name alone: whoever chose it may have meant it to be read as words."""
    return path if PLAIN.fullmatch(path) else json.dumps(path).replace("<", "\\u003c").replace(">", "\\u003e")


def _harmless(text: str, nonce: str) -> str:
    return VOICES.sub("\u2039", text).replace(nonce, "[delimiter]")


def _label(source: str) -> str:
    one_line = " ".join(visible_characters(source).split())
    return one_line.replace('"', "'").replace("<", "\u2039").replace(">", "\u203a")[:LONGEST_SOURCE]
