"""What others' checks say of the commit at the gate: a fact from outside, which needs no right."""

from collections.abc import Sequence

from bot.application.check_reports import gathered
from bot.application.frozen import freezes_on
from bot.application.landing import look_at_gates, note_change
from bot.application.own_checks import judge_anew, note_progress
from bot.application.ports import World
from bot.application.recording import amend, load
from bot.application.texts import keep_text
from bot.check_records import OthersCheck
from bot.domain import checks
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.own_checks import green_names
from bot.domain.timing import is_used_up
from bot.records import Recorded, Unavailable


async def note_checks(integration_id: str, head: str, *, key: str, world: World) -> None:
    """One of them has ended on this commit: once all have, by GitHub's own list, what follows from it.

    Where they judge, it is how far they are. What is told of another commit than the one at the gate, or of
    one that others have followed by now, changes nothing. While it is frozen nothing does: they are looked at
    again once it no longer is.
    """
    past = await world.log.read(integration_id)
    it = fold(integration_id, e.decode(past))
    if await freezes_on(it.repository, world):
        return
    if it.waiting_for == "checks" and it.head == head:
        await note_progress(it, key=key, world=world)
    elif it.is_unpassed and checks.is_shown(it, head):
        await judge_anew(it, key=key, world=world)
    else:
        await _note_at_the_gate(it, head, past, key=key, world=world)


async def _note_at_the_gate(
    it: Integration, head: str, past: Sequence[Recorded], *, key: str, world: World
) -> None:
    if checks.is_about_to_be_shown(it, head):
        raise Unavailable("pull_request_being_opened")
    if it.waiting_for == "merge" and it.head == head:
        await _may_be_merged(it, head, key=key, world=world)
    if not checks.is_shown(it, head):
        return
    found = await _said_of(it, head, world)
    failed = checks.failing(found)
    if not checks.are_done(found) or not checks.is_news(it, checks.ids_of(failed)):
        return
    if not failed:
        await amend(world, it.id, lambda now: checks.succeed(now, head=head), key=key)
    elif await _stands(it, world):
        report = await gathered(it.repository, failed, world, green=green_names(found))
        said = await keep_text(world, it, report)
        is_over, most = is_used_up(it, past, now=world.clock.now()), world.rules.check_rounds

        def decide(now: Integration) -> list[e.Event]:
            ids = checks.ids_of(failed)
            return checks.fail(now, head=head, failed=ids, said=said, most=most, is_over_time=is_over)

        await amend(world, it.id, decide, key=key)


async def _said_of(it: Integration, head: str, world: World) -> Sequence[OthersCheck]:
    """What checks of others say of it, and a review of ours; where they judge, commit statuses instead.

    Nobody could approve what a reader goes on finding.
    """
    found = await world.checks.of_others(it.repository, head)
    if it.tester != "checks":
        return found
    theirs = [each for each in found if not each.is_ours]
    return [*theirs, *await world.checks.statuses(it.repository, head)]


async def look_before_approving(it: Integration, *, key: str, world: World) -> None:
    """Whoever approves what failed has perhaps seen it pass: GitHub is asked, its word may be on its way."""
    if it.is_red:
        await note_checks(it.id, it.head, key=key, world=world)


async def look_again(world: World, integration_id: str, *, key: str) -> None:
    """What was told while it was frozen was not heard, of checks and of its base: ask for it now."""
    it = await load(world, integration_id)
    await note_checks(integration_id, it.head, key=key, world=world)
    it = await load(world, integration_id)
    if it.waiting_for == "approval":
        await look_at_gates([it], key=f"{key}:base", world=world)


async def _may_be_merged(it: Integration, head: str, *, key: str, world: World) -> None:
    """Where it waits to be merged, perhaps for these: once all have ended, that is tried again."""
    found = await world.checks.of_others(it.repository, head)
    if found and checks.are_done(found):
        await note_change(it.id, "checks", key=key, world=world)


async def _stands(it: Integration, world: World) -> bool:
    """Whether the branch is still where the pull request was seen last."""
    there = await world.branches.head(it.repository, it.branch)
    return there is not None and there.sha == it.head
