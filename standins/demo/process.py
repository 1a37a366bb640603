"""The bot as a process of its own, met over its sockets only."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

import aiohttp

ROOT: Final = Path(__file__).resolve().parents[2]
READY_SECONDS: Final = 60.0
STOPPED_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 0.05
TAIL_LINES: Final = 15
# All that the bot is given of this environment: no setting of somebody's own bot gets into the stories.
PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


class CannotPlay(Exception):
    """The demonstration cannot go on; says why, in words for whoever started it."""


@dataclass(kw_only=True)
class Bot:
    """`python -m bot run` with these settings, its log in a file."""

    settings: Mapping[str, str]
    log: Path
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['PORT']}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**kept, **self.settings}

    async def start(self) -> None:
        """Start it in a session of its own: a Ctrl-C here is not one there."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=ROOT,
                env=self.environment,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def is_ready(self) -> None:
        """Wait until it says so itself. Raises CannotPlay with its own words where it does not."""
        deadline = monotonic() + READY_SECONDS
        while not (health := await self._health()).get("ready"):
            self.check_alive()
            if monotonic() > deadline or health.get("sandbox", "ok") != "ok":
                _, found = await self.ask("doctor")
                raise CannotPlay(f"The bot is not ready: {wrong_in(health)}\n\n{found}")
            await asyncio.sleep(LOOK_SECONDS)

    async def _health(self) -> dict[str, Any]:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as answer:
                health: dict[str, Any] = await answer.json()
                return health
        except aiohttp.ClientError:
            return {}

    def check_alive(self) -> None:
        """Raise CannotPlay where it has died: with the end of its log, if it was not ended from outside."""
        status = None if self.process is None else self.process.returncode
        if status is None:
            return
        if status < 0:
            raise CannotPlay(f"The bot was ended from outside, by {signal.Signals(-status).name}.")
        raise CannotPlay(f"The bot has ended (status {status}). Its log:\n{self.tail()}")

    def tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])

    async def ask(self, *verb: str) -> tuple[int, str]:
        """Run another verb of `python -m bot` on the same settings: its status, and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *verb),
            cwd=ROOT,
            env=self.environment,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )
        try:
            printed, _ = await process.communicate()
        except asyncio.CancelledError:
            await ended(process, seconds=0)
            raise
        return process.returncode or 0, printed.decode(errors="replace").strip()

    async def stop(self) -> None:
        """Let it finish; where it does not in time, end it and all that it started."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await ended(self.process, seconds=STOPPED_SECONDS)


def wrong_in(health: Mapping[str, Any]) -> str:
    """What of its health is not as it should be."""
    wrong = [said for said in health.values() if isinstance(said, str) and said not in {"ok", "work"}]
    return ", ".join(wrong) or "no answer"


async def ended(process: Process, *, seconds: float) -> None:
    """Wait so long for its end, then end its whole session."""
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
