"""What a failing check says of why it fails: at which line, where that is known, and no other."""

from dataclasses import replace

from bot.application.review_failing_words import MOST_LISTED, below
from bot.application.review_reading import Read
from bot.domain.remarks import Sorted
from tests.unit.test_reviewing import FINDING

READ = Read(head="a" * 40, fails_at="major", confidence=70)


def test_what_lost_its_lines_is_named_by_its_file_alone() -> None:
    lost = replace(FINDING, anchor=replace(FINDING.anchor, line=0, first=None))

    said = below(READ, Sorted(listed=(FINDING, lost)))

    assert ("`f.py:2` **major**" in said, "`f.py` **major**" in said, ":0" in said) == (True, True, False)


def test_what_fails_for_nothing_lists_nothing_and_of_very_many_the_rest_is_counted() -> None:
    many = tuple(replace(FINDING, rule=f"r{nth}") for nth in range(MOST_LISTED + 1))

    assert below(READ, Sorted(listed=(replace(FINDING, severity="minor"),))) == ""
    assert below(replace(READ, fails_at=None), Sorted(listed=many)) == ""
    assert below(READ, Sorted(listed=many)).endswith("- and 1 more")
