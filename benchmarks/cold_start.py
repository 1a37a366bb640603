"""From the start of the process to /readyz; memory and processor time of the idle bot, all five services."""

import asyncio
import os
import statistics
from pathlib import Path
from typing import Final

from benchmarks.overhead import FILES, at_once
from benchmarks.running import running_bot

RUNS: Final = 7
TARGET_SECONDS: Final = 1.2
TARGET_MIB: Final = 120
SETTLES_SECONDS: Final = 3
IDLE_SECONDS: Final = 5


def memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    resident = next(line for line in lines if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024


def processor_seconds(pid: int) -> float:
    """What a process has used so far, its own and the system's for it."""
    numbers = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


async def share_of_a_core(pid: int) -> float:
    began, used = asyncio.get_running_loop().time(), processor_seconds(pid)
    await asyncio.sleep(IDLE_SECONDS)
    return (processor_seconds(pid) - used) / (asyncio.get_running_loop().time() - began)


async def main() -> None:
    seconds, memory, shares = [], [], []
    for _ in range(RUNS):
        async with running_bot(at_once, FILES) as bot:
            seconds.append(bot.seconds_to_ready)
            await asyncio.sleep(SETTLES_SECONDS)
            memory.append(memory_mib(bot.process.pid))
            shares.append(await share_of_a_core(bot.process.pid))
    ready, idle = statistics.median(seconds), statistics.median(memory)
    print(f"cold start to /readyz: median {ready:.2f} s, most {max(seconds):.2f} s, over {RUNS} starts")
    print(f"idle memory, all five services: median {idle:.0f} MiB, most {max(memory):.0f} MiB")
    print(f"idle, of one core: median {statistics.median(shares):.1%}, most {max(shares):.1%}")
    print(f"ratio to the target of {TARGET_SECONDS} s: {ready / TARGET_SECONDS:.2f}")
    print(f"ratio to the target of {TARGET_MIB} MiB: {idle / TARGET_MIB:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
