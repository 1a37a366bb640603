"""How many tests passed, in the words of well-known runners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.counting import passed_in

CARGO = """
running 3 tests
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
"""
MAVEN = """
[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in CartTest
[INFO] Results:
[WARNING] Tests run: 9, Failures: 1, Errors: 2, Skipped: 1
"""


@pytest.mark.parametrize(
    ("output", "passed"),
    [
        ("...\n3 passed in 0.01s\n", 3),
        ("1 passed in 0.01s\n2 passed, 1 skipped in 62.30s (0:01:02)\n", 2),
        ("======= 1 failed, 12 passed, 2 warnings in 1.20s =======", 12),
        ("\x1b[32m\x1b[1m3 passed\x1b[0m\x1b[32m in 0.01s\x1b[0m\n", 3),
        ("3 skipped in 0.01s", 0),
        ("no tests ran in 0.01s", None),
        ("3 tests collected in 0.01s", None),
        ("it passed 3 times in 2s, 3 passed in all", None),
        ("Ran 4 tests in 0.010s\n\nOK\n", 4),
        ("Ran 1 test in 0.010s\r\n\r\nOK\r\n", 1),
        ("Ran 6 tests in 0.010s\n\nOK (skipped=2, expected failures=1)\n", 3),
        ("Ran 6 tests in 0.010s\n\nFAILED (failures=1, errors=1)\n", 4),
        ("Ran 6 tests", None),
        ("=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/b (0.00s)\nok  \tshop\t0.01s\n", 2),
        ("ok  \tshop\t0.012s\nok  \tshop/cart\t(cached)\n?   \tshop/x\t[no test files]\n", 2),
        (CARGO, 5),
        ("ok 1 - adds\nok 2 - takes\n1..2\n# tests 2\n# pass 2\n# fail 0\n", 2),
        ("\u2139 tests 3\n\u2139 pass 2\n\u2139 fail 1\n", 2),
        ("Test Suites: 1 passed, 1 total\nTests:       1 skipped, 3 passed, 4 total\n", 3),
        (" Test Files  1 passed (1)\n      Tests  1 failed | 7 passed (8)\n", 7),
        ("  12 passing (31ms)\n  1 failing\n", 12),
        ("46 tests, 46 passed, 0 failed\n27 tests, 26 passed, 1 failed\n", 72),
        (MAVEN, 5),
        ("all is well\n", None),
        ("", None),
    ],
)
def test_the_passed_tests_are_read_from_what_the_runner_says_last(output: str, passed: int | None) -> None:
    assert passed_in(output) == passed


@given(st.text())
def test_no_output_is_an_error(output: str) -> None:
    assert passed_in(output) is None or output
