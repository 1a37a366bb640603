"""The title that people give an integration: a name, on one line, in which everything is seen."""

from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.visible import LAYOUT, visible_characters
from bot.records import Actor

LONGEST: Final = 100


def is_title(text: str) -> bool:
    """Whether it can be one: no longer than a line, without what shows nothing or only moves the text."""
    has_layout = any(one in LAYOUT for one in text)
    return 0 < len(text) <= LONGEST and not has_layout and visible_characters(text) == text == text.strip()


def retitle(it: Integration, *, by: Actor, title: str) -> list[e.Event]:
    """Call it so from now on, however it stands: that moves nothing. The same again changes nothing."""
    return [] if title == it.title else [e.Titled(by=by, title=title)]
