"""The Sandbox port on real bubblewrap: what comes back from a run, and how each limit ends one."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.application.installations import Sandbox
from bot.infrastructure import custody
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.sandbox import BubblewrapSandbox
from bot.infrastructure.sandbox_groups import Hierarchy, find_hierarchy
from bot.infrastructure.sandbox_room import python_toolchain
from bot.infrastructure.sandbox_watch import KEPT_BYTES
from bot.records import Outcome, SandboxLimits
from tests.processes import named, sleeping

SMALL = SandboxLimits(seconds=10, memory_mib=128, processes=32, files=500, disk_mib=32, output_mib=4)


def sandbox_in(hierarchy: Hierarchy | None) -> BubblewrapSandbox:
    policy = Policy("sandbox", **POLICIES["sandbox"])
    return BubblewrapSandbox(policy=policy, toolchain=python_toolchain(), hierarchy=hierarchy)


@pytest.fixture
def sandbox() -> BubblewrapSandbox:
    return sandbox_in(find_hierarchy())


@pytest.fixture(params=["groups", "user limits"])
def each_sandbox(request: pytest.FixtureRequest) -> BubblewrapSandbox:
    """Held by control groups, and held without them."""
    return sandbox_in({"groups": find_hierarchy(), "user limits": None}[request.param])


@pytest.fixture
async def copy(tmp_path: Path) -> AsyncIterator[Path]:
    directory = tmp_path / "copy"
    directory.mkdir(mode=0o700)
    yield directory
    await custody.remove(directory)


def python(program: str) -> Sequence[str]:
    return ["python", "-c", program]


async def test_a_port_of_this_shape_is_what_steps_are_given(sandbox: BubblewrapSandbox, copy: Path) -> None:
    port: Sandbox = sandbox

    outcome = await port.run(
        ["sh", "-c", "echo out; echo err >&2; exit 3"], directory=copy, limits=SMALL, tenant="acme"
    )

    assert (outcome.ended, outcome.status, outcome.output) == ("exited", 3, "out\nerr\n")
    assert 0 < outcome.seconds < 5


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["true"], 0),
        (["false"], 1),
        (["sh", "-c", "kill -SEGV $$"], 128 + 11),
        (["no-such-program"], 127),
        (["sh", "-c", "exit 255"], 255),
    ],
)
async def test_the_exit_status_is_the_program_s_own(
    each_sandbox: BubblewrapSandbox, copy: Path, argv: Sequence[str], status: int
) -> None:
    outcome = await each_sandbox.run(argv, directory=copy, limits=SMALL)

    assert (outcome.ended, outcome.status) == ("exited", status), outcome.output


async def test_words_of_a_command_are_never_read_by_a_shell(sandbox: BubblewrapSandbox, copy: Path) -> None:
    words = ["$(id)", "; id", "`id`", "--", "-x", "a b", "\u3000", "new\nline"]

    outcome = await sandbox.run(["printf", "%s|", *words], directory=copy, limits=SMALL)

    assert outcome.output == "".join(f"{word}|" for word in words)


async def test_a_pytest_suite_of_the_repository_runs_and_its_failure_arrives(
    sandbox: BubblewrapSandbox, copy: Path
) -> None:
    (copy / "test_cart.py").write_text("def test_a(): pass\ndef test_b(): assert 1 == 2\n")

    limits = replace(SMALL, seconds=60, memory_mib=512)

    outcome = await sandbox.run(["python", "-m", "pytest", "-q"], directory=copy, limits=limits)

    assert (outcome.ended, outcome.status) == ("exited", 1)
    assert "1 failed, 1 passed" in outcome.output


async def test_what_a_run_writes_is_there_afterwards(each_sandbox: BubblewrapSandbox, copy: Path) -> None:
    (copy / "src").mkdir()
    (copy / "src" / "old").write_text("old")
    program = "echo new > src/new; rm src/old; chmod 000 src/new; mkdir -p a/b"

    outcome = await each_sandbox.run(["sh", "-c", program], directory=copy, limits=SMALL)

    assert outcome.status == 0
    assert files(copy) == ["a", "a/b", "src", "src/new"]


async def test_what_a_link_points_to_keeps_its_owner(
    sandbox: BubblewrapSandbox, copy: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").write_text("x")
    (copy / "link").symlink_to(tmp_path / "outside")
    (copy / "folder").symlink_to(tmp_path)

    outcome = await sandbox.run(["chmod", "777", "link"], directory=copy, limits=SMALL)

    assert outcome.status != 0
    assert owner_and_mode(tmp_path / "outside") == (os.geteuid(), 0o644)
    assert owner_and_mode(tmp_path)[0] == os.geteuid()


def owner_and_mode(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_mode & 0o777


async def test_a_second_run_finds_what_the_first_wrote(sandbox: BubblewrapSandbox, copy: Path) -> None:
    await sandbox.run(
        ["sh", "-c", "mkdir -m 700 d; echo 1 > d/x; chmod 600 d/x"], directory=copy, limits=SMALL
    )

    outcome = await sandbox.run(["sh", "-c", "cat d/x; echo 2 > d/x"], directory=copy, limits=SMALL)

    assert (outcome.status, outcome.output) == (0, "1\n")


async def test_long_output_keeps_its_head_and_its_tail(sandbox: BubblewrapSandbox, copy: Path) -> None:
    program = "print('first'); print('x' * 2_000_000); print('last')"

    outcome = await sandbox.run(python(program), directory=copy, limits=SMALL)

    assert outcome.ended == "exited"
    assert outcome.output.startswith("first\n")
    assert outcome.output.endswith("x\nlast\n")
    assert "bytes left out" in outcome.output
    assert len(outcome.output) <= KEPT_BYTES + 100


async def test_output_that_is_not_text_is_no_error(sandbox: BubblewrapSandbox, copy: Path) -> None:
    outcome = await sandbox.run(["printf", r"a\377\000b"], directory=copy, limits=SMALL)

    assert outcome.output == "a\ufffd\0b"


FILL = """
import os
for n in range(200):
    with open(f"f{n}", "wb") as file:
        file.write(bytes(1 << 20)); file.flush(); os.fsync(file.fileno())
