"""The sandbox: bubblewrap with its limits. What cannot be held is not run."""

import asyncio
import os
import resource
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Literal

from bot.infrastructure.custody import give, remove
from bot.infrastructure.directories import TooDeep
from bot.infrastructure.finishing import finishing, in_thread
from bot.infrastructure.resilience import Policy
from bot.infrastructure.sandbox_annex import Annex
from bot.infrastructure.sandbox_disk import Disk
from bot.infrastructure.sandbox_groups import Group, Groups, Hierarchy
from bot.infrastructure.sandbox_room import not_hidden, without_plugins
from bot.infrastructure.sandbox_seccomp import REFUSED, REFUSED_WITHOUT_GROUPS
from bot.infrastructure.sandbox_start import Job, Started, started
from bot.infrastructure.sandbox_users import Users
from bot.infrastructure.sandbox_watch import Output, family, memory_bytes
from bot.records import Outcome, SandboxLimits, StepFailed

Ended = Literal["exited", "timeout", "memory", "processes", "output", "disk"]

_MIB: Final = 1024 * 1024
_LOOK_EVERY_SECONDS: Final = 0.1
# Looking at the disk may take this share of the time, however large the working copy is.
_LOOKING_SHARE: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 5.0
# Each may hold a file that has no name any more: they are looked at one by one.
_OPEN_FILES: Final = 2048
# A suite may meet the limit of processes once and go on; what meets it so often is a fork bomb.
_FORK_BOMB: Final = 100
_NICENESS: Final = 10
_KILLED_FOR_FILE_SIZE: Final = 128 + signal.SIGXFSZ
_TRIAL: Final = SandboxLimits(seconds=20, memory_mib=256, processes=16)


