"""Threads of a review: which finding a comment at a line is about, told by a hidden mark at its end."""

import re
from typing import Final

_MARK: Final = re.compile(r"<!-- claude-code-bot:finding:([0-9a-f]{16}) -->\s*\Z")


def finding_marker(fingerprint: str) -> str:
    """What is put behind all that is said of a finding at its line."""
    return f"<!-- claude-code-bot:finding:{fingerprint} -->"


def finding_in(body: str) -> str | None:
    """The fingerprint of the finding that is said there; whoever reads it knows who wrote it."""
    found = _MARK.search(body)
    return found[1] if found else None
