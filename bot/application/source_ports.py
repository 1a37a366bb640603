"""A commit's files, as the application needs them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from bot.landing_records import Merging
from bot.records import FileEdit, Repository, TreeEntry


class Sources(Protocol):
    """A commit's files from a mirror that nobody else writes; working copies without credentials."""

    async def listing(self, repository: Repository, commit: str) -> Mapping[str, TreeEntry]:
        """Every file of the commit by path; fetches it first where it is not at hand."""

    async def read(self, repository: Repository, commit: str, path: str) -> bytes | None: ...

    async def scan(
        self, repository: Repository, commit: str, paths: Sequence[str], look: Callable[[str, bytes], bool]
    ) -> None:
        """Show `look`, in a thread, one of these files after the other until it has seen enough."""

    def working_copy(
        self, repository: Repository, commit: str, edits: Sequence[FileEdit]
    ) -> AbstractAsyncContextManager[Path]:
        """A fresh directory of the commit's files and the edits; no .git, no credential; gone afterwards.

        Of several edits of one path the last counts.
        """

    async def changes(self, repository: Repository, commit: str, directory: Path) -> list[FileEdit]:
        """What differs in the directory from the commit, as data; links are not followed."""

    async def written(
        self, directory: Path, chosen: Callable[[Sequence[str]], Sequence[str]], *, limit: int
    ) -> list[bytes]:
        """What stands in the regular files there that are chosen by their paths, together so many bytes."""

    async def merge(self, repository: Repository, *, base: str, ours: str, theirs: str) -> Merging:
        """What comes of both, which parted at `base`, as a change of `theirs`. Raises StepFailed."""

    async def difference(self, repository: Repository, old: str, new: str) -> bytes:
        """What leads from one commit to the other, as a unified diff. Raises StepFailed."""
