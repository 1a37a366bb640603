"""The Installations port, with real pip and npm in the real sandbox and a package index on this machine."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.application.installations import Installations as Port
from bot.domain.setting_up import SetUp, commands_for
from bot.infrastructure import custody
from bot.infrastructure.installing import Installations
from bot.infrastructure.proxy import WayOut
from bot.records import FileEdit, Outcome, SandboxLimits
from standins.packages import PackageIndex
from tests.contracts.test_sandbox import sandbox_in
from tests.story.packages import INDEXES, PLAIN, PYTHON_FILES, leading_to, node_files, stocked

LIMITS = SandboxLimits(seconds=90, memory_mib=1024, processes=128)
DETECTED = SetUp(is_detected=True)
HAS_NODE = shutil.which("npm") is not None
needs_node = pytest.mark.skipif(not HAS_NODE, reason="Node and npm are not on this machine")


@dataclass
class Bench:
    """An index, what is installed from it, and a fresh directory for each run."""

    index: PackageIndex
    installations: Installations
    directory: Path
    runs: int = 0

    async def runs_on(
        self,
        files: Mapping[str, str],
        argv: Sequence[str],
        commands: Sequence[Sequence[str]],
        *,
        owner: str = "7",
    ) -> Outcome:
        """Set up by these commands, which see all the files, and run it on a copy of them."""
        edits = [FileEdit(path=path, content=text.encode()) for path, text in files.items()]
        port: Port = self.installations
        async with port.furnished(commands, edits, owner=owner, limits=LIMITS, tenant="t") as room:
            if room.failed:
                return replace(room.failed, output=f"{room.failed.output}{room.refused}")
            return await room.sandbox.run(argv, directory=self.copy(files), limits=LIMITS, tenant="t")

    def copy(self, files: Mapping[str, str]) -> Path:
        self.runs += 1
        copy = self.directory / f"copy-{self.runs}"
        copy.mkdir()
        for path, text in files.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(text, encoding="utf-8")
        return copy


def installations_in(directory: Path, out: WayOut, *, hosts: Sequence[str] = (PLAIN,)) -> Installations:
    return Installations(
        sandbox=sandbox_in(None), data_directory=directory, hosts=hosts, variables=INDEXES, out=out
    )


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    index = stocked()
    async with index.running() as port:
        yield Bench(index, installations_in(tmp_path / "data", leading_to(port)), tmp_path)
    for each in ("data", *(f"copy-{number}" for number in range(1, 9))):
        await custody.remove(tmp_path / each)


def detected(files: Mapping[str, str], *tests: str) -> Sequence[Sequence[str]]:
    return commands_for(DETECTED, tests, files)


PYTEST = ("python", "-m", "pytest", "-q")


async def test_a_python_suite_finds_what_its_requirements_name(bench: Bench) -> None:
    outcome = await bench.runs_on(PYTHON_FILES, PYTEST, detected(PYTHON_FILES, *PYTEST))

    assert (outcome.status, "1 passed" in outcome.output) == (0, True), outcome.output
    assert bench.index.asked == [
        "/simple/words/",
        "/files/words-1.0-py3-none-any.whl",
        "/simple/letters/",
        "/files/letters-2.0-py3-none-any.whl",
    ]


@needs_node
async def test_a_node_suite_finds_what_its_lock_file_names(bench: Bench) -> None:
    files = node_files(bench.index)

    outcome = await bench.runs_on(files, ["npm", "test"], detected(files, "npm", "test"))

    assert (outcome.status, "# pass 1" in outcome.output) == (0, True), outcome.output
    assert bench.index.asked == ["/words/-/words-1.0.0.tgz"]


async def test_what_was_installed_is_used_again_and_made_anew_where_it_is_gone(bench: Bench) -> None:
    commands = detected(PYTHON_FILES, *PYTEST)
    for _ in range(2):
        assert (await bench.runs_on(PYTHON_FILES, PYTEST, commands)).status == 0
    assert len(bench.index.asked) == 4

    await custody.remove(bench.directory / "data" / "dependencies")
    outcome = await bench.runs_on(PYTHON_FILES, PYTEST, commands)

    assert (outcome.status, len(bench.index.asked)) == (0, 8)


async def test_another_list_another_command_and_another_repository_have_their_own(bench: Bench) -> None:
    key_of, commands = bench.installations.key_of, [["true"]]
    files = [FileEdit(path="requirements.txt", content=b"words")]

    keys = {
        key_of(commands, files, owner="7"),
        key_of(commands, files, owner="8"),
        key_of([["false"]], files, owner="7"),
        key_of([["true", "x"]], files, owner="7"),
        key_of(commands, [replace(files[0], content=b"letters")], owner="7"),
        key_of(commands, [replace(files[0], path="constraints.txt")], owner="7"),
        key_of(commands, [replace(files[0], executable=True)], owner="7"),
        replace(bench.installations, hosts=()).key_of(commands, files, owner="7"),
        replace(bench.installations, variables={}).key_of(commands, files, owner="7"),
    }

    assert len(keys) == 9
    assert key_of(commands, files, owner="7") in keys


async def test_a_package_that_nobody_has_fails_the_set_up_with_its_log(bench: Bench) -> None:
    files = {**PYTHON_FILES, "requirements.txt": "no-such-thing\n"}

    outcome = await bench.runs_on(files, PYTEST, detected(files, *PYTEST))

    assert (outcome.during, outcome.ended, outcome.status) == ("setup", "exited", 1)
    assert "No matching distribution found for no-such-thing" in outcome.output
    assert outcome.output.startswith("$ python -m pip install --target /dependencies/python -r ")


async def test_the_first_command_that_fails_is_the_last_and_all_before_it_are_shown(bench: Bench) -> None:
    commands = [["echo", "one"], ["sh", "-c", "echo two; exit 3"], ["echo", "three"]]

    outcome = await bench.runs_on({}, ["true"], commands)

    assert (outcome.status, outcome.output) == (3, "$ echo one\none\n$ sh -c 'echo two; exit 3'\ntwo\n()")


async def test_what_is_used_least_lately_goes_first(bench: Bench) -> None:
    few = replace(bench.installations, most_kept=2)
    bench.installations = few
    for number in (1, 2, 1, 3):
        await bench.runs_on({}, ["true"], [["sh", "-c", f"echo {number} > /dependencies/number"]])
    kept = (bench.directory / "data" / "dependencies").glob("*/installed/number")

    assert sorted(path.read_text() for path in kept) == ["1\n", "3\n"]


async def test_two_who_need_the_same_have_it_made_once(bench: Bench) -> None:
    commands = detected(PYTHON_FILES, *PYTEST)

    async with asyncio.TaskGroup() as both:
        runs = [both.create_task(bench.runs_on(PYTHON_FILES, PYTEST, commands)) for _ in range(2)]

    assert [run.result().status for run in runs] == [0, 0]
    assert len(bench.index.asked) == 4


async def test_nothing_is_left_in_a_repository_that_keeps_its_own_modules(bench: Bench) -> None:
    files = {"node_modules/own/index.js": "own\n"}
    commands = [["sh", "-c", "mkdir -p node_modules/words; echo x > node_modules/words/index.js"]]

    outcome = await bench.runs_on(files, ["ls", "node_modules"], commands)

    assert outcome.output == "own\n"
