"""The matrix of faults is whole, names tests that are there, and is what the page shows."""

import re
from pathlib import Path

import pytest

from tests.faults.matrix import MATRIX
from tests.faults.table import PAGE, ROOT, named_by_id, outcomes, shown_by, summary, with_table


def test_every_fault_is_there_in_order() -> None:
    assert list(MATRIX) == [f"F{number:02}" for number in range(1, 81)]


@pytest.mark.parametrize("fault", MATRIX)
def test_a_fault_is_tried_by_tests_that_are_there_or_says_why_not(fault: str) -> None:
    row, tests = MATRIX[fault], shown_by(fault, named_by_id())
    missing = [test for test in tests if not _is_there(test)]

    assert not missing
    assert bool(tests and row.how and row.seen) != bool(row.why_not), row


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    file = Path(ROOT / path)
    return file.is_file() and (not name or re.search(rf"def {name}\(", file.read_text("utf-8")) is not None)


def test_the_table_is_what_the_matrix_says() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_table(page) == page, "python -m tests.faults.table --write"


F42 = "test_f42_what_comes_again_after_the_end_changes_nothing"
REPORT = f"""<testsuites><testsuite>
<testcase file="tests/faults/test_doubled.py" name="{F42}[a]"/>
<testcase file="tests/faults/test_doubled.py" name="{F42}[b]">
<failure/></testcase>
<testcase file="tests/contracts/test_inbox.py" name="test_f09_on_a_full_disk"><skipped/></testcase>
</testsuite></testsuites>"""


def test_what_came_of_a_run_is_said_of_each_fault() -> None:
    lines, told = summary(outcomes(REPORT))

    assert [line.split("  ")[1] for line in lines if line.startswith("F42")] == ["FAILED"]
    assert [line.split("  ")[1] for line in lines if line.startswith("F09")] == ["not tried"]
    assert told == "80 faults: 1 tried, 0 survived, 79 not tried."
