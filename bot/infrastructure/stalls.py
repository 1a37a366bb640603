"""An event loop that something holds up is told of while it stands, with the place: nothing else runs."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import structlog

log = structlog.get_logger()

LONGEST_SECONDS: Final = 1.0
MOST_FRAMES: Final = 5


class LoopWatch:
    """The loop shows that it lives, again and again; a thread beside it looks whether it still does.

    `told` is given how many seconds each stall took, once that is over, in that thread.
    """

    def __init__(self, told: Callable[[float], None], *, longest: float = LONGEST_SECONDS) -> None:
        self._told, self._longest = told, longest
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._beat, self._stood = time.monotonic(), 0.0
        self._over = threading.Event()

    def begin(self) -> None:
        """Watch the running loop from now on."""
        threading.Thread(target=self._look, name="loop-watch", daemon=True).start()
        self._show()

    def end(self) -> None:
        """Watch it no more."""
        self._over.set()
        self._next.cancel()

    def _show(self) -> None:
        self._beat = time.monotonic()
        self._next = self._loop.call_later(self._longest / 4, self._show)

    def _look(self) -> None:
        """The thread's own work, until the loop is watched no more."""
        while not self._over.wait(self._longest / 4):
            stands = time.monotonic() - self._beat
            if stands >= self._longest:
                if not self._stood:
                    log.warning("loop_stalled", at=where(sys._current_frames().get(self._thread)))  # noqa: SLF001
                self._stood = stands
            elif self._stood:
                log.warning("loop_went_on", seconds=round(self._stood, 1))
                self._told(self._stood)
                self._stood = 0.0


def where(frame: FrameType | None) -> list[str]:
    """The innermost places of a stack, by file, line and function: no value of any variable."""
    places = list[str]()
    while frame is not None and len(places) < MOST_FRAMES:
        code = frame.f_code
        places.append(f"{Path(code.co_filename).name}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return places


@contextmanager
def watched_loop(told: Callable[[float], None], *, longest: float = LONGEST_SECONDS) -> Iterator[None]:
    """The running loop is watched for as long as this is open."""
    watch = LoopWatch(told, longest=longest)
    watch.begin()
    try:
        yield
    finally:
        watch.end()
