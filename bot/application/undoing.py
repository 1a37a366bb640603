"""Taking back what the bot made, and only that: each undo looks first, and tolerates "already gone"."""

from collections.abc import Mapping
from typing import Final

import structlog

from bot.application import words
from bot.application.basing import base_head
from bot.application.dispatching import stop_run
from bot.application.merging import merge
from bot.application.ports import World
from bot.application.publishing import branch_of
from bot.application.recording import amend, load
from bot.application.status_words import last_marker
from bot.application.taking_up import as_of, change_at
from bot.application.texts import load_change
from bot.domain import deciding
from bot.domain.integration import Integration
from bot.records import FileEdit, PullRequest, StepFailed

log = structlog.get_logger()

INACTIVE: Final = "inactive"
UNDOES: Final[Mapping[str, str]] = {
    "delete_branch": "generate_code",
    "cancel_checks": "run_tests",
    "close_pull_request": "create_pull_request",
    "roll_back": "deploy",
}


async def delete_branch(world: World, integration_id: str, *, key: str) -> None:
    """Delete the branch, unless somebody else's commits are on it; the working copies are gone already."""
    it = await load(world, integration_id)
    outcome, what = await _without_branch(it, world)
    await note(it, world, "generate_code", outcome, what, key=key)


async def _without_branch(it: Integration, world: World) -> tuple[str, str]:
    if not (it.commit or it.branch):
        return "nothing", ""
    if it.merged or await _went_in(it, world):
        return "nothing", "merged"
    head, deletion = await world.branches.head(it.repository, branch_of(it)), f"delete-branch:{it.name}"
    if head is None:  # people may have deleted it, or have given it another name
        is_ours = it.branch and not (await world.effects.begin(deletion)).fresh
        return ("undone", "branch_deleted") if is_ours else ("nothing", "")
    if it.shared or head.sha not in {it.commit, it.head}:
        return "needs_person", "branch_moved"
    await world.effects.begin(deletion)
    await world.branches.delete(it.repository, branch_of(it))
    await world.effects.finish(deletion, result="deleted")
    return "undone", "branch_deleted"


async def cancel_checks(world: World, integration_id: str, *, key: str) -> None:
    """Complete the check run that would hang, or that promised a merge which did not come."""
    it = await load(world, integration_id)
    check = await _untrue_check(it, world)
    if check is None:
        await note(it, world, "run_tests", "nothing", key=key)
        return
    title, summary = words.check_stopped(it.reason or "")
    await world.checks.complete(it.repository, check, conclusion="cancelled", title=title, summary=summary)
    await note(it, world, "run_tests", "undone", "check_cancelled", key=key)


async def _untrue_check(it: Integration, world: World) -> int | None:
    """The check run that says what is not so, also one that was opened without its fact being written."""
    if it.check is None:
        return await world.checks.find(it.repository, head=it.head, external_id=it.gate) if it.head else None
    if it.check_open:
        return it.check
    if not it.at_gate:  # it was sent back, or shut again; one for the new commit may be there
        found = await world.checks.find(it.repository, head=it.head, external_id=it.gate)
        return found or (it.check if it.check_head == it.head else None)
    return None if it.merged or await _went_in(it, world) else it.check


async def close_pull_request(world: World, integration_id: str, *, key: str) -> None:
    """Close the pull request and say why; one that is merged is the roll-back's business."""
    it = await load(world, integration_id)
    outcome, what = await _without_pull_request(it, await _pull(it, world), world)
    await note(it, world, "create_pull_request", outcome, what, key=key)


async def _without_pull_request(it: Integration, pull: PullRequest | None, world: World) -> tuple[str, str]:
    if pull is None or pull.merged:
        return "nothing", "merged" if pull is not None else ""
    marker = last_marker(f"{it.id}:pull")
    said = await world.comments.find(it.repository, pull.number, marker=marker)
    if pull.state == "closed" and said is None:
        return "nothing", ""
    if said is None:
        body = f"{marker}\n{words.closing_reason(it.reason or '')}"
        await world.comments.create(it.repository, pull.number, body=body)
    await world.pulls.close(it.repository, pull.number)
    return "undone", f"pull_request_closed:{pull.number}"


async def roll_back(world: World, integration_id: str, *, key: str) -> None:
    """Mark the deployment inactive, and take the merge back by a pull request of its own."""
    it = await load(world, integration_id)
    if not it.may_be_merged:
        await note(it, world, "deploy", "nothing", key=key)
        return
    if it.merged and it.reached_again:
        return  # nobody knows by then how it has gone: whether that is taken back is for people to say
    await stop_run(it, world)
    deployment = it.deployment or await _lost_deployment(it, world)
    if deployment is not None and await world.deployments.state(it.repository, deployment) != INACTIVE:
        await world.deployments.set_state(it.repository, deployment, state=INACTIVE, why=words.inactive())
    pull = await _pull(it, world)
    if pull is None or not pull.merged or (not it.merged and pull.head != it.head):
        await note(it, world, "deploy", "nothing", key=key)
        return
    outcome, what = await revert(it, pull, world)
    await note(it, world, "deploy", outcome, what, key=key)


