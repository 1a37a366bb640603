"""Programs that take more than they may, seen and unseen (security catalogue, SB)."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.infrastructure import custody
from bot.infrastructure.sandbox_groups import Hierarchy, find_hierarchy
from bot.records import Outcome, SandboxLimits
from tests.security.test_sandbox import sandbox_at

LIMITS = SandboxLimits(seconds=30, memory_mib=128, processes=64, files=1000, disk_mib=32, output_mib=4)
EACH_WAY = pytest.mark.parametrize("hierarchy", [find_hierarchy(), None], ids=["groups", "user limits"])
NOBODY = 65534
# All that Python needs is loaded by then: its own files may be closed to nobody.
AS_NOBODY = f"""
import asyncio, os, sys
from concurrent.futures import thread
from tests.security.test_sandbox_limits import run_anywhere
os.setgroups([])
os.setresgid({NOBODY}, {NOBODY}, {NOBODY})
os.setresuid({NOBODY}, {NOBODY}, {NOBODY})
print(asyncio.run(run_anywhere(sys.argv[1])).ended)
"""


@pytest.fixture
async def copy(tmp_path: Path) -> AsyncIterator[Path]:
    directory = tmp_path / "copy"
    directory.mkdir()
    yield directory
    await custody.remove(directory)


async def run(
    program: str, copy: Path, hierarchy: Hierarchy | None, limits: SandboxLimits = LIMITS
) -> Outcome:
    """Run this Python inside."""
    sandbox = sandbox_at(hierarchy=hierarchy, toolchain=())
    return await sandbox.run(["/usr/bin/python3", "-c", program], directory=copy, limits=limits)


async def run_anywhere(program: str) -> Outcome:
    """Run it in a directory of whoever the bot is, without control groups."""
    directory = Path(tempfile.mkdtemp(prefix="claude-bot-"))
    try:
        return await run(program, directory, None)
    finally:
        await custody.remove(directory)


async def ended_for_nobody(program: str) -> str:
    """How it ends where the bot is not root."""
    words = [sys.executable, "-c", AS_NOBODY, program]
    process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
    said, _ = await process.communicate()
    return said.decode().strip()


WAIT = "import time; time.sleep(1000)"
SEEN = f"""
for number in range(5):
    with open(f"f{{number}}", "wb") as file: file.write(bytes(10 << 20))
{WAIT}
"""
HOLES = f"""
for number in range(5):
    with open(f"f{{number}}", "wb") as file: file.truncate(10 << 20)
{WAIT}
"""
OPEN = f"""
import os
kept = [open(f"f{{number}}", "wb") for number in range(5)]
for number, file in enumerate(kept):
    os.unlink(f"f{{number}}"); file.write(bytes(10 << 20)); file.flush()
{WAIT}
"""
MAPPED = """
import ctypes, os, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
size, number = ctypes.c_size_t, ctypes.c_int
libc.mmap.argtypes = [ctypes.c_void_p, size, number, number, number, ctypes.c_long]
for number in range(24):
    file = os.open("f", os.O_RDWR | os.O_CREAT); os.unlink("f")
    os.write(file, bytes(20 << 20))
    libc.mmap(None, 4096, 1, 1, file, 0); os.close(file)
    time.sleep(.3)
"""
SENT = """
import array, os, socket, time
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for number in range(24):
    file = os.open("f", os.O_RDWR | os.O_CREAT); os.unlink("f")
    os.write(file, bytes(20 << 20))
    a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [file]))]); os.close(file)
    time.sleep(.3)
"""
RUNNING = """
import os, shutil, subprocess, time
kept = []
for number in range(24):
    shutil.copy("/bin/sleep", "f"); os.chmod("f", 0o700)
    with open("f", "ab") as file: file.write(bytes(20 << 20))
    kept.append(subprocess.Popen(["./f", "1000"])); os.unlink("f")
    time.sleep(.3)
"""
CLOSED = """
import os, time
os.mkdir("d"); os.chmod("d", 0o300)
for number in range(24):
    with open(f"d/{number}", "wb") as file: file.write(bytes(20 << 20))
    time.sleep(.3)
"""
WRITTEN = {
    "seen": SEEN, "holes": HOLES, "open": OPEN, "mapped": MAPPED, "sent": SENT, "running": RUNNING,
    "closed": CLOSED,
}  # fmt: skip


@EACH_WAY
@pytest.mark.parametrize("written", WRITTEN)
async def test_sb_04_what_is_written_counts_wherever_it_hides(
    copy: Path, hierarchy: Hierarchy | None, written: str
) -> None:
    outcome = await run(WRITTEN[written], copy, hierarchy)

    assert (outcome.ended, outcome.status) == ("disk", None), outcome.output


@pytest.mark.parametrize("written", WRITTEN)
async def test_sb_04_so_it_does_for_a_bot_that_is_not_root(written: str) -> None:
    assert await ended_for_nobody(WRITTEN[written]) == "disk"


LARGE = """
import os
with open("f", "wb", buffering=0) as file:
    try:
        for _ in range(64): file.write(bytes(1 << 20))
    except OSError as error: print(error.errno)
    os.truncate("f", 0)
