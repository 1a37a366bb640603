"""Commits' files from mirrors that nobody else writes, and working copies without credentials."""

import asyncio
import fcntl
import os
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from cachetools import LRUCache

from bot.infrastructure import custody, directories
from bot.infrastructure.finishing import in_thread
from bot.infrastructure.git_changes import Comparison, is_file, written
from bot.infrastructure.git_changes import edits as edits_of
from bot.infrastructure.git_comparing import difference
from bot.infrastructure.git_copies import apply, fill
from bot.infrastructure.git_merging import merged
from bot.infrastructure.git_mirror import Damaged, Mirror, Remote
from bot.infrastructure.git_names import GONE, Named, as_it_was
from bot.infrastructure.own_disk import on_own_disk
from bot.infrastructure.resilience import Policy
from bot.infrastructure.shared import Shared, Unshared
from bot.landing_records import Merging
from bot.records import FileEdit, Repository, StepFailed, TreeEntry

T = TypeVar("T")

_ENTRIES_KEPT: Final = 60_000
# A mirror of so many single commits is cheaper made anew than kept.
_COMMITS_KEPT: Final = 500
_IGNORE_FILE_BYTES: Final = 256 * 1024
_IGNORE_BYTES: Final = 8 * 1024 * 1024
_LOOK_AGAIN_SECONDS: Final = 0.05
# A commit's files never change.
_SHARED_SECONDS: Final = 24 * 3600.0
_LARGEST_SHARED_BYTES: Final = 64 * 1024
_THERE: Final = b"+"


