"""Trusted git: bare mirrors that nobody else writes, and no configuration but what stands here."""

import asyncio
import base64
import os
import re
import shutil
import signal
import subprocess
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from bot.infrastructure.finishing import finishing, in_thread
from bot.infrastructure.own_disk import trouble_said
from bot.records import StepFailed, TreeEntry, Unavailable

_MIB: Final = 1024 * 1024
_PACK_BYTES: Final = 2048 * _MIB
# Some three hundred thousand files.
_LISTING_BYTES: Final = 32 * _MIB
_SHA: Final = re.compile(r"[0-9a-f]{40}")
_NONE_IGNORED: Final = 1
IGNORING_SECONDS: Final = 10.0
_CONFIG: Final[Mapping[str, str]] = {
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "transfer.credentialsInUrl": "die",
}
# What git says when the other side, or the way to it, is at fault; the rest is the mirror's own fault.
_REFUSALS: Final = (
    (re.compile(r"not our ref|couldn't find remote ref|no such remote ref"), "commit_gone"),
    (re.compile(r"repository .*not found|returned error: (404|30[1278])"), "repository_gone"),
    (re.compile(r"died of signal 25"), "repository_too_large"),
)
_REMOTE: Final = re.compile(
    r"unable to access|could not (resolve|connect|read (username|password|from remote))"
    r"|authentication failed|returned error|rpc failed|early eof|hung up|remote error|^remote:"
    r"|disconnect|timed out|expected flush|bad line length|redirect",
    re.MULTILINE,
)


class Damaged(Unavailable):
    """The mirror is not as it was left; it is built anew from the remote."""


class GitFailed(Exception):
    """Git ended badly; what it said of it, and what it had printed."""

    def __init__(self, code: int, said: str, printed: bytes = b"") -> None:
        super().__init__(code, said)
        self.code, self.said, self.printed = code, said, printed


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a repository is fetched from, and with what right."""

    url: str
    token: str

    def config(self) -> Mapping[str, str]:
        """Git's settings for it: this one scheme, and the right for this one origin."""
        at = urlsplit(self.url)
        if at.username or not (at.scheme == "https" or (at.scheme == "http" and _is_loopback(at.hostname))):
            raise StepFailed("remote_refused", f"{at.scheme}://{at.hostname}")
        secret = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {
            f"protocol.{at.scheme}.allow": "always",
            f"http.{at.scheme}://{at.netloc}/.extraHeader": f"Authorization: Basic {secret}",
        }


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host or "").is_loopback
    return False


def check_sha(commit: str) -> str:
    """Exactly a SHA-1. Raises StepFailed("bad_commit")."""
    if not _SHA.fullmatch(commit):
        raise StepFailed("bad_commit", commit[:80])
    return commit


class Mirror:
    """One repository's mirror: single commits, each without its past."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, commit: str) -> bool:
        return (self.path / "refs" / "commits" / check_sha(commit)).is_file()

    def commits(self) -> int:
        """How many commits it keeps."""
        return sum(1 for _ in (self.path / "refs" / "commits").glob("*"))

    async def fetch(self, remote: Remote, commit: str) -> None:
        """Have this commit. Raises StepFailed where it, or the repository, is gone; Unavailable; Damaged."""
        config = remote.config()
        kept = f"+{check_sha(commit)}:refs/commits/{commit}"
        options = ("--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        try:
            await self.git("init", "--quiet", "--bare", "--template=", "--", str(self.path))
            await self.git("fetch", *options, "--end-of-options", remote.url, kept, config=config)
        except GitFailed as failure:
            raise _meaning(failure) from failure
        finally:
            self._tidy()

    def _tidy(self) -> None:
        """A fetch that was stopped leaves its half of a pack."""
        for half in (self.path / "objects" / "pack").glob("tmp_*"):
            half.unlink(missing_ok=True)

    async def listing(self, commit: str) -> dict[str, TreeEntry]:
        """Every file of the commit by path. Raises Damaged, StepFailed("repository_too_large")."""
        options = ("-r", "-z", "-l", "--full-tree", "--end-of-options")
        try:
            rows = await self.git("ls-tree", *options, check_sha(commit))
        except GitFailed as failure:
            raise Damaged("mirror_damaged", failure.said) from failure
        return await in_thread(lambda: {entry.path: entry for entry in map(_entry, rows.split(b"\0")[:-1])})

    def blobs(self, shas: Iterable[str]) -> Iterator[bytes]:
        """Their bytes, in this order; a thread's work. Raises Damaged."""
        with tempfile.TemporaryFile() as asked:
            asked.writelines(f"{sha}\n".encode() for sha in shas)
            count = asked.tell() // 41
            asked.seek(0)
            with self._batch(asked) as told:
                for _ in range(count):
                    yield _blob(told)

    @contextmanager
    def _batch(self, asked: IO[bytes]) -> Iterator[IO[bytes]]:
        command = [*self._command(), "cat-file", "--batch"]
        process = subprocess.Popen(  # noqa: S603  no shell, no word from outside
            command, stdin=asked, stdout=PIPE, stderr=DEVNULL, env=_environment(_CONFIG)
        )
        with process:
            if process.stdout is not None:
                yield process.stdout

    async def ignored(
        self, paths: Sequence[str], *, tree: Path, within: float = IGNORING_SECONDS
    ) -> set[str]:
        """Which of these the .gitignore files in that directory leave out.

        Raises StepFailed("gitignore_too_complex") where git is not done with them in so many seconds.
        """
        given = b"".join(os.fsencode(path) + b"\0" for path in paths)
        asked = ("check-ignore", "--no-index", "-z", "--stdin")
        try:
            async with asyncio.timeout(within):
                out = await self.git(*asked, before=(f"--work-tree={tree}",), given=given)
        except TimeoutError:
            raise StepFailed("gitignore_too_complex", f"not read in {within:.0f} seconds") from None
        except GitFailed as failure:
            if failure.code != _NONE_IGNORED:
                raise Damaged("mirror_damaged", failure.said) from failure
            return set()
        return {os.fsdecode(path) for path in out.split(b"\0")[:-1]}

    def _command(self) -> list[str]:
        return [shutil.which("git") or "git", f"--git-dir={self.path}"]

    async def git(
        self,
        *arguments: str,
        before: tuple[str, ...] = (),
        given: bytes = b"",
        config: Mapping[str, str] | None = None,
    ) -> bytes:
        """What git prints. Raises GitFailed."""
        command = [*self._command(), *before, *arguments]
        return await _run(command, given=given, environment=_environment({**_CONFIG, **(config or {})}))


