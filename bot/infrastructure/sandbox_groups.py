"""Control groups, version 1 or 2: the kernel's own hold on a run's memory and processes."""

import asyncio
import itertools
import os
import re
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from bot.records import SandboxLimits

log = structlog.get_logger()

_NAME: Final = "claude-bot-sandbox"
_LEAF: Final = "claude-bot"
_NEEDED: Final = frozenset({"memory", "pids"})
_MIB: Final = 1024 * 1024
# What a run needs beside its program: the first process inside, and the shell's own fork.
_SPARE_PROCESSES: Final = 2
_EMPTY_WITHIN_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Where groups are made: one directory for both controllers, or one for each."""

    memory: Path
    pids: Path
    unified: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One run's group, in each hierarchy it takes."""

    memory: Path
    pids: Path
    unified: bool

    def add(self, process: int) -> None:
        """Hold this process, and all that it will start."""
        for path in self._paths():
            (path / "cgroup.procs").write_text(str(process))

    def struck_by_memory(self) -> bool:
        """Whether the kernel had to kill for memory."""
        file = "memory.events" if self.unified else "memory.oom_control"
        return _counter(self.memory / file, "oom_kill") > 0

    def refused_forks(self) -> int:
        """How often a process could not be started because there were too many."""
        return _counter(self.pids / "pids.events", "max")

    def processes(self) -> list[int]:
        with suppress(OSError):
            return [int(line) for line in (self.pids / "cgroup.procs").read_text().split()]
        return []

    async def close(self) -> None:
        """Kill what is left and take the group away."""
        await _take_away(self._paths(), within=_EMPTY_WITHIN_SECONDS)

    def _paths(self) -> Iterator[Path]:
        yield self.memory
        if not self.unified:
            yield self.pids


class Groups:
    """Makes a group for each run, and sweeps away those of a bot that was killed."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._numbers = itertools.count()

    def create(self, limits: SandboxLimits) -> Group:
        """A group with these limits. Raises OSError where the kernel will not have it."""
        name = f"{_NAME}-{os.getpid()}-{next(self._numbers)}"
        at = self._hierarchy
        group = Group(memory=at.memory / name, pids=at.pids / name, unified=at.unified)
        for path in {group.memory, group.pids}:
            path.mkdir()
        try:
            _limit(group, limits)
        except OSError:
            for path in {group.memory, group.pids}:
                path.rmdir()
            raise
        return group

    async def sweep(self, *, within: float = _EMPTY_WITHIN_SECONDS) -> None:
        """Take away the groups of bots that live no more, and whatever still runs in them."""
        parents = {self._hierarchy.memory, self._hierarchy.pids}
        found = [path for parent in parents for path in parent.glob(f"{_NAME}-*")]
        await _take_away(
            [path for path in found if not _is_alive(int(path.name.split("-")[3]))], within=within
        )


def _limit(group: Group, limits: SandboxLimits) -> None:
    memory = str(limits.memory_mib * _MIB)
    (group.pids / "pids.max").write_text(str(limits.processes + _SPARE_PROCESSES))
    if not group.unified:
        (group.memory / "memory.limit_in_bytes").write_text(memory)
        _write_where_it_exists(group.memory / "memory.memsw.limit_in_bytes", memory)
        return
    (group.memory / "memory.max").write_text(memory)
    _write_where_it_exists(group.memory / "memory.swap.max", "0")
    _write_where_it_exists(group.memory / "memory.oom.group", "1")


def _write_where_it_exists(path: Path, value: str) -> None:
    if path.exists():
        path.write_text(value)


def _counter(path: Path, name: str) -> int:
    with suppress(OSError):
        rows = (line.split() for line in path.read_text().splitlines())
        return int(next((row[1] for row in rows if row[0] == name), "0"))
    return 0


def _removed(path: Path) -> bool:
    """One try at it: kill what runs there, then remove it; whether it is gone."""
    with suppress(OSError):
        for line in (path / "cgroup.procs").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(line), signal.SIGKILL)
    with suppress(OSError):
        path.rmdir()
    return not path.exists()


async def _take_away(paths: Iterable[Path], *, within: float) -> None:
    """Kill what runs there and remove it; what the kernel still holds after that time is told."""
    going = [*paths]
    try:
        async with asyncio.timeout(within):
            await asyncio.gather(*map(_gone, going))
    except TimeoutError:
        for name in sorted({path.name for path in going if path.exists()}):
            log.warning("sandbox_group_left", group=name)


async def _gone(path: Path) -> None:
    # A killed process is a member until it has left, and the kernel keeps the group until then.
    while not _removed(path):  # noqa: ASYNC110  the kernel tells nobody when a group is empty
        await asyncio.sleep(0.005)


def _is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def find_hierarchy() -> Hierarchy | None:
    """Where this process can make groups; None where it cannot."""
    try:
        # A directory's name may be any bytes.
        told = [
            Path(f"/proc/self/{name}").read_text(errors="surrogateescape") for name in ("mounts", "cgroup")
        ]
        return find(*told)
    except OSError:
        return None


def find(mounts: str, membership: str) -> Hierarchy | None:
    """Where groups can be made, from /proc/self/mounts and /proc/self/cgroup; None where nowhere."""
    mounted = [line.split(" ")[1:4] for line in mounts.split("\n") if line]
    unified = [Path(_unescaped(at)) for at, kind, _ in mounted if kind == "cgroup2"]
    for mount in unified:
        own = mount / _own_group(membership).removesuffix(f"/{_LEAF}").lstrip("/")
        if _controllers(own) >= _NEEDED and _delegated(own):
            return Hierarchy(memory=own, pids=own, unified=True)
    return _version_one({
        option: Path(_unescaped(at))
        for at, kind, options in mounted
        if kind == "cgroup"
        for option in options.split(",")
    })


def _version_one(mounted: Mapping[str, Path]) -> Hierarchy | None:
    # At the top and not in the bot's own group, which is another one after the next start: what a
    # killed bot left is found again.
    if not mounted.keys() >= _NEEDED:
        return None
    if not all(os.access(mounted[name], os.W_OK) for name in _NEEDED):
        return None
    return Hierarchy(memory=mounted["memory"], pids=mounted["pids"], unified=False)


def _unescaped(path: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), path)


def _own_group(membership: str) -> str:
    rows = (line.split(":", 2) for line in membership.split("\n") if line)
    return next((path for number, _, path in rows if number == "0"), "/")


def _controllers(group: Path, *, file: str = "cgroup.controllers") -> frozenset[str]:
    with suppress(OSError):
        return frozenset((group / file).read_text().split())
    return frozenset()


def _delegated(group: Path) -> bool:
    """Whether groups made in it are held: version 2 wants the bot itself to sit in a leaf for that."""
    if _controllers(group, file="cgroup.subtree_control") >= _NEEDED:
        return os.access(group, os.W_OK)
    try:
        _move_to_a_leaf(group)
        (group / "cgroup.subtree_control").write_text("+memory +pids")
    except OSError:
        return False
    return True


def _move_to_a_leaf(group: Path) -> None:
    leaf = group / _LEAF
    leaf.mkdir(exist_ok=True)
    (leaf / "cgroup.procs").write_text(str(os.getpid()))
