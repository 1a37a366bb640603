"""Putting a fix on its pull request: a commit on its branch; where that may not be, a pull request more.

What comes from a fork is put on no branch of this repository: its checks would run it with their rights.
"""

import hashlib
from dataclasses import replace
from typing import Final

import structlog

from bot.application import fix_words as words
from bot.application.effects import once
from bot.application.fix_draft import At, Draft, at, keep_draft, load_draft, load_edits
from bot.application.fix_seeing import MOVED, check_stands
from bot.application.fix_writing import check_goes_on
from bot.application.ports import World
from bot.domain.policy import Permission, holds, role_of
from bot.records import StepFailed

log = structlog.get_logger()

# Where GitHub lets nobody push there, or not the App: then it is offered beside.
NOT_OURS: Final = frozenset(("branch_protected", "github_forbidden", "branch_gone"))
# No commit and no pull request: it stands in the comment, for whoever wrote the fork.
OFFERED: Final = ("", 0)


async def publish(world: World, stream: str, asked_key: str, seen: str, *, key: str) -> None:
    """Commit it, and push that, each once; or open a pull request of its own; of a fork's none of these.

    Raises StepFailed: "branch_moved" where the branch is at another commit by now.
    """
    it = await at(world, stream, asked_key, seen)
    draft = await load_draft(it, world)
    if draft.put is None:
        await keep_draft(it, replace(draft, put=await _put(it, draft, world)), world)


async def _put(it: At, draft: Draft, world: World) -> tuple[str, int]:
    if not it.seen.pull.is_from_here:
        await _check_may(it, world)
        return OFFERED
    commit = await _committed(it, draft, world)
    if await is_there(it, commit, world):
        return commit, 0
    await _check_may(it, world)
    if not it.seen.is_default and await _pushed(it, commit, world):
        return commit, 0
    return commit, await _opened(it, draft, commit, world)


async def _committed(it: At, draft: Draft, world: World) -> str:
    """On no branch yet, where it is seen by nobody: one whose answer was lost is made anew."""
    edits = await load_edits(world, it.repository, draft.change)
    message = words.commit_message(await said(it, draft, world), it.wish)

    async def find() -> str | None:
        return None

    async def make() -> str:
        made = await world.branches.commit(
            it.repository, parent=it.seen.pull.head, edits=edits, message=message, merging=it.seen.merges
        )
        return made.sha

    return await once(world, f"fix-commit:{it.name}", find=find, make=make)


async def said(it: At, draft: Draft, world: World) -> str:
    """What the model says of it."""
    return (await world.blobs.get(it.repository.id, draft.said)).decode()


async def is_there(it: At, commit: str, world: World) -> bool:
    """Whether the branch holds that commit already: an earlier try may have pushed it."""
    there = await world.branches.head(it.repository, it.seen.pull.branch)
    if there is None or there.sha == it.seen.pull.head:
        return False
    return there.sha == commit or (await world.branches.since(it.repository, commit, there.sha)).only_added


async def _check_may(it: At, world: World) -> None:
    """All that is asked before anything is changed that people see. Raises StepFailed."""
    await check_goes_on(it, world)
    role = role_of(await world.repositories.role_name(it.repository, it.wish.by))
    if not holds(role, Permission.WRITE):
        raise StepFailed("requester_lost_access", it.wish.by.login)
    await check_stands(it.wish, it.seen, world)


async def _pushed(it: At, commit: str, world: World) -> bool:
    """Never back or aside; False where nobody may, or not the App. Raises StepFailed."""
    branch = it.seen.pull.branch
    there = await world.branches.head(it.repository, branch)
    if there is not None and there.sha != it.seen.pull.head:
        raise StepFailed(MOVED, branch)
    try:
        await world.branches.move(it.repository, branch, sha=commit)
    except StepFailed as no:
        if no.code not in NOT_OURS:
            raise
        log.info("fix_not_pushed", code=no.code, detail=no.detail)
        return False
    return True


async def _opened(it: At, draft: Draft, commit: str, world: World) -> int:
    """A pull request that leads into that branch."""
    base, branch = it.seen.pull.branch, branch_of(it)
    title, body = words.stacked(await said(it, draft, world), it.wish, base)

    async def find() -> str | None:
        found = await world.pulls.find(it.repository, branch=branch)
        return None if found is None else str(found.number)

    async def make() -> str:
        await world.branches.create(it.repository, branch, sha=commit)
        opened = await world.pulls.open(it.repository, branch=branch, base=base, title=title, body=body)
        return str(opened.number)

    return int(await once(world, f"fix-pull:{it.name}", find=find, make=make))


def branch_of(it: At) -> str:
    """Its name alone tells of which pull request it is; no other fix has it."""
    return f"claude/fix-{it.wish.number}-{hashlib.sha256(it.name.encode()).hexdigest()[:10]}"
