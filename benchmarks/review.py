"""A large diff read and mapped, beside `unidiff`: `python -m benchmarks.review`.

unidiff is installed into an environment of its own, pinned by its hash. Each reading is a process of its own,
which tells its processor time, and how much memory it took at most beyond what it began with; both number
every line.
"""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bot.domain.diff import files_in, lines_of

BYTES: Final = 10_000_000
ROUNDS: Final = 5
TARGET_TIME: Final = 0.35
TARGET_MEMORY: Final = 0.6
TARGET_HELD_MS: Final = 20.0
UNIDIFF: Final = (
    "unidiff==1.0.1 --hash=sha256:5e2ca461eda8a4c761ad0922e3e8a65742f359dc60301a3a055b70fd7c158680\n"
)
MEASURED: Final = """
import json, sys, time
{load}
def peak():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) / 1024
before = peak()
with open(sys.argv[1], "rb") as file:
    diff = file.read()
began = time.process_time()
{read}
print(json.dumps([time.process_time() - began, peak() - before, count]))
"""
OURS: Final = MEASURED.format(
    load="from bot.domain.diff import files_in, lines_of",
    read="""
count = 0
for it in files_in(diff):
    for hunk in it.hunks:
        count += len(lines_of(diff, hunk))
""",
)
THEIRS: Final = MEASURED.format(
    load="from unidiff import PatchSet",
    read="""
count = sum(1 for it in PatchSet(diff.decode()) for hunk in it for line in hunk)
""",
)


def made(seed: int = 1) -> bytes:
    """A diff of about so many bytes, of files with several hunks each, always the same."""
    return b"".join(_files(random.Random(seed)))  # noqa: S311  no secret


def _files(chance: random.Random) -> Iterator[bytes]:
    size = nth = 0
    while size < BYTES:
        name = f"src/package_{nth % 40}/module_{nth}.py"
        head = (
            f"diff --git a/{name} b/{name}\nindex 1{nth:06}..2{nth:06} 100644\n--- a/{name}\n+++ b/{name}\n"
        )
        part = head + "".join(_hunks(chance))
        size, nth = size + len(part), nth + 1
        yield part.encode()


def _hunks(chance: random.Random) -> Iterator[str]:
    left = right = 1
    for nth in range(chance.randint(1, 12)):
        signs = chance.choices(" +-", k=chance.randint(5, 60))
        lines = [
            f"{sign}    value_{at} = compute(things, {at})  # part {nth}\n" for at, sign in enumerate(signs)
        ]
        lefts, rights = (sum(sign != other for sign in signs) for other in "+-")
        yield f"@@ -{left},{lefts} +{right},{rights} @@ def part_{nth}():\n" + "".join(lines)
        left, right = left + lefts + 9, right + rights + 9


def measured(python: str, program: str, diff: Path) -> tuple[float, float, int]:
    """Seconds, mebibytes, lines."""
    ran = subprocess.run([python, "-c", program, str(diff)], check=True, capture_output=True, cwd=Path.cwd())
    seconds, mebibytes, lines = json.loads(ran.stdout)
    return seconds, mebibytes, lines


def read(diff: bytes) -> int:
    return sum(len(lines_of(diff, hunk)) for file in files_in(diff) for hunk in file.hunks)


def nothing(diff: bytes) -> None:
    """As long as reading takes, for comparison: others may keep the loop from its work as well."""
    threading.Event().wait(len(diff) / 50_000_000)


async def longest_hold(work: Callable[[bytes], object], diff: bytes) -> float:
    """For how many milliseconds the event loop was kept from its work while a thread did this."""
    loop, longest = asyncio.get_running_loop(), 0.0
    await asyncio.to_thread(int)  # there is a thread by now
    done = asyncio.ensure_future(asyncio.to_thread(work, diff))
    while not done.done():
        began = loop.time()
        await asyncio.sleep(0)
        longest = max(longest, loop.time() - began)
    return longest * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        diff = where / "large.diff"
        diff.write_bytes(made())
        theirs = str(where / "unidiff/bin/python")
        venv.create(where / "unidiff", with_pip=True)
        (where / "pinned.txt").write_text(UNIDIFF, encoding="ascii")
        pip = [theirs, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(where / "pinned.txt")]
        subprocess.run(pip, check=True)
        found = [
            (measured(sys.executable, OURS, diff), measured(theirs, THEIRS, diff)) for _ in range(ROUNDS)
        ]
    assert len({each[2] for pair in found for each in pair}) == 1, "both have to see the same lines"
    for place, unit in ((0, "s"), (1, "MiB")):
        ours, others = (statistics.median(pair[side][place] for pair in found) for side in (0, 1))
        ratios = sorted(pair[0][place] / pair[1][place] for pair in found)
        target = TARGET_TIME if place == 0 else TARGET_MEMORY
        print(f"ours {ours:.3f} {unit}, unidiff {others:.3f} {unit}; ratio {statistics.median(ratios):.2f} "
              f"({ratios[0]:.2f} to {ratios[-1]:.2f}), target {target}")  # fmt: skip
    text = made()
    held, idle = (
        statistics.median(asyncio.run(longest_hold(work, text)) for _ in range(ROUNDS))
        for work in (read, nothing)
    )
    print(
        f"event loop held at most {held:.1f} ms, {idle:.1f} ms where nothing is read (medians of {ROUNDS}), "
        f"target {TARGET_HELD_MS:.0f} ms"
    )


if __name__ == "__main__":
    main()
