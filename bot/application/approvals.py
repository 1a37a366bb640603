"""Approvals as GitHub knows those who give them: who they are now, and which of them a change takes."""

import asyncio
from datetime import datetime

from bot.application.basing import BEYOND, base_head
from bot.application.ports import World
from bot.application.recording import amend
from bot.application.reviewers import changed_paths
from bot.domain import approving, landing, vouching
from bot.domain import events as e
from bot.domain.branch import paths_between
from bot.domain.integration import Integration
from bot.domain.policy import Permission, Role, holds, role_of
from bot.records import Actor, StepFailed


async def gate_rules(it: Integration, world: World) -> e.GateRuled:
    """Which of the repository's rules for paths hold for what its branch shows, asked of git."""
    paths = await _committed(it, world)
    rules = await asyncio.to_thread(approving.holding, it.path_rules, paths)
    return e.GateRuled(head=it.head, change=it.change, rules=rules)


async def _committed(it: Integration, world: World) -> set[str]:
    """The paths that differ between its head and where that left the base, and those that the merge changes
    there: git puts what somebody else renamed elsewhere.
    """
    began = await world.branches.began(it.repository, it.base_commit, it.head) or it.base_commit
    before = await world.sources.listing(it.repository, began)
    there = await world.sources.listing(it.repository, it.head)
    return {*paths_between(before, there), *await changed_paths(it, world)}


async def ruled_over_the_base(it: Integration, world: World, *, key: str) -> Integration:
    """The same, with the rules that hold for what is merged where its base is by now: what that has moved
    the change moves with. The gate is shut again where one of them is not met.

    Only where checks of others judge: all else is put on the new base first, and ruled with that.
    """
    if not it.path_rules or it.tester != "checks" or it.updates:
        return it
    base, known = await base_head(it.repository, it.base, world), it.ruled.rules if it.ruled else ()
    if base == it.base_commit or await _is_merged(it, world):
        return it
    paths = await _merged_over(it, base, world)
    rules = it.path_rules
    if paths is not None:
        rules = await asyncio.to_thread(approving.holding, it.path_rules, paths)
    if not {*rules} - {*known}:
        return it
    every = tuple(each for each in it.path_rules if each in known or each in rules)
    ruled = e.GateRuled(head=it.head, change=it.change, rules=every)
    return await amend(world, it.id, lambda _: [ruled], key=f"{key}:rule")


async def _merged_over(it: Integration, base: str, world: World) -> set[str] | None:
    """The paths that the merge changes there; None where that cannot be known: then every rule holds."""
    began = await world.branches.began(it.repository, base, it.head)
    try:
        put = await world.sources.merge(
            it.repository, base=began or it.base_commit, ours=it.head, theirs=base
        )
    except StepFailed as failure:
        if failure.code not in BEYOND:
            raise
        return None
    return {each.path for each in put.edits}


async def _is_merged(it: Integration, world: World) -> bool:
    found = await world.pulls.get(it.repository, it.pull_request or 0)
    return landing.is_merged(it, found)


async def vouched(
    it: Integration, by: Actor, head: str, role: Role, world: World, *, said_at: datetime | None
) -> e.Approved:
    """The approval with who gives it: their role, their teams as far as its rules ask for them."""
    rules = [each.rule for each in it.rules_standing]
    teams, unasked = await _teams_of(it, by, rules, world)
    return e.Approved(
        by=by,
        head=head,
        deploys=holds(role, Permission.DEPLOY),
        role=role.value,
        teams=teams,
        unasked=unasked,
        until=vouching.until(it, now=world.clock.now(), said_at=said_at),
    )


async def _teams_of(
    it: Integration, by: Actor, rules: list[e.PathRule], world: World
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the teams that are named those that the person is in, and those of which that cannot be known."""
    found = {
        team: await world.repositories.is_in_team(it.repository, by, team)
        for team in approving.teams_named(rules)
    }
    member_of = tuple(team for team, is_in in found.items() if is_in)
    return member_of, tuple(team for team, is_in in found.items() if is_in is None)


async def without_lapsed(it: Integration, world: World, *, key: str) -> Integration:
    """The same, without approvals that are over by now; the gate is shut again where others are missing.

    What is merged already, although that is not written down yet, stays as it was approved.
    """
    now = world.clock.now()
    if not vouching.lapse(it, now=now):
        return it
    if await _is_merged(it, world):
        return it
    return await amend(world, it.id, lambda it: vouching.lapse(it, now=now), key=f"{key}:lapse")


async def check_rules(it: Integration, world: World) -> None:
    """Raise StepFailed where a rule is met no more by what its approvers are now."""
    rules = [each.rule for each in it.rules_standing]
    if not rules:
        return
    roles, teams = dict[int, str](), dict[int, tuple[str, ...]]()
    for given in it.approvals:
        role = role_of(await world.repositories.role_name(it.repository, given.by))
        roles[given.by.id] = role.value if role is not None else ""
        teams[given.by.id], _ = await _teams_of(it, given.by, rules, world)
    if lacking := vouching.lacking(it, roles, teams):
        raise StepFailed("approver_lost_access", ", ".join(each.rule.path for each in lacking))