async def _lost_deployment(it: Integration, world: World) -> int | None:
    if not it.merged or it.way != "deployment":
        return None
    return await world.deployments.find(it.repository, sha=it.merged, environment=it.environment, key=it.name)


async def revert(it: Integration, pull: PullRequest, world: World) -> tuple[str, str]:
    """Open the pull request that restores what the merge changed; merge exactly that where policy allows.

    Where others have committed to the branch it may hold what is not of this integration at all.
    """
    if it.shared:
        return "needs_person", "revert_shared"
    head = await _revert_commit(it, world)
    if head is None:
        return "needs_person", "revert_conflicts"
    reverting = await _revert_pull(it, pull, head, world)
    if not it.merge_reverts:
        return "needs_person", f"revert_opened:{reverting.number}"
    if not reverting.merged:
        try:
            await merge(it, reverting.number, world, head=head, message=_message(it))
        except StepFailed:
            return "needs_person", f"revert_opened:{reverting.number}"
    return "undone", f"reverted:{reverting.number}"


async def _revert_commit(it: Integration, world: World) -> str | None:
    """The commit that restores the files, made once; None where somebody has changed one of them since."""
    intent = await world.effects.begin(f"revert:{it.name}")
    if intent.result is not None:
        return intent.result
    base = await base_head(it.repository, it.base, world)
    restored = await _restored(it, base, world)
    if restored is None:
        return None
    commit = await world.branches.commit(it.repository, parent=base, edits=restored, message=_message(it))
    await world.effects.finish(f"revert:{it.name}", result=commit.sha)
    return commit.sha


def _message(it: Integration) -> str:
    return words.commit_message(
        title=words.revert_title(it.pull_request or 0),
        requested_by=it.requested_by.login,
        requester_id=it.requested_by.id,
        integration_id=it.id,
    )


async def _revert_pull(it: Integration, pull: PullRequest, head: str, world: World) -> PullRequest:
    """The pull request of that commit. Raises StepFailed where somebody else has taken its branch."""
    branch = f"claude/revert-{it.issue}-{it.name}"
    reverting = await world.pulls.find(it.repository, branch=branch)
    if reverting is not None:
        return reverting
    await world.branches.create(it.repository, branch, sha=head)
    return await world.pulls.open(
        it.repository,
        branch=branch,
        base=it.base,
        title=words.revert_title(pull.number),
        body=words.revert_body(pull.number, it.id, reason=it.reason or ""),
    )


async def _restored(it: Integration, now: str, world: World) -> list[FileEdit] | None:
    """What the files were before; None where somebody has changed one of them since."""
    edits = await merged_change(it, world)
    before = await world.sources.listing(it.repository, it.base_commit)
    restored = []
    for edit in edits:
        if await world.sources.read(it.repository, now, edit.path) != edit.content:
            return None
        restored.append(await as_of(it, it.base_commit, before, edit.path, world))
    return restored


async def merged_change(it: Integration, world: World) -> list[FileEdit]:
    """What was merged; where its texts were deleted since, as it stands in git."""
    try:
        return await load_change(world, it, it.change)
    except StepFailed:
        return await change_at(it, it.head, world)


async def _pull(it: Integration, world: World) -> PullRequest | None:
    """The pull request as GitHub has it, also one whose fact was never written."""
    if it.pull_request is not None:
        return await world.pulls.get(it.repository, it.pull_request)
    return await world.pulls.find(it.repository, branch=branch_of(it)) if it.commit else None


async def _went_in(it: Integration, world: World) -> bool:
    """By whatever head, and whoever merged it: then its branch and its check are no promise any more."""
    pull = await _pull(it, world)
    return pull is not None and pull.merged


async def note(it: Integration, world: World, step: str, outcome: str, what: str = "", *, key: str) -> None:
    """Record what came of it, for the report."""
    await amend(world, it.id, lambda now: deciding.undo(now, step=step, outcome=outcome, what=what), key=key)


async def hand_over(world: World, integration_id: str, undo: str, code: str, *, key: str) -> None:
    """An undo that failed is a person's business now, and the report says so."""
    it = await load(world, integration_id)
    await note(it, world, UNDOES[undo], "needs_person", code, key=key)


async def give_up(world: World, integration_id: str, *, key: str) -> None:
    """Where every undo broke off itself, what is left is a person's business now, and the report says so."""
    log.error("undo_given_up")
    await amend(world, integration_id, deciding.break_off, key=f"{key}:failed")
    await amend(world, integration_id, deciding.give_up_undo, key=key)
