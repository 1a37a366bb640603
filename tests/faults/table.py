"""`make faults`: run the tests of the fault matrix, and say of each fault what was seen.

`python -m tests.faults.table --write` writes the table of docs/faults.md anew without running anything.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from tests.faults.matrix import MATRIX, Row

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/faults.md"
BLOCK: Final = re.compile(r"(<!-- faults:.*?-->\n).*?(<!-- /faults -->)", re.DOTALL)
_TEST: Final = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def named_by_id() -> Mapping[str, list[str]]:
    """The tests whose names hold a fault's id, by that id."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in _TEST.findall(path.read_text(encoding="utf-8")):
            for number in re.findall(r"_f(\d\d)(?=_)", name):
                found.setdefault(f"F{number}", []).append(f"{path.relative_to(ROOT)}::{name}")
    return found


def shown_by(fault: str, named: Mapping[str, list[str]]) -> list[str]:
    """Every test of a fault, once."""
    return list(dict.fromkeys((*MATRIX[fault].tests, *named.get(fault, ()))))


def table() -> str:
    """One row for each fault: how it is provoked, what is seen and where, or why it is not tried."""
    named = named_by_id()
    rows = [_row(fault, row, shown_by(fault, named)) for fault, row in MATRIX.items()]
    return "\n".join(["| id | fault | how it is provoked | seen | by |", "|---|---|---|---|---|", *rows, ""])


def _row(fault: str, row: Row, tests: Sequence[str]) -> str:
    if row.why_not:
        return f"| {fault} | {row.fault} | **not tried**: {row.why_not} | | |"
    files = dict.fromkeys(f"`{test.partition('::')[0].removeprefix('tests/')}`" for test in tests)
    lacks = f" (**not tried**: {row.lacks})" if row.lacks else ""
    return f"| {fault} | {row.fault} | {row.how} | {row.seen}{lacks} | {', '.join(files)} |"


def with_table(page: str) -> str:
    """The page with the table as it should be."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{table()}\n{block[2]}", page)


def run(arguments: Sequence[str]) -> Mapping[str, bool]:
    """Run every test of the matrix: whether each passed in all its variants, where it ran."""
    named = named_by_id()
    every = dict.fromkeys(test for fault in MATRIX for test in shown_by(fault, named))
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-o",
            "junit_family=xunit1",
            f"--junitxml={report.name}",
        ]
        subprocess.run([*command, *arguments, *every], cwd=ROOT, check=False)  # noqa: S603  this very project
        return outcomes(Path(report.name).read_text(encoding="utf-8"))


def outcomes(report: str) -> Mapping[str, bool]:
    """The tests of a report of our own run, by file and name; skipped ones did not run."""
    found: dict[str, bool] = {}
    for case in ET.fromstring(report).iter("testcase"):  # noqa: S314  this very run's
        test = f"{case.get('file')}::{str(case.get('name')).partition('[')[0]}"
        kinds = {child.tag for child in case}
        if "skipped" not in kinds:
            found[test] = found.get(test, True) and not kinds.intersection(("failure", "error"))
    return found


def summary(passed: Mapping[str, bool]) -> tuple[list[str], str]:
    """A line for each fault, and how many were tried, survived and not tried."""
    named, lines = named_by_id(), list[str]()
    survived = tried = 0
    for fault, row in MATRIX.items():
        known = [ok for test in shown_by(fault, named) for name, ok in passed.items() if _is_of(name, test)]
        if row.why_not or not known:
            lines.append(f"{fault}  not tried  {row.fault}: {row.why_not or 'its tests did not run here'}")
            continue
        tried, survived = tried + 1, survived + all(known)
        lines.append(f"{fault}  {'survived' if all(known) else 'FAILED':9}  {row.fault} ({len(known)} tests)")
    told = f"{len(MATRIX)} faults: {tried} tried, {survived} survived, {len(MATRIX) - tried} not tried."
    return lines, told


def _is_of(name: str, test: str) -> bool:
    return name == test or name.startswith(f"{test}::")


def main(arguments: Sequence[str]) -> int:
    """Write the table; unless that is all that is wanted run the tests, and say what came of them."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    if "--write" in arguments:
        return 0
    passed = run(arguments)
    lines, told = summary(passed)
    sys.stdout.write("\n".join([*lines, "", told, ""]))
    return 0 if passed and all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