"""


@EACH_WAY
async def test_sb_04_the_kernel_lets_no_file_grow_beyond_the_limit(
    copy: Path, hierarchy: Hierarchy | None
) -> None:
    outcome = await run(LARGE, copy, hierarchy)

    assert (outcome.ended, outcome.output) == ("exited", "27\n")


OPENED = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE))"


@EACH_WAY
async def test_sb_04_no_process_holds_more_files_than_can_be_looked_at(
    copy: Path, hierarchy: Hierarchy | None
) -> None:
    outcome = await run(OPENED, copy, hierarchy)

    assert outcome.output == "(2048, 2048)\n"


AMONG_MANY = """
import os, time
for directory in range(30):
    os.mkdir(f"d{directory}")
    for number in range(1000): os.close(os.open(f"d{directory}/{number}", os.O_CREAT))
for number in range(80):
    with open(f"large{number}", "wb") as file: file.write(bytes(10 << 20))
    print((number + 1) * 10, flush=True)
    time.sleep(.05)
"""


async def test_sb_04_among_very_many_files_a_full_disk_is_seen_as_soon(copy: Path) -> None:
    limits = SandboxLimits(seconds=60, memory_mib=512, processes=64, disk_mib=64)

    outcome = await run(AMONG_MANY, copy, find_hierarchy(), limits)

    assert outcome.ended == "disk"
    assert int(outcome.output.split()[-1]) < 500


TAKEN = f"kept = bytearray(b'x') * (300 << 20)\n{WAIT}"
IN_TURN = f"""
import os
for _ in range(6):
    if os.fork() == 0: break
kept = bytearray(os.urandom(1)) * (40 << 20)
{WAIT}
"""
SHARED = f"""
import mmap
kept, piece = mmap.mmap(-1, 200 << 20), 4 << 20
for at in range(0, 200 << 20, piece):
    kept[at : at + piece] = bytes(piece)
    kept.madvise(mmap.MADV_DONTNEED, at, piece)
{WAIT}
"""
ANONYMOUS = f"""
import os
kept = [os.memfd_create("x") for _ in range(20)]
for file in kept: os.write(file, bytes(16 << 20))
{WAIT}
"""


HELD = {"one": TAKEN, "many": IN_TURN, "shared": SHARED, "anonymous": ANONYMOUS}


@pytest.mark.parametrize("held", HELD)
async def test_sb_04_memory_is_held_by_the_kernel(copy: Path, held: str) -> None:
    outcome = await run(HELD[held], copy, find_hierarchy())

    assert (outcome.ended, outcome.status) == ("memory", None)


@pytest.mark.parametrize("held", ["many", "shared"])
async def test_sb_04_without_groups_memory_is_looked_at(copy: Path, held: str) -> None:
    outcome = await run(HELD[held], copy, None)

    assert (outcome.ended, outcome.status) == ("memory", None)


async def test_sb_04_without_groups_the_kernel_gives_one_process_no_more(copy: Path) -> None:
    outcome = await run(TAKEN, copy, None)

    assert (outcome.ended, outcome.status) == ("exited", 1)
    assert "MemoryError" in outcome.output


UNCOUNTED = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for call in ((319, b"x", 0), (447, 0), (29, 0, 1 << 20, 0o600), (68, 0, 0o600)):
    print(libc.syscall(*call) >= 0, ctypes.get_errno())
"""


async def test_sb_04_without_groups_no_memory_is_had_that_belongs_to_no_process(copy: Path) -> None:
    outcome = await run(UNCOUNTED, copy, None)

    assert outcome.output.splitlines() == ["False 1"] * 4


NAMELESS = """
import mmap, os, time
name = os.fsencode("/repository/") + bytes([255])
with open(name, "w+b") as file:
    file.write(b"x"); file.flush()
    kept = mmap.mmap(file.fileno(), 1)
os.unlink(name)
time.sleep(1)
"""


@EACH_WAY
async def test_sb_04_a_name_that_is_no_text_keeps_nobody_from_looking(
    copy: Path, hierarchy: Hierarchy | None
) -> None:
    outcome = await run(NAMELESS, copy, hierarchy)

    assert (outcome.ended, outcome.status, outcome.output) == ("exited", 0, "")
