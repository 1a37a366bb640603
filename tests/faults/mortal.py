"""A bot that tells where it is, and dies where it is told to: a real process, really killed."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import uvloop

from bot import doors
from bot.infrastructure.redaction import LiveSecrets
from bot.infrastructure.telemetry import set_up_logs
from bot.instruments import Instruments
from bot.services import SERVICES
from bot.settings import Settings


class Fuse:
    """Writes down every point, as "before github.merge 1"; at the given ones the process is killed.

    The number counts over the whole story, whichever process passes there.
    """

    def __init__(self, trail: Path, deadly: Collection[str]) -> None:
        self._trail = os.open(trail, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._deadly = deadly
        passed = trail.read_text(encoding="utf-8").splitlines()
        self._seen = Counter(point.rpartition(" ")[0] for point in passed)

    def before(self, point: str) -> None:
        self._pass(f"before {point}")

    def after(self, point: str) -> None:
        self._pass(f"after {point}")

    def _pass(self, name: str) -> None:
        self._seen[name] += 1
        point = f"{name} {self._seen[name]}"
        os.write(self._trail, f"{point}\n".encode())
        if point in self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def live(environ: Mapping[str, str], trail: Path, deadly: Collection[str], log: Path) -> None:
    """The whole bot, until it is stopped or killed."""
    os.setsid()
    settings = Settings.read(environ)
    with log.open("a", encoding="utf-8") as stream:
        set_up_logs(level="info", form="json", secrets=LiveSecrets(), stream=stream)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(doors.serve(settings, SERVICES, Instruments(observer=Fuse(trail, deadly))))
