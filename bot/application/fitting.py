"""A comment of several parts that GitHub takes as a whole: what is too long is cut where it is longest."""

from collections.abc import Sequence
from typing import Final

# GitHub takes 65,536 characters, of which a character beyond the first 65,536 of Unicode counts two.
MOST: Final = 60_000
CLOSES: Final = "</details>"


def fitted(parts: Sequence[str], *, most: int = MOST) -> list[str]:
    """The same; as far as all together are too long, the longest lose their last lines, and say how many."""
    kept = list(parts)
    for nth in sorted(range(len(kept)), key=lambda nth: len(kept[nth]), reverse=True):
        over = sum(len(part) + 2 for part in kept) - most
        if over <= 0:
            break
        kept[nth] = _shorter(kept[nth], by=over)
    return kept


def _shorter(part: str, *, by: int) -> str:
    lines = part.split("\n")
    end = [lines.pop()] if lines[-1] == CLOSES else []
    notice = f"And {len(lines)} lines more, for which there is no room here."
    spare, gone = by + len(notice) + 2, 0
    while spare > 0 and len(lines) > 1:
        spare -= len(lines.pop()) + 1
        gone += 1
    rest = ["", f"And {gone} lines more, for which there is no room here."] if gone else []
    return "\n".join([*lines, *rest, *end])
