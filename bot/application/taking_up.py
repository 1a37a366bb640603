"""Sent back from the gate: the work goes on from what stands on the branch, whoever has committed there."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Final

from bot.application.ports import World
from bot.application.texts import keep_change, keep_text, load_change
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import CannotGoOn, NotSeen
from bot.domain.tree import LARGEST_CHANGE_BYTES, MOST_FILES, check_edit, lay
from bot.records import Actor, FileEdit, Since, TreeEntry

EXECUTABLE: Final = "100755"
FILES: Final = ("100644", EXECUTABLE)
NOTHING_NEW: Final = Since(only_added=True, authors=())


async def taken_up(
    it: Integration, world: World, *, by: Actor, parts: Sequence[str], seen: str | None
) -> e.ChangesRequested:
    """The wish, with what stands on the branch now as the change so far.

    `seen` is the commit that a review was made of. Raises Denied: NotSeen where the branch is at another by
    now, CannotGoOn where it was rewritten or holds what could be no part of a change.
    """
    head = await world.branches.head(it.repository, it.branch)
    if head is None:
        raise CannotGoOn("branch_gone", it.branch)
    if seen not in {None, head.sha}:
        raise NotSeen(it.pull_request or 0)
    since = await _since(it, head.sha, world)
    before = await load_change(world, it, it.on_branch)
    now = before if head.sha == it.head else await _on(it, head.sha, world)
    said = json.dumps({"parts": parts, "others": differing(before, now)}, ensure_ascii=False)
    return e.ChangesRequested(
        by=by,
        attempt=it.attempt + 1,
        said=await keep_text(world, it, said),
        head=head.sha,
        change=await keep_change(world, it, now),
        shared=head.sha != it.head,
        authors=since.authors,
    )


async def _since(it: Integration, head: str, world: World) -> Since:
    if head == it.head:
        return NOTHING_NEW
    since = await world.branches.since(it.repository, it.head, head)
    if not since.only_added:
        raise CannotGoOn("branch_rewritten", it.branch)
    return since


def differing(before: Sequence[FileEdit], now: Sequence[FileEdit]) -> list[str]:
    """The paths at which two changes of one base differ."""
    old, new = _by_path(before), _by_path(now)
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


async def left_to_commit(it: Integration, world: World) -> list[FileEdit]:
    """What leads from the branch to the change; what it no longer touches is put back as the base has it."""
    new = _by_path(await load_change(world, it, it.change))
    if not it.branch:
        return list(new.values())
    differ = differing(await load_change(world, it, it.on_branch), list(new.values()))
    return [new.get(path) or await _as_before(it, path, world) for path in differ]


async def _as_before(it: Integration, path: str, world: World) -> FileEdit:
    listing = await world.sources.listing(it.repository, it.base_commit)
    executable = path in listing and listing[path].mode == EXECUTABLE
    content = await world.sources.read(it.repository, it.base_commit, path)
    return FileEdit(path=path, content=content, executable=executable)


async def _on(it: Integration, commit: str, world: World) -> list[FileEdit]:
    """The commit as a change of the base. Raises CannotGoOn where some of it could be no part of one."""
    base = await world.sources.listing(it.repository, it.base_commit)
    there = await world.sources.listing(it.repository, commit)
    paths = changed(base, there)
    edits = [
        FileEdit(
            path=path,
            content=await world.sources.read(it.repository, commit, path) if path in there else None,
            executable=path in there and there[path].mode == EXECUTABLE,
        )
        for path in paths
    ]
    await asyncio.to_thread(_check, base, edits)
    return edits


def changed(base: Mapping[str, TreeEntry], there: Mapping[str, TreeEntry]) -> list[str]:
    """Where two commits differ. Raises CannotGoOn where that is too much, or no plain file."""
    either = sorted(base.keys() | there.keys())
    paths = [path for path in either if _differ(base.get(path), there.get(path))]
    if len(paths) > MOST_FILES:
        raise CannotGoOn("too_many_files", f"{len(paths)}")
    if sum(there[path].size for path in paths if path in there) > LARGEST_CHANGE_BYTES:
        raise CannotGoOn("change_too_large")
    if odd := next((path for path in paths if path in there and there[path].mode not in FILES), None):
        raise CannotGoOn("not_a_file", odd)
    return paths


def _differ(one: TreeEntry | None, other: TreeEntry | None) -> bool:
    return one is None or other is None or (one.sha, one.mode) != (other.sha, other.mode)


def _check(base: Mapping[str, TreeEntry], edits: Sequence[FileEdit]) -> None:
    """Each on a tree without what is deleted: a directory may stand where a file was."""
    gone = lay(base, [edit for edit in edits if edit.content is None])
    for edit in edits:
        if fault := check_edit(gone, edit):
            raise CannotGoOn(fault, edit.path)


def _by_path(edits: Sequence[FileEdit]) -> dict[str, FileEdit]:
    return {edit.path: edit for edit in edits}
