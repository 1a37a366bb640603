"""A stand-in as a process of its own: it listens until it is told to stop."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping


def tells(facts: Mapping[str, str | int]) -> None:
    """The first line printed: where it is, and how to prove oneself."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def until_told_to_stop() -> None:
    """By Ctrl-C, or by whoever started it."""
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    await stop.wait()