def _environment(config: Mapping[str, str]) -> dict[str, str]:
    """All that git is told: nothing of the machine's or a user's configuration, and nobody is asked."""
    told = {"GIT_CONFIG_COUNT": str(len(config))}
    for number, (key, value) in enumerate(config.items()):
        told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return told | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": os.devnull,
        "LC_ALL": "C",
        "PATH": os.defpath,
    }


async def _run(command: Sequence[str], *, given: bytes, environment: Mapping[str, str]) -> bytes:
    # A pack, too, is a file: one that grows beyond all reason ends git.
    prlimit = shutil.which("prlimit")
    if prlimit is None or shutil.which(command[0]) is None:
        raise StepFailed("git_unavailable", "git and util-linux must be installed")
    held = (prlimit, f"--fsize={_PACK_BYTES}", "--")
    process = await asyncio.create_subprocess_exec(
        *held,
        *command,
        stdin=PIPE if given else DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env=environment,
        cwd="/",
        start_new_session=True,
    )
    try:
        out, said, _ = await asyncio.gather(
            _bounded(process.stdout), _bounded(process.stderr), _told(process.stdin, given)
        )
        code = await process.wait()
    finally:
        await finishing(_ended(process))
    if code:
        raise GitFailed(code, said.decode(errors="replace").strip(), out)
    return out


async def _bounded(stream: asyncio.StreamReader | None) -> bytes:
    heard = bytearray()
    while said := await stream.read(_MIB) if stream else b"":
        heard += said
        if len(heard) > _LISTING_BYTES:
            raise StepFailed("repository_too_large")
    return bytes(heard)


async def _told(stream: asyncio.StreamWriter | None, given: bytes) -> None:
    if stream is None:
        return
    # A process that has ended needs nothing more; uvloop says so by a RuntimeError.
    with suppress(ConnectionError, RuntimeError):
        stream.write(given)
        await stream.drain()
    stream.close()


async def _ended(process: Process) -> None:
    """Leave nothing running: git starts others, all in one session."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _meaning(failure: GitFailed) -> Exception:
    said = failure.said.lower()
    for pattern, code in _REFUSALS:
        if pattern.search(said):
            return StepFailed(code, failure.said)
    if trouble := trouble_said(said):
        return trouble
    if _REMOTE.search(said):
        return Unavailable("git_unreachable", failure.said)
    return Damaged("mirror_damaged", failure.said)


def _entry(row: bytes) -> TreeEntry:
    about, path = row.split(b"\t", 1)
    mode, _, sha, size = about.decode().split()
    return TreeEntry(path=os.fsdecode(path), mode=mode, sha=sha, size=0 if size == "-" else int(size))


def _blob(told: IO[bytes]) -> bytes:
    header = told.readline().split()
    if len(header) != 3 or header[1] != b"blob":  # noqa: PLR2004  sha, type and size
        raise Damaged("mirror_damaged", header[-1].decode() if header else "no answer")
    content = told.read(int(header[2]))
    told.read(1)
    return content
