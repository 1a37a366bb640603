"""Starts a program in the sandbox: blocked until it is held, then let go."""

import asyncio
import json
import os
import select
import shutil
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Final

from bot.infrastructure.finishing import finishing, in_thread
from bot.infrastructure.sandbox_annex import Annex
from bot.infrastructure.sandbox_room import arguments, become, etc_files
from bot.infrastructure.sandbox_seccomp import REFUSED, seccomp_filter
from bot.infrastructure.sandbox_watch import family
from bot.records import StepFailed

_START_WITHIN_SECONDS: Final = 20
_END_WITHIN_SECONDS: Final = 5
_STATUS_BYTES: Final = 4096
# bubblewrap goes on when its starter dies; the program must not, so it waits for a line of its own.
_ON_A_LINE: Final = ("/bin/sh", "-c", 'read -r _ && exec "$@" </dev/null', "sh")
_PIECE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program, the directory it works on, whom it runs as, and what it finds beside.

    `made_up` are files in place of those that the toolchain has there; `hidden` is what belongs to the bot
    alone, wherever it lies; `refused` are the system calls that it may not make; `annex` is what was
    installed, or is to be.
    """

    argv: Sequence[str]
    directory: Path
    user: int
    toolchain: Sequence[Path]
    memory_bytes: int
    made_up: Mapping[str, bytes] = field(default_factory=dict)
    hidden: Sequence[Path] = ()
    refused: Mapping[str, tuple[int, int]] = field(default_factory=lambda: REFUSED)
    annex: Annex | None = None

    @property
    def written(self) -> Path:
        """The directory that holds all that it may write to, and that its user is given."""
        return self.annex.top if self.annex and self.annex.is_setup else self.directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A program inside, blocked at first. `first` is the namespace's first process: all end with it."""

    process: Process
    first: int
    handle: int
    status: FileIO
    go: FileIO

    def release(self) -> None:
        """It is held now: let it run. One byte is bubblewrap's, the line is the program's."""
        self.go.write(b"\n\n")

    def kill(self) -> None:
        """Kill everything inside; bubblewrap sees that and ends by itself."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    async def output(self) -> AsyncIterator[bytes]:
        """What it says, as it comes, standard output and error together."""
        if self.process.stdout is not None:
            while said := await self.process.stdout.read(_PIECE_BYTES):
                yield said

    def exit_code(self) -> int | None:
        """The program's exit code, once all has ended; None where bubblewrap did not see it end."""
        told = (json.loads(line) for line in self.status.readlines())
        return next((int(each["exit-code"]) for each in told if "exit-code" in each), None)


@asynccontextmanager
async def started(job: Job, *, bwrap: str) -> AsyncIterator[Started]:
    """The program, blocked; nothing of it is left afterwards. Raises StepFailed("sandbox_unavailable")."""
    async with AsyncExitStack() as stack:
        yield await finishing(_begin(job, bwrap=bwrap, stack=stack))


async def _begin(job: Job, *, bwrap: str, stack: AsyncExitStack) -> Started:
    """Not to be stopped half-way: until its first process is known, nobody could end it."""
    status, telling = _pipe(stack)
    waiting, go = _pipe(stack)
    process = await _spawn(job, bwrap=bwrap, telling=telling, waiting=waiting)
    stack.push_async_callback(_ended, process)
    first = await _first(process, status)
    handle = await _handle(process, first)
    stack.callback(os.close, handle)
    stack.push_async_callback(_gone, process, first, handle)
    run = Started(process=process, first=first, handle=handle, status=status, go=go)
    stack.callback(run.kill)
    return run


def _pipe(stack: AsyncExitStack) -> tuple[FileIO, FileIO]:
    reading, writing = os.pipe()
    return stack.enter_context(FileIO(reading, "rb")), stack.enter_context(FileIO(writing, "wb"))


async def _spawn(job: Job, *, bwrap: str, telling: FileIO, waiting: FileIO) -> Process:
    program = shutil.which(bwrap)
    if program is None:
        raise StepFailed("sandbox_unavailable", f"{bwrap} is not installed")
    with _Handed() as handed, telling, waiting:
        ends = (telling.fileno(), waiting.fileno())
        room = handed.over(b"\0".join(map(os.fsencode, _options(job, handed))))
        return await asyncio.create_subprocess_exec(
            program,
            *("--json-status-fd", str(ends[0]), "--block-fd", str(ends[1]), "--args", str(room)),
            *("--", *become(job.user), *_ON_A_LINE, *job.argv),
            stdin=waiting,
            stdout=PIPE,
            stderr=STDOUT,
            env={},
            cwd="/",
            pass_fds=(*ends, *handed.descriptors),
            limit=_PIECE_BYTES,
        )


class _Handed(ExitStack):
    """Bytes that bubblewrap reads from descriptors: neither on disk nor in its command line."""

    def __init__(self) -> None:
        super().__init__()
        self.descriptors: list[int] = []

    def over(self, content: bytes) -> int:
        descriptor = os.memfd_create("claude-bot")
        self.callback(os.close, descriptor)
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        self.descriptors.append(descriptor)
        return descriptor


def _options(job: Job, handed: _Handed) -> list[str]:
    rules = seccomp_filter(refused=job.refused)
    if rules is None:
        raise StepFailed("sandbox_unavailable", "no system call filter for this kind of machine")
    files = {**etc_files(job.user), **job.made_up}
    room = arguments(
        job.directory,
        toolchain=job.toolchain,
        hidden=job.hidden,
        user=job.user,
        made_up={path: handed.over(content) for path, content in files.items()},
        memory_bytes=job.memory_bytes,
        annex=job.annex,
    )
    return [*room, "--seccomp", str(handed.over(rules))]


async def _first(process: Process, status: FileIO) -> int:
    """The first process inside, as bubblewrap tells it. Raises StepFailed with its last words."""
    watchdog = asyncio.get_running_loop().call_later(_START_WITHIN_SECONDS, _kill, process)
    try:
        told = json.loads(await in_thread(status.readline) or "{}")
    finally:
        watchdog.cancel()
    if "child-pid" not in told:
        raise StepFailed("sandbox_unavailable", await _last_words(process))
    return int(told["child-pid"])


async def _handle(process: Process, first: int) -> int:
    """A hold on the first process inside. Raises StepFailed where it is dead already: it was not let go."""
    try:
        return os.pidfd_open(first)
    except ProcessLookupError:
        raise StepFailed("sandbox_unavailable", await _last_words(process)) from None


async def _last_words(process: Process) -> str:
    said = await process.stdout.read(_PIECE_BYTES) if process.stdout else b""
    return said.decode(errors="replace").strip() or "bubblewrap ended at once"


async def _ended(process: Process) -> None:
    """Wait for bubblewrap's own end; it is not waited for for ever."""
    watchdog = asyncio.get_running_loop().call_later(_END_WITHIN_SECONDS, _kill, process)
    try:
        await finishing(process.wait())
    finally:
        watchdog.cancel()


async def _gone(process: Process, first: int, handle: int) -> None:
    """Wait until the namespace's first process is dead, and with it all others."""
    await _ended(process)
    await in_thread(partial(_wait, first, handle))


def _wait(first: int, handle: int) -> None:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll(_END_WITHIN_SECONDS * 1000)
    # Where the bot is a container's first process, this one is its own to bury.
    with suppress(ChildProcessError):
        os.waitpid(first, os.WNOHANG)


def _kill(process: Process) -> None:
    for each in reversed(family(process.pid)):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
