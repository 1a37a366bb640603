"""From the tested change to the gate: commit, branch, pull request, check run, each once and found again."""

from collections.abc import Awaitable, Callable

from bot.application import approval_words, words
from bot.application.approvals import gate_rules
from bot.application.effects import once
from bot.application.passports import passport_section
from bot.application.ports import World
from bot.application.recording import amend, running
from bot.application.reviewers import ask_reviewers
from bot.application.steps import (
    Standing,
    check_still_may,
    close_check,
    message_of,
    standing,
    title_and_body,
)
from bot.application.taking_up import left_to_commit
from bot.application.texts import load_tested
from bot.domain import events as e
from bot.domain import vouching
from bot.domain.branch_names import named
from bot.domain.integration import Integration
from bot.domain.policy import Permission
from bot.domain.states import State
from bot.records import StepFailed

Effect = Callable[..., Awaitable[Standing]]


async def create_pull_request(world: World, integration_id: str, *, key: str) -> Standing:
    """Commit, branch, pull request, check run, then the gate: one effect a call, each found again."""
    it = await running(world, integration_id)
    if it.state is not State.REVIEWING:
        return standing(it)  # it was sent back
    effect = missing(it)
    if effect is not None:
        return await effect(it, world, key=key)
    now = world.clock.now()
    return standing(await amend(world, it.id, lambda it: vouching.release(it, now=now), key=key))


def missing(it: Integration) -> Effect | None:
    """What is to be done next before people can decide; None where all of it is there."""
    still = (
        (not it.commit, commit),
        (not it.branch, create_branch),
        (it.head != it.commit, move_branch),
        (not it.is_ruled, _rule),
        (it.pull_request is None, _open),
        (it.described != it.head, _describe),
        (it.is_draft, _make_ready),
        (it.labels and not it.labelled, _label),
        (it.needs_reviewers, _ask_reviewers),
        (it.check_open and it.check_head != it.head, _supersede_check),
        (not it.at_gate, _open_check),
    )
    return next((effect for is_missing, effect in still if is_missing), None)


def branch_of(it: Integration) -> str:
    """The branch of an integration: its name alone tells whose it is."""
    return named(it.branch_template, issue=it.issue, integration_id=it.name)


async def commit(it: Integration, world: World, *, key: str) -> Standing:
    """The change as a commit over what stands on the branch, on no branch itself yet."""
    edits, message = await left_to_commit(it, world), await message_of(it, world)
    if it.branch and not edits and not it.merges:  # it was sent back, and is right as it is
        return standing(await amend(world, it.id, lambda _: [e.CommitMade(head=it.head, tree="")], key=key))

    async def find() -> str | None:
        return None  # on no branch yet, it is seen by nobody: what stands on the branch is somebody else's

    async def make() -> str:
        parent = it.head or it.base_commit
        made = await world.branches.commit(
            it.repository, parent=parent, edits=edits, message=message, merging=it.merges
        )
        return f"{made.sha} {made.tree}"

    on = "".join(f"{each}:" for each in (it.head, it.merges) if each)
    sha, tree = (await once(world, f"commit:{it.name}:{on}{it.change}", find=find, make=make)).split()
    return standing(await amend(world, it.id, lambda _: [e.CommitMade(head=sha, tree=tree)], key=key))


async def create_branch(it: Integration, world: World, *, key: str) -> Standing:
    """Give the commit its branch. Raises StepFailed("branch_taken")."""
    await check_still_may(it, it.requested_by, Permission.WRITE, world, otherwise="requester_lost_access")
    name = branch_of(it)

    async def find() -> str | None:
        found = await world.branches.head(it.repository, name)
        if found is not None and found.sha != it.commit:
            raise StepFailed("branch_taken", name)
        return None if found is None else found.sha

    async def make() -> str:
        await world.branches.create(it.repository, name, sha=it.commit)
        return it.commit

    head = await once(world, f"branch:{it.name}:{it.commit}", find=find, make=make)
    return standing(await amend(world, it.id, lambda _: [e.BranchCreated(branch=name, head=head)], key=key))


