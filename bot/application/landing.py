"""From the open gate into the base: the approved head, tested with what it is merged with; or a wait."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog

from bot.application.basing import BaseHasIt, Over, base_head, over
from bot.application.merging import merge
from bot.application.ports import World
from bot.application.recording import amend, load
from bot.domain import events as e
from bot.domain import landing
from bot.domain.integration import Integration
from bot.domain.landing import MENDABLE
from bot.domain.policy import CannotGoOn
from bot.domain.states import State
from bot.domain.timing import is_used_up
from bot.records import PullRequest, StepFailed

log = structlog.get_logger()

FORBIDDEN: Final = "github_forbidden"
MOST_AT_ONCE: Final = 20


async def land(it: Integration, world: World, *, message: str, key: str) -> Integration:
    """Merge it; or test it anew with what has come to its base; or note for what it has to wait.

    Raises StepFailed: head_moved, base_changed, base_missing, pull_request_closed, merge_overdue.
    """
    intent = await world.effects.begin(_effect(it))
    if intent.result is not None:
        return await _note_merged(it, intent.result, world, key=key)
    found = await world.pulls.get(it.repository, it.pull_request or 0)
    if not landing.is_merged(it, found):
        _check_is_as_it_was(it, found)
        if (onto := await _moved_to(it, found, world)) is not None:
            return await _go_on(it, world, onto=onto, head=found.head, must_update=False, key=key)
    try:
        commit = await _merged(it, found, world, message=message)
    except StepFailed as no:
        return await _refused(it, no, world, key=key)
    return await _note_merged(it, commit, world, key=key)


async def _note_merged(it: Integration, commit: str, world: World, *, key: str) -> Integration:
    return await amend(world, it.id, lambda _: [e.Merged(head=it.head, commit=commit)], key=key)


def _effect(it: Integration) -> str:
    return f"merge:{it.name}:{it.head}"


def _check_is_as_it_was(it: Integration, found: PullRequest) -> None:
    """Whoever pushes to what waits for people to mend it, mends it: that is taken up, and approved anew."""
    if found.head != it.head and (not it.was_held or found.state == "closed"):
        raise StepFailed("head_moved", found.head)
    if found.base != it.base:
        raise StepFailed("base_changed", found.base)
    if found.state == "closed":
        raise StepFailed("pull_request_closed")


async def _moved_to(it: Integration, found: PullRequest, world: World) -> str | None:
    """The commit at which the base is now, where that is not what was tested."""
    base = await base_head(it.repository, it.base, world)
    if it.tester == "checks" and found.head == it.head and not it.updates:
        return None  # these judge what is pushed: whether it has to be up to date GitHub's own rules say
    return base if base != it.base_commit or found.head != it.head else None


async def _merged(it: Integration, found: PullRequest, world: World, *, message: str) -> str:
    """The commit that the base got: by an earlier try or whoever merged exactly that, else by this one."""
    commit = found.merge_sha if landing.is_merged(it, found) else None
    if commit is None:
        commit = await merge(it, found.number, world, head=it.head, message=message)
    await world.effects.finish(_effect(it), result=commit)
    return commit


async def _refused(it: Integration, no: StepFailed, world: World, *, key: str) -> Integration:
    """What people or time may mend is waited for; what the bot can do about it, it does."""
    if no.code in {"merge_conflict", "merge_behind"}:
        base = await base_head(it.repository, it.base, world)
        return await _go_on(it, world, onto=base, head=it.head, must_update=True, key=key)
    if no.code not in MENDABLE and not (no.code == FORBIDDEN and no.detail.startswith("merge_pull_request")):
        raise no
    code = no.code.removeprefix("merge_") if no.code in MENDABLE else "blocked"
    return await _hold(it, world, code=code, detail=no.detail, key=key)


async def _hold(it: Integration, world: World, *, code: str, detail: str, key: str) -> Integration:
    records, now = await world.log.read(it.id), world.clock.now()
    if it.state is State.DEPLOYING and landing.is_overdue(records, now=now):
        raise StepFailed("merge_overdue", detail or code)
    return await amend(world, it.id, lambda it: landing.hold(it, code=code, detail=detail), key=key)


async def _go_on(
    it: Integration, world: World, *, onto: str, head: str, must_update: bool, key: str
) -> Integration:
    """Over the base's new commit: back to the model, or to the tests; where neither helps it waits."""
    if landing.is_busy(it, most=world.rules.base_rounds):
        return await _hold(it, world, code="busy", detail="", key=key)
    try:
        found = await over(it, world, onto=onto, head=head, must_update=must_update)
    except CannotGoOn as no:
        return await _hold(it, world, code="conflict", detail=no.why, key=key)
    if found.moved.conflicts and (left := await _held_back(it, world, now=world.clock.now())):
        return await _hold(it, world, code="conflict", detail=left, key=key)
    return await _note(it, found, world, key=key)


