"""The base has moved: the change is put on its new commit, by git where it can, else by the model."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from bot.application.conflicts import report_of
from bot.application.ports import World
from bot.application.taking_up import NOTHING_NEW, change_at
from bot.application.texts import keep_change, keep_text
from bot.domain import events as e
from bot.domain.branch import check_size, check_whole
from bot.domain.integration import Integration
from bot.domain.paths import kept_back
from bot.domain.policy import CannotGoOn
from bot.landing_records import Merging
from bot.records import FileEdit, Repository, Since, StepFailed, Unavailable

STALE_SECONDS: Final = 5.0
# What no merge by itself can deal with: a person has to.
BEYOND: Final = ("merge_too_complex", "change_too_large", "not_a_file")


class BaseHasIt(StepFailed):
    """The base holds all of the change by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The change over the new commit of its base, as a fact, and how many files it holds."""

    moved: e.BaseMoved
    files: int


async def over(it: Integration, world: World, *, onto: str, head: str, must_update: bool) -> Over:
    """The change that stands at this head, over that commit of the base.

    What was approved stays so where nothing but the base has moved and nobody wants the branch to hold it.
    Raises CannotGoOn where a person has to put them together; BaseHasIt; Unavailable where GitHub's answers
    do not fit together yet.
    """
    since = await _since(it, head, world)
    began = await world.branches.began(it.repository, onto, head)
    if began is None:
        raise CannotGoOn("nothing_in_common", it.base)
    if began == head:  # it was merged a moment ago
        raise Unavailable("github_stale", it.base, retry_after=STALE_SECONDS)
    on_new = replace(it, base_commit=onto)
    put = await _put_together(on_new, world, began=began, head=head, onto=onto)
    if not put.edits:
        raise BaseHasIt("base_has_it")
    if odd := kept_back(put.conflicts, not_secret=it.not_secret):
        raise CannotGoOn("secret_conflict", odd[0])
    said = (
        await report_of(it.repository, world, put, began=began, head=head, onto=onto) if put.conflicts else ""
    )
    moved = e.BaseMoved(
        attempt=it.attempt + 1,
        base_commit=onto,
        head=head,
        change=await keep_change(world, on_new, list(put.edits)),
        said=await keep_text(world, it, said) if said else "",
        conflicts=len(put.conflicts),
        merges=began != onto,
        keeps=not (put.conflicts or must_update or it.updates or head != it.head or not it.approved),
        shared=head != it.head,
        authors=since.authors,
    )
    return Over(moved=moved, files=len(put.edits))


async def base_head(repository: Repository, base: str, world: World) -> str:
    """Where a base is now. Raises StepFailed("base_missing")."""
    head = await world.branches.head(repository, base)
    if head is None:
        raise StepFailed("base_missing", base)
    return head.sha


async def _since(it: Integration, head: str, world: World) -> Since:
    if head == it.head:
        return NOTHING_NEW
    since = await world.branches.since(it.repository, it.head, head)
    if not since.only_added:
        raise CannotGoOn("branch_rewritten", it.branch)
    return since


async def _put_together(it: Integration, world: World, *, began: str, head: str, onto: str) -> Merging:
    """Both, as a change of the base's new commit; where the branch holds that already, what stands there."""
    if began == onto:
        return Merging(edits=tuple(await change_at(it, head, world)))
    try:
        put = await world.sources.merge(it.repository, base=began, ours=head, theirs=onto)
    except StepFailed as failure:
        if failure.code in BEYOND:
            raise CannotGoOn(failure.code, failure.detail) from failure
        raise
    await _check(it, put.edits, world)
    return put


async def _check(it: Integration, edits: tuple[FileEdit, ...], world: World) -> None:
    check_size(edits)
    base = await world.sources.listing(it.repository, it.base_commit)
    await asyncio.to_thread(check_whole, base, edits)