"""
FILL_UNSEEN = """
kept = []
import os
for n in range(200):
    kept.append(open("f", "wb"))
    os.unlink("f")
    kept[-1].write(bytes(1 << 20)); kept[-1].flush(); os.fsync(kept[-1].fileno())
"""
BOMBS = {
    "processes": "import os\nwhile True:\n try: os.fork()\n except OSError: pass",
    "memory": "kept = []\nwhile True: kept.append(bytearray(b'x') * (1 << 20))",
    "output": "import sys\nwhile True: sys.stdout.write('flood ' * 10000)",
    "disk": FILL,
}


@pytest.mark.parametrize("ended", BOMBS)
async def test_each_bomb_ends_soon_and_by_its_name(
    sandbox: BubblewrapSandbox, copy: Path, ended: str
) -> None:
    # Where files lie in memory, they would fill that as well.
    limits = replace(SMALL, memory_mib=1024) if ended == "disk" else SMALL

    outcome = await sandbox.run(python(BOMBS[ended]), directory=copy, limits=limits)

    assert (outcome.ended, outcome.status) == (ended, None)
    assert outcome.seconds < SMALL.seconds


@pytest.mark.parametrize("ended", ["processes", "output", "disk"])
async def test_without_groups_the_bombs_end_as_well(copy: Path, ended: str) -> None:
    outcome = await sandbox_in(None).run(python(BOMBS[ended]), directory=copy, limits=SMALL)

    assert (outcome.ended, outcome.status) == (ended, None)
    assert outcome.seconds < 5


TWENTY = "import os, time\nfor _ in range(20):\n if os.fork() == 0: break\ntime.sleep(1)"


async def test_two_bots_on_one_machine_do_not_share_a_limit_of_processes(tmp_path: Path) -> None:
    async def one(name: str) -> Outcome:
        directory = tmp_path / name
        directory.mkdir()
        outcome = await sandbox_in(None).run(python(TWENTY), directory=directory, limits=SMALL)
        await custody.remove(directory)
        return outcome

    outcomes = await asyncio.gather(*map(one, "ab"))

    assert [(outcome.ended, outcome.status, outcome.output) for outcome in outcomes] == [
        ("exited", 0, "")
    ] * 2


async def test_without_groups_one_process_cannot_take_more_memory(copy: Path) -> None:
    outcome = await sandbox_in(None).run(python(BOMBS["memory"]), directory=copy, limits=SMALL)

    assert outcome.status != 0
    assert outcome.ended == "memory" or "MemoryError" in outcome.output


async def test_without_groups_many_processes_together_cannot_take_more_memory(copy: Path) -> None:
    program = """