async def _held_back(it: Integration, world: World, *, now: datetime) -> str:
    is_over = is_used_up(it, await world.log.read(it.id), now=now)
    return landing.held_back(it, most=world.rules.conflict_rounds, is_over_time=is_over)


async def _note(it: Integration, found: Over, world: World, *, key: str) -> Integration:
    def decide(now: Integration) -> list[e.Event]:
        return landing.go_on_over(now, found.moved, files=found.files)

    return await amend(world, it.id, decide, key=key)


async def check_not_merged(it: Integration, *, key: str, world: World) -> None:
    """What is to be merged may be so already, and nobody wrote it down yet: then it goes on, unchanged.

    Raises MergedMeanwhile.
    """
    if not it.is_to_be_merged:
        return
    if landing.is_merged(it, await world.pulls.get(it.repository, it.pull_request or 0)):
        await note_change(it.id, "merged", key=key, world=world)
        raise landing.MergedMeanwhile(it.id)


async def note_push(integration_ids: Sequence[str], branch: str, *, key: str, world: World) -> None:
    """Somebody pushed to a branch: what waits to be merged, perhaps for that, is tried again."""
    for integration_id in integration_ids:
        it = await load(world, integration_id)
        is_in_conflict = it.held is not None and it.held.code == "conflict"
        if branch == it.branch or (branch == it.base and is_in_conflict):
            await note_change(it.id, "push", key=f"{key}:{it.id}", world=world)


async def look_at_gates(gates: Sequence[Integration], *, key: str, world: World) -> None:
    """What their bases are now does to them. What keeps one from being looked at keeps no other from it."""
    for first in range(0, len(gates), MOST_AT_ONCE):
        some = gates[first : first + MOST_AT_ONCE]
        looks = [_look_at_one(it, world, key=f"{key}:{it.id}") for it in some]
        for failure in await asyncio.gather(*looks, return_exceptions=True):
            if failure is not None:
                raise failure


async def _look_at_one(it: Integration, world: World, *, key: str) -> None:
    """Whoever approves it hears what this could not find out."""
    try:
        await _look_at_the_gate(it, world, key=key)
    except StepFailed as failure:
        log.warning("gate_not_looked_at", integration=it.id, code=failure.code)


async def _look_at_the_gate(it: Integration, world: World, *, key: str) -> None:
    """A conflict is looked at as soon as it is there, and so is a branch that has to be up to date; one that
    is over again holds nobody.
    """
    found = await world.pulls.mergeability(it.repository, it.pull_request or 0)
    wants_update = it.updates or found.state == "behind"
    if found.head != it.head and it.held is None:
        return  # others have committed there: they send it back when they want it taken up
    if found.is_mergeable is not False and not wants_update and found.head == it.head:
        if found.is_mergeable:
            await _let_go(it, world, key=key)
        return
    base = await world.branches.head(it.repository, it.base)
    if base is None:
        return
    if base.sha == it.base_commit and found.head == it.head:
        await _let_go(it, world, key=key)
    elif not landing.is_busy(it, most=world.rules.base_rounds):
        with suppress(BaseHasIt):  # whoever approves it hears that
            await _go_on(it, world, onto=base.sha, head=found.head, must_update=wants_update, key=key)


async def _let_go(it: Integration, world: World, *, key: str) -> None:
    await amend(world, it.id, lambda now: landing.let_go(now, because="mergeable"), key=key)


async def note_change(integration_id: str, because: str, *, key: str, world: World) -> None:
    """Something happened that GitHub may have waited for: what waits to be merged is tried again."""
    await amend(world, integration_id, lambda it: landing.try_again(it, because=because), key=key)