@dataclass(slots=True, kw_only=True)
class _Run:
    """One program under way: its limits, what holds it, and why it was stopped."""

    started: Started
    group: Group | None
    limits: SandboxLimits
    disk: Disk
    output: Output = field(default_factory=Output)
    stopped: Ended | None = None

    def stop(self, why: Ended) -> None:
        """Kill everything inside; the first reason counts."""
        self.stopped = self.stopped or why
        self.started.kill()

    def hold(self) -> None:
        """Put the limits on it while it is still blocked."""
        first = self.started.first
        os.setpriority(os.PRIO_PROCESS, first, _NICENESS)
        _limit(first, resource.RLIMIT_CORE, 0)
        _limit(first, resource.RLIMIT_FSIZE, self.limits.disk_mib * _MIB)
        _limit(first, resource.RLIMIT_NOFILE, _OPEN_FILES)
        if self.group:
            self.group.add(first)
            return
        _limit(first, resource.RLIMIT_NPROC, self.limits.processes)
        _limit(first, resource.RLIMIT_DATA, self.limits.memory_mib * _MIB)

    async def listen(self) -> None:
        """Take in what it says, to the end; too much of it ends it."""
        async for said in self.started.output():
            self.output.add(said)
            if self.output.seen > self.limits.output_mib * _MIB:
                self.stop("output")

    async def watch_processes(self) -> None:
        """End it when it takes more memory or processes than it may."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            if why := await in_thread(self.excess):
                self.stop(why)

    async def watch_disk(self) -> None:
        """End it when it writes more than it may."""
        clock = asyncio.get_running_loop().time
        pause = _LOOK_EVERY_SECONDS
        while True:
            await self._pause(pause)
            began = clock()
            if await in_thread(self.is_beyond_disk):
                self.stop("disk")
            pause = min(_LONGEST_PAUSE_SECONDS, (clock() - began) / _LOOKING_SHARE)

    async def _pause(self, seconds: float) -> None:
        """For so long, or until the disk fills."""
        due = asyncio.get_running_loop().time() + seconds
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            if asyncio.get_running_loop().time() >= due or await in_thread(self.disk.is_filling):
                return

    def is_beyond_disk(self) -> bool:
        return self.disk.is_beyond(self.group.processes() if self.group else family(self.started.first))

    def excess(self) -> Ended | None:
        """What it has too much of now: told by its group, or without one by looking."""
        if self.group:
            return _excess_of(self.group)
        processes = family(self.started.first)
        if len(processes) >= self.limits.processes:
            return "processes"
        return "memory" if memory_bytes(processes) > self.limits.memory_mib * _MIB else None

    def ended(self, code: int | None) -> Ended | None:
        """Why it ended; None where nobody knows."""
        if self.stopped:
            return self.stopped
        if self.group and self.group.struck_by_memory():
            return "memory"
        if code == _KILLED_FOR_FILE_SIZE or self.is_beyond_disk():
            return "disk"
        if code and self.group and self.group.refused_forks():
            return "processes"
        return None if code is None else "exited"


def _excess_of(group: Group) -> Ended | None:
    if group.struck_by_memory():
        return "memory"
    return "processes" if group.refused_forks() > _FORK_BOMB else None


def _limit(process: int, kind: int, value: int) -> None:
    resource.prlimit(process, kind, (value, value))


class BubblewrapSandbox:
    """Runs what nobody trusts: no network, no secrets, nothing of the host, and always an end.

    Memory and processes are held by control groups in that hierarchy; without one, by the limits of a
    user and by looking. The toolchain is there read-only, its `bin` directories first in PATH,
    and its pytest plugins only for a suite that names them. `hidden` is what belongs to the bot alone: it is
    not seen inside, wherever it lies.
    """

    def __init__(
        self,
        *,
        policy: Policy,
        toolchain: Sequence[Path] = (),
        hidden: Sequence[Path] = (),
        hierarchy: Hierarchy | None = None,
        bwrap: str = "bwrap",
    ) -> None:
        self._policy = policy
        self._toolchain = tuple(toolchain)
        self._hidden = tuple(hidden)
        self._groups = Groups(hierarchy) if hierarchy else None
        self._bwrap = bwrap
        self._users = Users()
        self._annex: Annex | None = None

    @property
    def kind(self) -> str:
        """What it is, and what holds memory and processes in it."""
        return f"bubblewrap, {'control groups' if self._groups else 'limits of a user'}"

    def beside(self, annex: Annex) -> "BubblewrapSandbox":
        """This very sandbox, with its limits and places, where that lies beside the working copy."""
        another = copy(self)
        another._annex = annex  # noqa: SLF001  one of this class
        return another

    async def run(
        self, argv: Sequence[str], *, directory: Path, limits: SandboxLimits, tenant: str = ""
    ) -> Outcome:
        """Run it in the directory. Raises StepFailed("sandbox_unavailable") rather than run it unheld."""
        return await self._policy.call("run", partial(self._run, argv, directory, limits), tenant=tenant)

    async def check(self) -> str | None:
        """Why nothing can be run here, found out by running `true`; None where all is well."""
        try:
            outcome = await self._trial()
        except StepFailed as failure:
            return failure.detail
        except OSError as error:  # no place for a working copy, or no tool to take it away
            return str(error)
        return None if outcome.status == 0 else f"{outcome.ended} {outcome.status}: {outcome.output}"

    async def sweep(self) -> None:
        """Take away what a killed bot left."""
        if self._groups:
            await self._groups.sweep()

    def check_hidden(self) -> None:
        """Raises StepFailed("sandbox_unavailable") where something of the bot's own would be seen inside."""
        if seen := not_hidden(self._hidden, self._toolchain):
            paths = ", ".join(map(str, seen))
            raise StepFailed("sandbox_unavailable", f"cannot be hidden from what runs inside: {paths}")

    async def _trial(self) -> Outcome:
        directory = Path(tempfile.mkdtemp(prefix="claude-bot-"))
        try:
            return await self._run(["true"], directory, _TRIAL)
        finally:
            await remove(directory)

    async def _run(self, argv: Sequence[str], directory: Path, limits: SandboxLimits) -> Outcome:
        with self._users.one() as user:
            return await self._run_as(user, argv, directory, limits)

    async def _run_as(
        self, user: int, argv: Sequence[str], directory: Path, limits: SandboxLimits
    ) -> Outcome:
        self.check_hidden()
        made_up = await in_thread(partial(without_plugins, self._toolchain))
        annex = self._annex.fitted(directory) if self._annex else None
        job = Job(
            argv=annex.through(sys.executable, argv) if annex else argv,
            directory=directory,
            user=user,
            toolchain=self._toolchain,
            memory_bytes=limits.memory_mib * _MIB,
            made_up={**made_up, **(annex.made_up() if annex else {})},
            annex=annex,
            hidden=self._hidden,
            refused=REFUSED if self._groups else REFUSED_WITHOUT_GROUPS,
        )
        disk = await in_thread(partial(_hand_over, job, limits))
        async with self._group(limits) as group, started(job, bwrap=self._bwrap) as program:
            run = _Run(started=program, group=group, limits=limits, disk=disk)
            return await _carry_out(run)

    @asynccontextmanager
    async def _group(self, limits: SandboxLimits) -> AsyncIterator[Group | None]:
        if self._groups is None:
            yield None
            return
        with _unavailable("control groups"):
            group = self._groups.create(limits)
        try:
            yield group
        finally:
            await finishing(group.close())


@contextmanager
def _unavailable(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, TooDeep) as error:
        raise StepFailed("sandbox_unavailable", f"{what}: {error}") from error


def _hand_over(job: Job, limits: SandboxLimits) -> Disk:
    """Give the working copy to the user that the program will be, and see how much it holds."""
    with _unavailable("working copy"):
        if os.geteuid() == 0:
            give(job.written, user=job.user)
        return Disk.of(job.written, size=limits.disk_mib * _MIB, entries=limits.files)


async def _carry_out(run: _Run) -> Outcome:
    """Let it run to its end, or to the end of its limits."""
    clock = asyncio.get_running_loop().time
    with _unavailable("limits"):
        run.hold()
    began = clock()
    run.started.release()
    await _to_the_end(run)
    code = run.started.exit_code()
    ended = await in_thread(partial(run.ended, code))
    if ended is None:
        raise StepFailed("sandbox_unavailable", run.output.text())
    return Outcome(
        status=code if ended == "exited" else None,
        output=run.output.text(),
        seconds=clock() - began,
        ended=ended,
    )


async def _to_the_end(run: _Run) -> None:
    timer = asyncio.get_running_loop().call_later(run.limits.seconds, run.stop, "timeout")
    try:
        async with asyncio.TaskGroup() as tasks:
            watches = [tasks.create_task(run.watch_processes()), tasks.create_task(run.watch_disk())]
            await run.listen()
            await run.started.process.wait()
            for watch in watches:
                watch.cancel()
    finally:
        timer.cancel()
