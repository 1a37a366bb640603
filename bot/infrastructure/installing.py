"""What set-ups install: made once for what it was made from, kept for a while, made anew where it is gone."""

import asyncio
import fcntl
import hashlib
import json
import os
import shlex
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from cachetools import TTLCache

from bot.infrastructure import custody, directories
from bot.infrastructure.finishing import in_thread
from bot.infrastructure.own_disk import on_own_disk
from bot.infrastructure.proxy import WayOut, proxy_at
from bot.infrastructure.sandbox_annex import Annex
from bot.records import FileEdit, Outcome, SandboxLimits

Commands = Sequence[Sequence[str]]

_KEPT: Final = 20
_DONE: Final = "done.json"
_LOOK_AGAIN_SECONDS: Final = 0.05
# What failed is not tried again at once: the commands of one turn come one after the other.
_FAILED_SECONDS: Final = 60.0
_FAILED_KEPT: Final = 64


class Runner(Protocol):
    """A sandbox, as far as it is used here."""

    @property
    def kind(self) -> str: ...

    def beside(self, annex: Annex) -> "Runner": ...

    async def run(
        self, argv: Sequence[str], *, directory: Path, limits: SandboxLimits, tenant: str
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """A sandbox with what was installed; `failed` is how the set-up ended where nothing could be.

    `refused` are the ways that it was not let go, as "host:port why".
    """

    sandbox: Runner
    failed: Outcome | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One set-up, and whose it is."""

    commands: Commands
    files: Sequence[FileEdit]
    limits: SandboxLimits
    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installations:
    """Directories of installed packages below the data directory.

    Each is known by a digest of its owner, the commands and the files that these saw: nothing else was there
    for them to depend on. Nobody relies on one: whoever needs it has it made anew where it is not at hand.
    """

    sandbox: Runner
    data_directory: Path
    hosts: Collection[str]
    variables: Mapping[str, str] = field(default_factory=dict)
    out: WayOut = field(default_factory=WayOut)
    most_kept: int = _KEPT
    _failed: TTLCache[str, Furnished] = field(
        default_factory=lambda: TTLCache(_FAILED_KEPT, _FAILED_SECONDS), init=False
    )

    @property
    def _kept(self) -> Path:
        return self.data_directory.resolve() / "dependencies"

    @property
    def _making(self) -> Path:
        """Beside the working copies, where what a killed bot left is swept away."""
        return self.data_directory.resolve() / "copies"

    @asynccontextmanager
    async def furnished(
        self, commands: Commands, files: Sequence[FileEdit], *, owner: str, limits: SandboxLimits, tenant: str
    ) -> AsyncIterator[Furnished]:
        """A sandbox in which lies what these commands install; they are run where that is not at hand."""
        if not commands:
            yield Furnished(sandbox=self.sandbox)
            return
        key = self.key_of(commands, files, owner=owner)
        if key in self._failed:
            yield self._failed[key]
            return
        job = _Job(commands=commands, files=files, limits=limits, tenant=tenant)
        with on_own_disk():
            async with self._at_hand(key, job) as furnished:
                yield furnished

    def key_of(self, commands: Commands, files: Sequence[FileEdit], *, owner: str) -> str:
        """The name of what comes of it: for another owner, command or file it is another."""
        told = [
            [each.path, each.executable, hashlib.sha256(each.content or b"").hexdigest()] for each in files
        ]
        ways = [sorted(self.hosts), sorted(self.variables.items())]
        whole = json.dumps([owner, [list(each) for each in commands], sorted(told), ways])
        return hashlib.sha256(whole.encode()).hexdigest()

    @asynccontextmanager
    async def _at_hand(self, key: str, job: _Job) -> AsyncIterator[Furnished]:
        """What is kept, and nobody takes it away meanwhile; made first by one where it is not there."""
        self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            async with self._locked(key, fcntl.LOCK_SH):
                if (found := self._found(key)) is not None:
                    yield found
                    return
            async with self._locked(key, fcntl.LOCK_EX):
                failed = self._failed.get(key)  # whoever waited for it need not try it once more
                if failed is None and self._found(key) is None:
                    failed = await self._make(key, job)
                if failed is not None:
                    self._failed[key] = failed
                    break
            await self._thin_out(spare=key)
        yield failed

    def _found(self, key: str) -> Furnished | None:
        """What is kept under that name, marked as used now."""
        try:
            told = json.loads((self._kept / key / _DONE).read_text(encoding="utf-8"))
            os.utime(self._kept / key / _DONE)
        except (OSError, ValueError):
            return None
        annex = Annex(top=self._kept / key, has_modules=told["has_modules"], variables=self.variables)
        return Furnished(sandbox=self.sandbox.beside(annex), refused=tuple(told["refused"]))

    async def _make(self, key: str, job: _Job) -> Furnished | None:
        """Run the commands on their files; what they leave is kept, or how they failed is told."""
        async with self._directory() as top, self._directory() as door:
            annex = Annex(top=top, socket=door / "socket", variables=self.variables)
            await in_thread(lambda: _lay(annex, job.files))
            async with proxy_at(door / "socket", self.hosts, out=self.out) as proxy:
                outcome = await self._run(annex, job)
            refused = tuple(proxy.refused)
            if outcome.status != 0:
                return Furnished(sandbox=self.sandbox, failed=outcome, refused=refused)
            await self._keep(key, annex, refused)
        return None

    async def _run(self, annex: Annex, job: _Job) -> Outcome:
        """One command after the other, until one fails; together they have the time of one run."""
        sandbox, outcomes = self.sandbox.beside(annex), list[Outcome]()
        for command in job.commands:
            left = job.limits.seconds - int(sum(each.seconds for each in outcomes))
            limits, directory = replace(job.limits, seconds=max(1, left)), _repository(annex)
            outcomes += [await sandbox.run(command, directory=directory, limits=limits, tenant=job.tenant)]
            if outcomes[-1].status != 0:
                break
        said = "".join(map(_said, job.commands, outcomes))
        seconds = sum(each.seconds for each in outcomes)
        return replace(outcomes[-1], output=said, seconds=seconds, during="setup")

    async def _keep(self, key: str, annex: Annex, refused: Sequence[str]) -> None:
        """Make it ours, readable and written by nobody; it is there at once as a whole."""
        await custody.remove(_repository(annex))
        await in_thread(lambda: custody.take(annex.top))
        told = {"has_modules": any(annex.modules.iterdir()), "refused": refused}
        (annex.top / _DONE).write_text(json.dumps(told), encoding="utf-8")
        async with self._directory() as away:
            with suppress(FileNotFoundError):
                (self._kept / key).rename(away / key)
            annex.top.rename(self._kept / key)

    async def _thin_out(self, *, spare: str) -> None:
        """Take away what was used least lately, as far as nobody uses it now."""
        marks = {path.parent: path.stat().st_mtime for path in self._kept.glob(f"*/{_DONE}")}
        oldest = sorted(marks, key=lambda path: marks[path])
        for path in oldest[: max(0, len(oldest) - self.most_kept)]:
            if path.name != spare:
                await self._drop(path)

    async def _drop(self, path: Path) -> None:
        with _lock_file(self._lock_of(path.name)) as lock:
            if _is_got(lock, fcntl.LOCK_EX):
                async with self._directory() as away:
                    await in_thread(lambda: path.rename(away / path.name))

    @asynccontextmanager
    async def _locked(self, key: str, kind: int) -> AsyncIterator[None]:
        """Over all processes that share the directory."""
        with _lock_file(self._lock_of(key)) as lock:
            while not _is_got(lock, kind):  # noqa: ASYNC110  another process lets go without a word
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            yield

    def _lock_of(self, key: str) -> Path:
        return self._kept / f"{key}.lock"

    def _directory(self) -> AbstractAsyncContextManager[Path]:
        return _fresh(self._making)


@asynccontextmanager
async def _fresh(above: Path) -> AsyncIterator[Path]:
    """A directory that nobody else enters, gone afterwards where it was not moved away."""
    directory = _made(above)
    try:
        yield directory
    finally:
        await custody.remove(directory)


def _made(above: Path) -> Path:
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=above, prefix=f"{os.getpid()}-"))


def _said(command: Sequence[str], outcome: Outcome) -> str:
    return f"$ {shlex.join(command)}\n{outcome.output}"


def _repository(annex: Annex) -> Path:
    return annex.top / "repository"


def _lay(annex: Annex, files: Sequence[FileEdit]) -> None:
    """The files that the commands may see, and the empty places for what they leave."""
    for place in (_repository(annex), annex.installed, annex.modules):
        place.mkdir()
    for each in files:
        directories.write(_repository(annex), each.path, each.content or b"", executable=each.executable)
    with suppress(FileExistsError):
        (_repository(annex) / annex.modules.name).mkdir()


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    with path.open("wb") as file:
        yield file.fileno()


def _is_got(descriptor: int, kind: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        return True
    return False
