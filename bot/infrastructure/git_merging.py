"""Putting two commits together in a mirror, by git's own merge: nothing is checked out, no code is run."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.infrastructure.finishing import in_thread
from bot.infrastructure.git_changes import MOST_BYTES_TOGETHER, MOST_FILES, is_file
from bot.infrastructure.git_mirror import Damaged, GitFailed, Mirror
from bot.landing_records import Merging
from bot.records import FileEdit, StepFailed, TreeEntry

_CONFLICTS: Final = 1
_SECONDS: Final = 60.0
# Nobody's name and no time: the same two commits make the same marks in a file.
_NOBODY: Final = "nobody <nobody@localhost> 0 +0000"
_CONFIG: Final = {"merge.conflictStyle": "merge", "merge.renameLimit": "1000"}


async def merged(mirror: Mirror, *, base: str, ours: str, theirs: str, within: float = _SECONDS) -> Merging:
    """What comes of `ours` and `theirs`, which parted at `base`, as a change of `theirs`.

    The mirror holds single commits without their past, so what git is shown are three of the same contents
    that have one. Raises StepFailed: merge_too_complex, change_too_large, not_a_file; Damaged.
    """
    try:
        root = await _stand_in(mirror, base)
        sides = [await _stand_in(mirror, commit, parent=root) for commit in (ours, theirs)]
        async with asyncio.timeout(within):
            tree, conflicts = await _put_together(mirror, sides)
    except TimeoutError:
        raise StepFailed("merge_too_complex", f"not done in {within:.0f} seconds") from None
    except GitFailed as failure:
        raise Damaged("mirror_damaged", failure.said) from failure
    now, there = await mirror.listing(tree), await mirror.listing(theirs)
    return Merging(edits=tuple(await _edits(mirror, now, there)), conflicts=conflicts)


async def _stand_in(mirror: Mirror, commit: str, *, parent: str | None = None) -> str:
    """A commit of the same files with this past, and no other."""
    tree = (await mirror.git("rev-parse", "--verify", f"{commit}^{{tree}}")).decode().strip()
    past = f"parent {parent}\n" if parent else ""
    body = f"tree {tree}\n{past}author {_NOBODY}\ncommitter {_NOBODY}\n\n{commit}\n"
    made = await mirror.git("hash-object", "-t", "commit", "-w", "--stdin", given=body.encode())
    return made.decode().strip()


async def _put_together(mirror: Mirror, sides: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The tree of both, and at which paths they conflict."""
    try:
        told = await mirror.git(
            "merge-tree", "--write-tree", "-z", "--no-messages", *sides, config={**_CONFIG}
        )
    except GitFailed as failure:
        if failure.code != _CONFLICTS or not failure.printed:
            raise
        told = failure.printed
    tree, *rows = told.rstrip(b"\0").split(b"\0")
    paths = {row.split(b"\t", 1)[1].decode(errors="surrogateescape") for row in rows if b"\t" in row}
    return tree.decode().strip(), tuple(sorted(paths))


async def _edits(
    mirror: Mirror, now: Mapping[str, TreeEntry], there: Mapping[str, TreeEntry]
) -> Iterable[FileEdit]:
    paths = [path for path in sorted(now.keys() | there.keys()) if _differ(now.get(path), there.get(path))]
    written = [now[path] for path in paths if path in now]
    if len(paths) > MOST_FILES or sum(entry.size for entry in written) > MOST_BYTES_TOGETHER:
        raise StepFailed("change_too_large", f"{len(paths)} files")
    if odd := next((entry.path for entry in written if not is_file(entry)), None):
        raise StepFailed("not_a_file", odd)
    contents = await in_thread(lambda: list(mirror.blobs(entry.sha for entry in written)))
    held = {entry.path: content for entry, content in zip(written, contents, strict=True)}
    return [
        FileEdit(
            path=path,
            content=held.get(path),
            executable=path in now and now[path].mode == "100755",
        )
        for path in paths
    ]


def _differ(one: TreeEntry | None, other: TreeEntry | None) -> bool:
    return one is None or other is None or (one.sha, one.mode) != (other.sha, other.mode)
