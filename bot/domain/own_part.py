"""The bot's own part of a description that people write: between two marks, and nothing else is touched."""

import re
from typing import Final

from bot.domain.blocks import is_left_open

BEGINS: Final = "<!-- claude-code-bot:description -->"
ENDS: Final = "<!-- claude-code-bot:description:end -->"
# From an end back to the beginning next to it: what a lone mark is followed by is somebody's words.
_OWN: Final = re.compile(f"{BEGINS}((?:(?!{BEGINS}).)*?){ENDS}", re.DOTALL)


def part_in(body: str) -> str | None:
    """What stands between the marks, whoever wrote it; None where there are not both."""
    own = _OWN.search(body)
    return None if own is None else own[1].strip()


def without_part(body: str) -> str:
    """What people wrote around it."""
    own = _OWN.search(body)
    if own is None:
        return body.strip()
    around = body[: own.start()].strip(), body[own.end() :].strip()
    return "\n\n".join(part for part in around if part)


def with_part(body: str, part: str) -> str:
    """The same with this part: in the place of the one that is there, else below what people wrote.

    Above it where a block of code stands open at its end, which would swallow the part.
    """
    new = f"{BEGINS}\n{part}\n{ENDS}"
    own = _OWN.search(body)
    if own is not None:
        return f"{body[: own.start()]}{new}{body[own.end() :]}"
    if is_left_open(body):
        return f"{new}\n\n{body}"
    return f"{body.rstrip()}\n\n{new}" if body.strip() else new
