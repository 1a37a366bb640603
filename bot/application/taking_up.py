"""Sent back from the gate: the work goes on from what stands on the branch, whoever has committed there."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.application.ports import World
from bot.application.texts import keep_change, keep_text, load_change
from bot.domain import events as e
from bot.domain.branch import by_path, changed, check_whole, differing
from bot.domain.integration import Integration
from bot.domain.policy import CannotGoOn, NotSeen
from bot.domain.tree import lay
from bot.records import Actor, FileEdit, Since, TreeEntry

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
    it, base = await _as_merged_by_others(it, head.sha, world)
    now = before if head.sha == it.head else await change_at(it, head.sha, world)
    said = json.dumps({"parts": parts, "others": differing(before, now)}, ensure_ascii=False)
    return e.ChangesRequested(
        by=by,
        attempt=it.attempt + 1,
        said=await keep_text(world, it, said),
        head=head.sha,
        change=await keep_change(world, it, now),
        shared=head.sha != it.head,
        authors=since.authors,
        base_commit=base,
    )


async def _as_merged_by_others(it: Integration, head: str, world: World) -> tuple[Integration, str]:
    """Whoever commits to the branch may merge the base into it: the change is one of that, then."""
    began = None if head == it.head else await world.branches.began(it.repository, it.base, head)
    if began in {None, it.base_commit}:
        return it, ""
    return replace(it, base_commit=began), began


async def _since(it: Integration, head: str, world: World) -> Since:
    if head == it.head:
        return NOTHING_NEW
    since = await world.branches.since(it.repository, it.head, head)
    if not since.only_added:
        raise CannotGoOn("branch_rewritten", it.branch)
    return since


async def left_to_commit(it: Integration, world: World) -> list[FileEdit]:
    """What leads from the branch to the change; what it no longer touches is put back as the base has it.

    Where the base has to be merged into it, what leads from that to the change.
    """
    new = by_path(await load_change(world, it, it.change))
    if not it.branch or it.merges:
        return list(new.values())
    base = await world.sources.listing(it.repository, it.base_commit)
    differ = differing(await load_change(world, it, it.on_branch), new.values())
    return [new.get(path) or await as_of(it, it.base_commit, base, path, world) for path in differ]


async def change_at(it: Integration, commit: str, world: World) -> list[FileEdit]:
    """The commit as a change of the base. Raises CannotGoOn where some of it could be no part of one."""
    base = await world.sources.listing(it.repository, it.base_commit)
    there = await world.sources.listing(it.repository, commit)
    edits = [await as_of(it, commit, there, path, world) for path in changed(base, there)]
    await asyncio.to_thread(check_whole, base, edits)
    return edits


async def as_of(
    it: Integration, commit: str, listing: Mapping[str, TreeEntry], path: str, world: World
) -> FileEdit:
    """The edit that leaves at this path what the commit has there."""
    content = await world.sources.read(it.repository, commit, path)
    return FileEdit(path=path, content=content, executable=lay(listing, ()).is_executable(path))
