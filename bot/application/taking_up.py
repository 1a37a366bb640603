"""Sent back from the gate: the work goes on from what stands on the branch, whoever has committed there."""

import json
from collections.abc import Sequence
from typing import Final

from bot.application.ports import World
from bot.application.recording import amend
from bot.application.texts import keep_change, keep_text, load_change, load_text
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.tree import Tree, check_change, check_edit, lay
from bot.records import FileEdit, StepFailed, TreeEntry

EXECUTABLE: Final = "100755"
FILES: Final = ("100644", EXECUTABLE)


async def take_up(it: Integration, world: World, *, key: str) -> None:
    """Note what stands there as the change so far, and what the model is told of it.

    Raises StepFailed: branch_gone, change_too_large.
    """
    head = await world.branches.head(it.repository, it.branch)
    if head is None:
        raise StepFailed("branch_gone", it.branch)
    before = await load_change(world, it, it.on_branch)
    now = before if head.sha == it.head else await _on(it, head.sha, world)
    taken_up = e.BranchTakenUp(
        head=head.sha,
        change=await keep_change(world, it, now),
        said=await _said(it, world, others=differing(before, now)),
        shared=head.sha != it.head,
    )
    await amend(world, it.id, lambda then: deciding.take_up(then, taken_up), key=key)


async def _said(it: Integration, world: World, *, others: Sequence[str]) -> str:
    text = await load_text(world, it, it.wish or "")
    return await keep_text(world, it, json.dumps({"text": text, "others": others}))


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
    """The commit as a change of the base; what may not be part of one stays on the branch, and unseen."""
    base = await world.sources.listing(it.repository, it.base_commit)
    there = await world.sources.listing(it.repository, commit)
    tree, edits = lay(base, ()), list[FileEdit]()
    for path in sorted(base.keys() | there.keys()):
        if _is_same(base.get(path), there.get(path)) or not _is_file(there.get(path)):
            continue
        edit = FileEdit(
            path=path,
            content=await world.sources.read(it.repository, commit, path),
            executable=path in there and there[path].mode == EXECUTABLE,
        )
        edits += [edit] if check_edit(tree, edit) is None else []
    _check(lay(base, edits))
    return edits


def _is_same(one: TreeEntry | None, other: TreeEntry | None) -> bool:
    return one is not None and other is not None and (one.sha, one.mode) == (other.sha, other.mode)


def _is_file(entry: TreeEntry | None) -> bool:
    """Whether it is a plain file, or none is left."""
    return entry is None or entry.mode in FILES


def _check(tree: Tree) -> None:
    if fault := check_change(tree):
        raise StepFailed("change_too_large", fault)


def _by_path(edits: Sequence[FileEdit]) -> dict[str, FileEdit]:
    return {edit.path: edit for edit in edits}
