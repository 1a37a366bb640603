"""Single files of a commit, through the Git Data API: without a mirror, and no link is followed."""

from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from cachetools import LRUCache

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import READ
from bot.records import Repository, StepFailed, TreeEntry

_FILES: Final = ("100644", "100755")
_ENTRIES_KEPT: Final = 10_000  # about a kilobyte each


class GitHubFiles:
    """Files by commit and path. A fork's commits are there too, once a pull request shows them.

    What a commit or a tree holds never changes: GitHub is asked once, as long as there is room to keep it.
    """

    def __init__(self, app: GitHubApp) -> None:
        self._app = app
        self._trees: LRUCache[tuple[int, str], Mapping[str, Any]] = LRUCache(
            _ENTRIES_KEPT, getsizeof=lambda data: len(data["tree"])
        )

    async def find(self, repository: Repository, commit: str, path: str) -> TreeEntry | None:
        """The regular file at this path, None where there is none: a link is none."""
        *directories, name = path.split("/")
        tree = commit
        for directory in directories:
            entry = await self._entry(repository, tree, directory)
            if entry is None or entry["type"] != "tree":
                return None
            tree = entry["sha"]
        entry = await self._entry(repository, tree, name)
        if entry is None or entry["mode"] not in _FILES:
            return None
        return TreeEntry(path=path, mode=entry["mode"], sha=entry["sha"], size=entry["size"])

    async def read(self, repository: Repository, entry: TreeEntry) -> bytes:
        """Its content."""
        answer = await self._app.on(repository, READ).ask("read_blob", "git", "blobs", entry.sha)
        return b64decode(answer.data["content"])

    async def _entry(self, repository: Repository, tree: str, name: str) -> Mapping[str, Any] | None:
        data = await self._tree(repository, tree)
        found = next((each for each in data["tree"] if each["path"] == name), None)
        if found is None and data["truncated"]:
            raise StepFailed("github_answer_too_large", f"read_tree: {tree}")
        return found

    async def _tree(self, repository: Repository, tree: str) -> Mapping[str, Any]:
        if (kept := self._trees.get((repository.id, tree))) is not None:
            return kept
        answer = await self._app.on(repository, READ).ask("read_tree", "git", "trees", tree)
        with suppress(ValueError):  # too large to be kept
            self._trees[repository.id, tree] = answer.data
        return dict(answer.data)