async def move_branch(it: Integration, world: World, *, key: str) -> Standing:
    """Move the branch on to the commit, which follows what stands there. Raises StepFailed."""
    await check_still_may(it, it.requested_by, Permission.WRITE, world, otherwise="requester_lost_access")

    async def find() -> str | None:
        found = await world.branches.head(it.repository, it.branch)
        return it.commit if found is not None and found.sha == it.commit else None

    async def make() -> str:
        await world.branches.move(it.repository, it.branch, sha=it.commit)
        return it.commit

    head = await once(world, f"branch:{it.name}:{it.commit}", find=find, make=make)
    return standing(await amend(world, it.id, lambda _: [e.BranchMoved(head=head)], key=key))


async def _described(it: Integration, world: World) -> tuple[str, str]:
    """Title and body of the pull request."""
    title, summary = await title_and_body(it, world)
    body = words.pull_request_body(
        summary=summary,
        requested_by=it.requested_by.login,
        issue=it.issue,
        integration_id=it.id,
        tests=" ".join(it.tests),
        tested=await load_tested(world, it),
        tester=it.tester,
        passport=await passport_section(world, it),
    )
    return title, body


async def _make_ready(it: Integration, world: World, *, key: str) -> Standing:
    """What was a draft while its tests were under way is one no more: reviewers are asked by that."""
    number = it.pull_request or 0

    async def find() -> str | None:
        return None if (await world.pulls.get(it.repository, number)).draft else "ready"

    async def make() -> str:
        await world.pulls.make_ready(it.repository, number)
        return "ready"

    await once(world, f"ready:{it.name}:{number}", find=find, make=make)
    ready = e.PullRequestReady(number=number)
    return standing(await amend(world, it.id, lambda _: [ready], key=key))


async def _describe(it: Integration, world: World, *, key: str) -> Standing:
    """Saying it twice changes nothing."""
    title, body = await _described(it, world)
    number = it.pull_request or 0
    shown_at = await world.pulls.describe(it.repository, number, title=title, body=body)
    described = e.PullRequestDescribed(head=it.head, shown_at=shown_at)
    return standing(await amend(world, it.id, lambda _: [described], key=key))


async def _label(it: Integration, world: World, *, key: str) -> Standing:
    """Saying it twice changes nothing; what GitHub does not take is said, and keeps nobody waiting."""
    taken = await world.pulls.label(it.repository, it.pull_request or 0, labels=it.labels)
    labelled = e.PullRequestLabelled(labels=it.labels, taken=taken)
    return standing(await amend(world, it.id, lambda _: [labelled], key=key))


async def _ask_reviewers(it: Integration, world: World, *, key: str) -> Standing:
    return standing(await ask_reviewers(it, world, key=key))


async def _open(it: Integration, world: World, *, key: str) -> Standing:
    title, body = await _described(it, world)

    async def find() -> str | None:
        found = await world.pulls.find(it.repository, branch=it.branch)
        return None if found is None else f"{found.number} {found.opened_at}"

    async def make() -> str:
        made = await world.pulls.open(it.repository, branch=it.branch, base=it.base, title=title, body=body)
        return f"{made.number} {made.opened_at}"

    number, _, opened_at = (await once(world, f"pull:{it.name}:{it.branch}", find=find, make=make)).partition(
        " "
    )
    opened = e.PullRequestCreated(number=int(number), head=it.head, opened_at=opened_at or None)
    return standing(await amend(world, it.id, lambda _: [opened], key=key))


async def _rule(it: Integration, world: World, *, key: str) -> Standing:
    """Which approvals the paths of this commit take."""
    ruled = await gate_rules(it, world)
    return standing(await amend(world, it.id, lambda _: [ruled], key=key))


async def _supersede_check(it: Integration, world: World, *, key: str) -> Standing:
    """The commit that it was about has been followed by another."""
    return await close_check(it, world, "neutral", key=key)


async def _open_check(it: Integration, world: World, *, key: str) -> Standing:
    tests, tested = " ".join(it.tests), await load_tested(world, it)
    title, summary = words.check_waiting(tests, tested, tester=it.tester)
    summary = "\n\n".join([summary, *approval_words.rules(it.rules_standing)])
    nth = "" if it.gates == 1 else f":{it.gates}"

    async def find() -> str | None:
        found = await world.checks.find(it.repository, head=it.head, external_id=it.gate)
        return None if found is None else str(found)

    async def make() -> str:
        check = await world.checks.create(
            it.repository, head=it.head, external_id=it.gate, title=title, summary=summary
        )
        return str(check)

    check = int(await once(world, f"check:{it.name}:{it.head}{nth}", find=find, make=make))
    return standing(await amend(world, it.id, lambda _: [e.CheckOpened(check=check, head=it.head)], key=key))
