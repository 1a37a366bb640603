"""What somebody typed in Slack, as they meant it: whatever their keyboard, or Slack itself, made of it."""

import re
from collections.abc import Iterable
from typing import Final

from bot.domain.commands import Command

# Spaces that only look like one: people paste them, and some keyboards make them.
_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_DASHES: Final = "[\u2012-\u2015\u2212]"
_QUOTES: Final = "[\"'\u2018-\u201f\u00ab\u00bb]"
# Slack's own escapes, in the order in which they are undone.
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def unescaped(text: str) -> str:
    """Without Slack's escapes."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def straight(text: str, commands: Iterable[Command]) -> str:
    """The options of its command begin with two hyphens, their values stand in no quotes; the rest stays."""
    spaced = _SPACE.sub(" ", text)
    first = next(iter(spaced.split(maxsplit=1)), "")
    named = next((each for each in commands if each.name == first), None)
    if named is None or not (names := "|".join((*named.options, *named.flags))):
        return spaced
    dashed = re.sub(rf"(?<!\S)(?:{_DASHES}|[-\u2012-\u2015\u2212]{{2}})({names})(?!\S)", r"--\1", spaced)
    return re.sub(rf"(?<!\S)(--(?:{names}) +){_QUOTES}(\S+?){_QUOTES}(?!\S)", r"\1\2", dashed)
