"""Which issues of the same repository a pull request says that it closes, as GitHub reads its description."""

import re
from typing import Final

MOST_LINKED: Final = 3
_PLACE: Final = r"[\w.-]{1,100}/[\w.-]{1,100}"
_CLOSING: Final = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+"
    rf"(?:(?P<short>{_PLACE})?#|https?://[\w.:-]{{1,100}}/(?P<page>{_PLACE})/issues/)(?P<number>[1-9]\d{{0,8}})\b",
    re.ASCII | re.IGNORECASE,
)


def linked_issues(text: str, *, of: str, but: int) -> tuple[int, ...]:
    """Their numbers, each once, in the order in which they are named, and no more than three."""
    found = (
        int(each["number"])
        for each in _CLOSING.finditer(text)
        if (each["short"] or each["page"] or of).lower() == of.lower()
    )
    return tuple(dict.fromkeys(number for number in found if number != but))[:MOST_LINKED]
