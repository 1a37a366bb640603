"""Which finding a comment at a line is about."""

import pytest

from bot.finding_marks import finding_in, finding_marker

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"


def test_the_mark_at_the_end_tells_the_finding() -> None:
    assert finding_in(f"It is wrong\n\n{finding_marker(ONE)}\n") == ONE


@pytest.mark.parametrize(
    "body", ["", "It is wrong", f"{finding_marker(ONE)}\nquoted", "<!-- claude-code-bot:finding:x -->"]
)
def test_no_other_mark_does(body: str) -> None:
    assert finding_in(body) is None


def test_only_the_last_mark_counts() -> None:
    assert finding_in(f"{finding_marker(OTHER)}\n{finding_marker(ONE)}") == ONE
