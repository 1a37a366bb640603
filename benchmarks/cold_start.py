"""From the start of the process to /readyz, and the memory of the idle bot with all five services."""

import asyncio
import statistics
from pathlib import Path
from typing import Final

from benchmarks.overhead import FILES, at_once
from benchmarks.running import running_bot

RUNS: Final = 7
TARGET_SECONDS: Final = 1.2
TARGET_MIB: Final = 120
IDLE_SECONDS: Final = 3


def memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    resident = next(line for line in lines if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024


async def main() -> None:
    seconds, memory = [], []
    for _ in range(RUNS):
        async with running_bot(at_once, FILES) as bot:
            seconds.append(bot.seconds_to_ready)
            await asyncio.sleep(IDLE_SECONDS)
            memory.append(memory_mib(bot.process.pid))
    ready, idle = statistics.median(seconds), statistics.median(memory)
    print(f"cold start to /readyz: median {ready:.2f} s, most {max(seconds):.2f} s, over {RUNS} starts")
    print(f"idle memory, all five services: median {idle:.0f} MiB, most {max(memory):.0f} MiB")
    print(f"ratio to the target of {TARGET_SECONDS} s: {ready / TARGET_SECONDS:.2f}")
    print(f"ratio to the target of {TARGET_MIB} MiB: {idle / TARGET_MIB:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