import os, time
for _ in range(6):
    if os.fork() == 0: break
kept = bytearray(os.urandom(1)) * (40 << 20)
time.sleep(60)
"""
    outcome = await sandbox_in(None).run(python(program), directory=copy, limits=SMALL)

    assert outcome.ended == "memory"


async def test_files_that_are_deleted_but_open_count(each_sandbox: BubblewrapSandbox, copy: Path) -> None:
    outcome = await each_sandbox.run(python(FILL_UNSEEN), directory=copy, limits=SMALL)

    assert outcome.ended in {"disk", "memory"}  # where files lie in memory, whichever is full first


@pytest.mark.parametrize(
    "program",
    [
        "n = 0\nwhile True:\n open(f'n{n}', 'wb').close(); n += 1",
        "import os\nfor n in range(10000):\n os.mkdir('d'); os.chdir('d')",
        "import os\nopen('f', 'wb').close()\nfor n in range(100000): os.link('f', f'l{n}')",
        "import os\nfor n in range(100000): os.symlink('/', f'l{n}')",
    ],
)
async def test_a_bomb_of_files_ends_by_the_name_of_disk(
    sandbox: BubblewrapSandbox, copy: Path, program: str
) -> None:
    outcome = await sandbox.run(python(program), directory=copy, limits=SMALL)

    assert outcome.ended == "disk"


async def test_what_was_there_before_does_not_count_as_written(
    sandbox: BubblewrapSandbox, copy: Path
) -> None:
    for number in range(600):
        (copy / f"file{number}").touch()
    (copy / "large").write_bytes(bytes(40 << 20))

    outcome = await sandbox.run(["sleep", "0.5"], directory=copy, limits=SMALL)

    assert (outcome.ended, outcome.status) == ("exited", 0)


async def test_a_hang_ends_at_its_deadline(each_sandbox: BubblewrapSandbox, copy: Path) -> None:
    limits = replace(SMALL, seconds=1)

    outcome = await each_sandbox.run(["sleep", "1000"], directory=copy, limits=limits)

    assert (outcome.ended, outcome.status) == ("timeout", None)
    assert 1 <= outcome.seconds < SMALL.seconds


async def test_a_cancelled_run_leaves_no_process_and_no_group(
    each_sandbox: BubblewrapSandbox, copy: Path
) -> None:
    seconds = sleeping()
    program = f"touch started; exec sleep {seconds}"

    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(each_sandbox.run(["sh", "-c", program], directory=copy, limits=SMALL))
        await appears(copy / "started")
        assert named(seconds) != []
        run.cancel()

    assert named(seconds) == []
    assert groups() == []


@pytest.mark.parametrize("after", [0, 0.001, 0.003, 0.01, 0.02, 0.03])
async def test_a_run_cancelled_at_any_moment_leaves_nothing(
    each_sandbox: BubblewrapSandbox, copy: Path, after: float
) -> None:
    descriptors, seconds = open_files(), sleeping()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(after):
            await each_sandbox.run(["sleep", seconds], directory=copy, limits=SMALL)

    assert named(seconds) == []
    assert groups() == []
    assert open_files() <= descriptors + 1


async def test_runs_at_once_do_not_meet(sandbox: BubblewrapSandbox, tmp_path: Path) -> None:
    async def one(name: str) -> Outcome:
        directory = tmp_path / name
        directory.mkdir()
        program = (
            f"echo {name} > /tmp/shared; sleep 0.2; cat /tmp/shared; ls /proc > /tmp/p; grep -c ^[0-9] /tmp/p"
        )
        return await sandbox.run(["sh", "-c", program], directory=directory, limits=SMALL)

    outcomes = await asyncio.gather(one("a"), one("b"))

    assert [outcome.output for outcome in outcomes] == ["a\n3\n", "b\n3\n"]


async def test_check_finds_nothing_wrong_here(each_sandbox: BubblewrapSandbox) -> None:
    assert await each_sandbox.check() is None


async def test_groups_of_a_killed_bot_are_swept_and_those_of_a_living_one_are_not(
    sandbox: BubblewrapSandbox,
) -> None:
    hierarchy = find_hierarchy()
    assert hierarchy is not None
    names = [f"claude-bot-sandbox-{process}-0" for process in (2**22 + 1, os.getppid())]
    left = [parent / name for parent in (hierarchy.memory, hierarchy.pids) for name in names]
    for path in left:
        path.mkdir(exist_ok=True)

    await sandbox.sweep()

    assert [path.exists() for path in left] == [False, True, False, True]
    left[1].rmdir()
    left[3].rmdir()


# So much memory takes the kernel a moment to take back: its owner does not leave the group at once.
SLOW_TO_LEAVE = "held = b'x' * (96 << 20); print(flush=True); input()"


@pytest.fixture
def own_hierarchy() -> Iterator[Hierarchy]:
    """Groups of which no other bot on this machine knows."""
    found = find_hierarchy()
    assert found is not None
    name = f"claude-bot-test-{os.getpid()}"
    own = replace(found, memory=found.memory / name, pids=found.pids / name)
    for path in {own.memory, own.pids}:
        path.mkdir()
    yield own
    for path in {own.memory, own.pids}:
        path.rmdir()


@pytest.fixture
async def left(own_hierarchy: Hierarchy) -> AsyncIterator[Process]:
    """A program that still runs in the group of a bot that is dead."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SLOW_TO_LEAVE), stdin=PIPE, stdout=PIPE
    )
    assert program.stdout is not None
    await program.stdout.readline()
    parents = {own_hierarchy.memory, own_hierarchy.pids}
    groups = [parent / f"claude-bot-sandbox-{2**22 + 1}-0" for parent in parents]
    for group in groups:
        group.mkdir()
        (group / "cgroup.procs").write_text(str(program.pid))
    yield program
    with suppress(ProcessLookupError):
        program.kill()
    await program.communicate()
    for group in groups:
        with suppress(FileNotFoundError):
            group.rmdir()


async def test_a_sweep_ends_when_all_that_it_killed_is_gone(own_hierarchy: Hierarchy, left: Process) -> None:
    await sandbox_in(own_hierarchy).sweep()

    parents = {own_hierarchy.memory, own_hierarchy.pids}
    assert [group for parent in parents for group in parent.glob("claude-bot-sandbox-*")] == []
    assert await left.wait() == -signal.SIGKILL


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def groups() -> list[Path]:
    hierarchy = find_hierarchy()
    parents = {hierarchy.memory, hierarchy.pids} if hierarchy else set()
    return [group for parent in parents for group in parent.glob(f"claude-bot-sandbox-{os.getpid()}-*")]


async def appears(path: Path) -> None:
    async with asyncio.timeout(5):
        while path not in path.parent.iterdir():  # noqa: ASYNC110  a file tells nobody
            await asyncio.sleep(0.01)