class GitSources:
    """Mirrors and working copies below one directory of the bot's own.

    Files of the paths that it `shares` are not looked up again by processes with another directory.

    `remote_url_of` and `token_of` say where a repository is fetched from and with what right; the token
    goes to that one fetch and is written nowhere. `named` gives a repository the name that it has by now:
    the one that was known last, or, anew, the one that is asked for.
    """

    def __init__(  # noqa: PLR0913  where, from where, and all that it works with
        self,
        data_directory: Path,
        *,
        remote_url_of: Callable[[Repository], str],
        token_of: Callable[[Repository], Awaitable[str]],
        named: Named = as_it_was,
        policy: Policy,
        shared: Shared | None = None,
        shares: Collection[str] = (),
    ) -> None:
        self._mirrors = data_directory.resolve() / "mirrors"
        self._copies = data_directory.resolve() / "copies"
        self._token_of, self._named = token_of, named
        self._policy, self._remote_url_of = policy, remote_url_of
        self._shared, self._shares = shared or Unshared(), shares
        self._locks: dict[int, asyncio.Lock] = {}
        self._listings: LRUCache[tuple[int, str], dict[str, TreeEntry]] = LRUCache(
            _ENTRIES_KEPT, getsizeof=len
        )

    async def listing(self, repository: Repository, commit: str) -> Mapping[str, TreeEntry]:
        """Every file of the commit by path; fetches it first where it is not at hand."""
        if (key := (repository.id, commit)) in self._listings:
            return self._listings[key]
        listing = await self._read(repository, commit, lambda mirror: mirror.listing(commit))
        with suppress(ValueError):  # too large to be kept
            self._listings[key] = listing
        return listing

    async def read(self, repository: Repository, commit: str, path: str) -> bytes | None:
        """One regular file's bytes, None where the commit has none there."""
        if path not in self._shares:
            return await self._file(repository, commit, path)
        key = f"file {repository.id} {commit} {path}"
        if kept := await self._shared.get(key):
            return kept.content.removeprefix(_THERE) if kept.content else None
        content = await self._file(repository, commit, path)
        if len(content or b"") <= _LARGEST_SHARED_BYTES:
            packed = b"" if content is None else _THERE + content
            await self._shared.put(key, packed, seconds=_SHARED_SECONDS)
        return content

    async def _file(self, repository: Repository, commit: str, path: str) -> bytes | None:
        entry = (await self.listing(repository, commit)).get(path)
        if entry is None or not is_file(entry):
            return None
        return (await self._blobs(repository, commit, [entry.sha]))[0]

    async def scan(
        self, repository: Repository, commit: str, paths: Sequence[str], look: Callable[[str, bytes], bool]
    ) -> None:
        """Show `look`, in a thread, one of these regular files after the other until it has seen enough."""
        listing = await self.listing(repository, commit)
        left = deque(path for path in paths if path in listing and is_file(listing[path]))

        def shown(mirror: Mirror) -> None:
            for content in mirror.blobs([listing[path].sha for path in left]):
                if not look(left.popleft(), content):
                    return

        await self._read(repository, commit, lambda mirror: in_thread(lambda: shown(mirror)))

    @asynccontextmanager
    async def working_copy(
        self, repository: Repository, commit: str, edits: Sequence[FileEdit]
    ) -> AsyncIterator[Path]:
        """A fresh directory with the commit's files and the edits, without .git or credential; gone later."""
        listing = await self.listing(repository, commit)
        with on_own_disk():
            async with self._directory() as directory:
                await self._read(repository, commit, lambda mirror: fill(directory, mirror, listing))
                await in_thread(lambda: apply(directory, edits))
                yield directory

    async def changes(self, repository: Repository, commit: str, directory: Path) -> list[FileEdit]:
        """What differs in the directory from the commit, as data; links are not followed."""
        listing = await self.listing(repository, commit)
        comparison = await in_thread(lambda: Comparison(listing, directory))
        new = await in_thread(comparison.new)
        ignored = await self._ignored(repository, commit, listing, new) if new else set()
        kept = [path for path in new if path not in ignored]
        return await in_thread(lambda: edits_of(comparison, kept))

    async def written(
        self, directory: Path, chosen: Callable[[Sequence[str]], Sequence[str]], *, limit: int
    ) -> list[bytes]:
        """What stands in the regular files there that are chosen, together at most a byte over the limit."""
        return await in_thread(lambda: written(directory, chosen, limit=limit))

    async def merge(self, repository: Repository, *, base: str, ours: str, theirs: str) -> Merging:
        """What comes of both, which parted at `base`, as a change of `theirs`.

        Raises StepFailed: merge_too_complex, change_too_large, not_a_file.
        """
        return await self._read(
            repository,
            theirs,
            lambda mirror: merged(mirror, base=base, ours=ours, theirs=theirs),
            beside=(base, ours),
        )

    async def difference(self, repository: Repository, old: str, new: str) -> bytes:
        """What leads from one commit to the other, as a unified diff.

        Raises StepFailed: diff_too_large, or as a listing does.
        """
        return await self._read(repository, new, lambda mirror: difference(mirror, old, new), beside=(old,))

    async def sweep(self) -> None:
        """Remove the working copies of bots that live no more."""
        for left in await in_thread(lambda: _orphans(self._copies)):
            await custody.remove(left)

    async def _read(
        self,
        repository: Repository,
        commit: str,
        reading: Callable[[Mirror], Awaitable[T]],
        *,
        beside: Sequence[str] = (),
    ) -> T:
        """Read from the mirror; what it lacks of these commits is fetched first, whatever is remembered of
        them, and one that is damaged is built anew.
        """
        mirror = Mirror(self._mirrors / f"{repository.id}.git")
        with on_own_disk():
            await self._have(repository, (*beside, commit), mirror)
            with suppress(Damaged):
                return await reading(mirror)
            await self._fetch(repository, commit, mirror, anew=True)
            await self._have(repository, beside, mirror)
            return await reading(mirror)

    async def _have(self, repository: Repository, commits: Sequence[str], mirror: Mirror) -> None:
        for commit in commits:
            if not mirror.holds(commit):
                await self._fetch(repository, commit, mirror)

    async def _fetch(
        self, repository: Repository, commit: str, mirror: Mirror, *, anew: bool = False
    ) -> None:
        async with self._locked(repository):
            if anew or mirror.commits() >= _COMMITS_KEPT:
                await self._discard(mirror)
            if not mirror.holds(commit):
                await self._policy.call("fetch", partial(self._attempt, repository, commit, mirror))

    async def _attempt(self, repository: Repository, commit: str, mirror: Mirror) -> None:
        """A name that leads nowhere, or elsewhere, may be an old one: that is found out, once."""
        try:
            await self._from(await self._named(repository, anew=False), commit, mirror)
        except StepFailed as failure:
            if failure.code != GONE:
                raise
            await self._from(await self._named(repository, anew=True), commit, mirror)

    async def _from(self, repository: Repository, commit: str, mirror: Mirror) -> None:
        remote = Remote(self._remote_url_of(repository), await self._token_of(repository))
        try:
            await mirror.fetch(remote, commit)
        except Damaged:
            await self._discard(mirror)
            await mirror.fetch(remote, commit)

    async def _discard(self, mirror: Mirror) -> None:
        """Out of the way first: whoever reads it meanwhile sees it whole or not at all."""
        async with self._directory() as directory:
            with suppress(FileNotFoundError):
                mirror.path.rename(directory / mirror.path.name)

    @asynccontextmanager
    async def _locked(self, repository: Repository) -> AsyncIterator[None]:
        """One fetch of a repository at a time, over all processes that share the directory."""
        self._mirrors.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with self._locks.setdefault(repository.id, asyncio.Lock()):
            with (self._mirrors / f"{repository.id}.lock").open("wb") as file:
                while not _is_got(file.fileno()):  # noqa: ASYNC110  another process lets go without a word
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                yield

    @asynccontextmanager
    async def _directory(self) -> AsyncIterator[Path]:
        self._copies.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = Path(tempfile.mkdtemp(dir=self._copies, prefix=f"{os.getpid()}-"))
        try:
            yield directory
        finally:
            await custody.remove(directory)

    async def _blobs(self, repository: Repository, commit: str, shas: Sequence[str]) -> list[bytes]:
        return await self._read(
            repository, commit, lambda mirror: in_thread(lambda: list(mirror.blobs(shas)))
        )

    async def _ignored(
        self, repository: Repository, commit: str, listing: Mapping[str, TreeEntry], paths: Sequence[str]
    ) -> set[str]:
        """Which of these the commit's own .gitignore files leave out, as git itself understands them.

        Raises StepFailed("gitignore_too_complex").
        """
        rules = [entry for entry in listing.values() if _is_ignore_file(entry)]
        if not rules:
            return set()
        if sum(entry.size for entry in rules) > _IGNORE_BYTES:
            raise StepFailed("gitignore_too_complex", f"more than {_IGNORE_BYTES} bytes")
        contents = await self._blobs(repository, commit, [entry.sha for entry in rules])
        async with self._directory() as tree:
            for entry, content in zip(rules, contents, strict=True):
                directories.write(tree, entry.path, content)
            return await self._read(repository, commit, lambda mirror: mirror.ignored(paths, tree=tree))


def _orphans(copies: Path) -> list[Path]:
    owners = {left: left.name.partition("-")[0] for left in copies.glob("*-*")}
    return [left for left, owner in owners.items() if not Path(f"/proc/{owner}").exists()]


def _is_got(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_ignore_file(entry: TreeEntry) -> bool:
    return (
        entry.path.rpartition("/")[2] == ".gitignore" and is_file(entry) and entry.size <= _IGNORE_FILE_BYTES
    )
