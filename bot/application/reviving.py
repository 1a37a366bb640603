"""Tried again: what can be known beforehand is found out first, so that nothing is begun in vain."""

import json
from collections.abc import Callable, Sequence

from bot.application.asked import Retry
from bot.application.ports import World
from bot.application.reasons import why
from bot.application.spending import check_month
from bot.application.texts import keep_text, load_change, load_text
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import CannotRetry
from bot.domain.reviving import (
    begins_anew,
    check_may_be_retried,
    is_at_work_again,
    is_to_be_told,
    place_of,
    retry,
)
from bot.domain.states import State
from bot.domain.timing import is_used_up
from bot.records import Recorded

Decide = Callable[[Integration], list[e.Event]]


async def revived(asked: Retry, it: Integration, past: Sequence[Recorded], world: World) -> Decide:
    """The decision on what it is by then. Raises CannotRetry; StepFailed: monthly_budget, forgotten."""
    if is_at_work_again(it):
        return lambda _: []
    check_may_be_retried(it, is_over_time=is_used_up(it, past, now=world.clock.now()))
    state = place_of(it, asked.wanted)
    await _check_merge_is_gone(it, world)
    await check_month(it.repository, world)
    await _check_kept(it, state, world)
    wish = e.Retried(
        by=asked.by,
        state=state.value,
        attempt=it.attempt + 1,
        said=await _told(it, world) if is_to_be_told(it, state) else "",
        anew=begins_anew(it, state),
    )
    return lambda now: retry(now, wish)


async def _check_merge_is_gone(it: Integration, world: World) -> None:
    """What is on the base branch still cannot be made once more."""
    done = next((each for each in it.undone if each.step == "deploy"), None)
    if not it.may_be_merged or done is None or done.outcome != "needs_person":
        return
    kind, _, number = done.what.partition(":")
    if kind != "revert_opened":
        raise CannotRetry("still_merged")
    if not (await world.pulls.get(it.repository, int(number))).merged:
        raise CannotRetry("revert_open", number)


async def _check_kept(it: Integration, state: State, world: World) -> None:
    """Texts are deleted in time; without them there is nothing to go on from."""
    await load_text(world, it, it.request)
    if state is State.VALIDATING:
        return
    await load_text(world, it, it.spec)
    await load_change(world, it, it.change)
    for _, digest in it.talk:
        await load_text(world, it, digest)


async def _told(it: Integration, world: World) -> str:
    """Why what was finished came to nothing, in our words and in a person's."""
    said = None if it.rolled_back is None else it.rolled_back.why
    parts = [why(it.reason or ""), await load_text(world, it, said) if said else it.detail]
    return await keep_text(world, it, json.dumps({"parts": [part for part in parts if part]}))
