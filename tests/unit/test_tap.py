"""What a runner prints in TAP is shown without the tests that passed."""

from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.domain.tap import MOST_LINES, without_passed

PRINTED: Final = """\
> node --test

TAP version 13
# Subtest: it adds
ok 1 - it adds
  ---
  duration_ms: 0.3
  ...
# a word of the code itself
# Subtest: it subtracts
not ok 2 - it subtracts
  ---
  error: '1 !== 2'
  ...
# Subtest: numbers
    # Subtest: are small
    ok 1 - are small
      ---
      duration_ms: 0.1
      ...
    # Subtest: are odd
    not ok 2 - are odd
    1..2
not ok 3 - numbers
# Subtest: on another system
ok 4 - on another system # SKIP not here
# Subtest: without a word
ok 5 - without a word
1..5
# pass 3
# fail 2
"""


def test_what_passed_is_left_out_and_all_else_stays() -> None:
    assert without_passed(PRINTED) == snapshot("""\
> node --test

TAP version 13
# a word of the code itself
# Subtest: it subtracts
not ok 2 - it subtracts
  ---
  error: '1 !== 2'
  ...
# Subtest: numbers
    # Subtest: are odd
    not ok 2 - are odd
    1..2
not ok 3 - numbers
# Subtest: on another system
ok 4 - on another system # SKIP not here
1..5
# pass 3
# fail 2
""")


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "FAILED tests/test_a.py::test_a\n1 failed, 4 passed in 1s",
        "# Subtest: it is cut",
        "# Subtest: a\n  ok 1 - not of the same\n",
        "# Subtest: a\nok 1 - a\n  ---\n  it never ends\n",
        "# Subtest: a\nok 1 - a\n  ---\n" + "  said\n" * MOST_LINES + "  ...\n",
        "ok 1 - nobody said that it begins\n",
    ],
    ids=["nothing", "no TAP", "cut", "another's", "without an end", "long", "alone"],
)
def test_what_is_no_test_that_passed_stays_as_it_was_printed(printed: str) -> None:
    assert without_passed(printed) == printed


def test_the_lines_keep_their_ends() -> None:
    assert without_passed("# Subtest: a\r\nok 1 - a\r\n1..1\r\n") == "1..1\r\n"
