"""Reports as real runners write them in the sandbox, tox among them, and as they are found afterwards."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from bot.domain.reporting import REPORT, matching, reported
from bot.domain.reports import LARGEST_BYTES, Failing, told
from bot.domain.setting_up import SetUp, commands_for
from bot.domain.suites import detect
from bot.infrastructure import custody
from bot.infrastructure.git_changes import written
from bot.infrastructure.installing import Installations
from bot.records import FileEdit, SandboxLimits
from standins.packages import PackageIndex
from tests.contracts.test_sandbox import sandbox_in
from tests.story.packages import INDEXES, PLAIN, TOX_FILES, leading_to, stocked

LIMITS: Final = SandboxLimits(seconds=90, memory_mib=1024, processes=128)
TESTS: Final = "def test_right():\n    assert True\n\n\ndef test_wrong():\n    assert 1 == 2\n"
WRONG: Final = Failing(name="test_wrong", where="test_shop", message="assert 1 == 2")


def laid(directory: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")
    return directory


def reports_in(directory: Path, patterns: Sequence[str]) -> list[bytes]:
    return written(directory, lambda paths: matching(paths, patterns), limit=LARGEST_BYTES)


async def test_pytest_is_asked_for_a_report_and_it_names_what_failed(tmp_path: Path) -> None:
    directory = laid(tmp_path / "copy", {"test_shop.py": TESTS})
    asked = reported(("python", "-m", "pytest", "-q"))

    outcome = await sandbox_in(None).run(asked.command, directory=directory, limits=LIMITS)
    said = told(outcome.output, reports_in(directory, asked.patterns), is_green=outcome.status == 0)
    await custody.remove(directory)

    assert (said.passed, said.failed, said.failing, said.doubts) == (1, 1, (WRONG,), ())


async def test_tox_itself_is_installed_run_without_a_network_and_its_report_is_found(tmp_path: Path) -> None:
    index: PackageIndex = stocked()
    files = {**TOX_FILES, "tests/test_wrong.py": TESTS}
    command = detect(files.keys(), files, installs=True)
    assert command is not None
    directory, asked = laid(tmp_path / "copy", files), reported(command)
    async with index.running() as port:
        installations = Installations(
            sandbox=sandbox_in(None),
            data_directory=tmp_path,
            hosts={PLAIN},
            variables=INDEXES,
            out=leading_to(port),
        )
        needed = commands_for(SetUp(is_detected=True), command, files)
        edits = [FileEdit(path="tox.ini", content=files["tox.ini"].encode())]
        async with installations.furnished(needed, edits, owner="7", limits=LIMITS, tenant="t") as room:
            assert room.failed is None, room.failed
            outcome = await room.sandbox.run(asked.command, directory=directory, limits=LIMITS, tenant="t")
    said = told(outcome.output, reports_in(directory, asked.patterns), is_green=outcome.status == 0)
    await custody.remove(directory)

    assert outcome.status == 1, outcome.output
    assert (said.passed, said.failed) == (2, 1), outcome.output
    assert said.failing == (Failing(name="test_wrong", where="tests.test_wrong", message="assert 1 == 2"),)


@pytest.mark.parametrize("kind", ["link", "directory", "elsewhere"])
def test_sb_09_only_a_regular_file_of_its_name_is_a_report(tmp_path: Path, kind: str) -> None:
    (tmp_path / "r.xml").write_text("<testsuite/>", encoding="utf-8")
    place = tmp_path / REPORT
    if kind == "link":
        place.symlink_to("r.xml")
    elif kind == "directory":
        place.mkdir()

    assert reports_in(tmp_path, [REPORT]) == []


def test_sb_09_of_a_report_no_more_is_read_than_anybody_looks_at(tmp_path: Path) -> None:
    (tmp_path / REPORT).write_bytes(b"x" * 99)

    assert written(tmp_path, lambda paths: paths, limit=9) == [b"x" * 10]


def test_sb_09_of_all_reports_together_no_more_is_read_than_of_one(tmp_path: Path) -> None:
    laid(tmp_path, {"a.xml": "a" * 5, "b.xml": "b" * 9, "c.xml": "c" * 9})

    assert written(tmp_path, sorted, limit=9) == [b"aaaaa", b"bbbbb"]
    assert written(tmp_path, sorted, limit=14) == [b"aaaaa", b"b" * 9, b"c"]


def test_sb_09_among_too_many_files_none_is_looked_for(tmp_path: Path) -> None:
    laid(tmp_path, {f"{'d/' * 70}a.xml": ""})

    assert written(tmp_path, lambda paths: paths, limit=9) == []
