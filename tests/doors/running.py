"""The bot as a process of its own, met over its socket."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
BEGINS_SECONDS: Final = 60


@asynccontextmanager
async def running(environment: Mapping[str, str], *services: str, cwd: Path) -> AsyncIterator[int]:
    """`python -m bot run` with this environment and no other; the port it listens at."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", *services),
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(ROOT), "PORT": str(port)},
    )
    try:
        async with asyncio.timeout(BEGINS_SECONDS):
            await listens(process, port)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listens(process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until it does."""
    while process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError(f"it ended with {process.returncode}")
