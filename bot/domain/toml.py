"""A TOML file that anybody may have written, read in a time that its length bounds."""

import tomllib
from typing import Any, Final

LARGEST_CHARACTERS: Final = 64 * 1024
MOST_DOTS: Final = 64


def parsed(text: str) -> dict[str, Any]:
    """What it says. Raises ValueError for what is no TOML, too long, or too dotted; RecursionError."""
    # The library's work on a dotted key grows with the square of its parts. A key stands on one line, and
    # which of its dots are quoted only a parser can tell: all are counted.
    if len(text) > LARGEST_CHARACTERS or any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise ValueError("longer, or with more dots on a line, than is read here")
    return tomllib.loads(text)
