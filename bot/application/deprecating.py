"""What runs is taken out for good: the steps to the pull request that does it, and what follows from that."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import structlog

from bot.application import removal_words as words
from bot.application.asked import Deprecate
from bot.application.basing import base_head
from bot.application.effects import once, say_once
from bot.application.frozen import freezes_on
from bot.application.merging import merge
from bot.application.ports import World
from bot.application.recording import amend, load
from bot.application.taking_up import as_of
from bot.application.texts import keep_text, load_removal, load_text
from bot.application.undoing import INACTIVE, merged_change
from bot.application.words import commit_message
from bot.domain import events as e
from bot.domain import retiring
from bot.domain.integration import Integration
from bot.domain.policy import CannotDeprecate
from bot.domain.removal import Layer, Plan, planned
from bot.domain.states import State
from bot.domain.tree import lay
from bot.records import Actor, StepFailed

log = structlog.get_logger()

# What a step answers: the pull request waits, it is taken out, nothing more is to be done; or it is frozen.
OPEN, OUT, OVER, HELD = "open", "out", "over", "held"

Decide = Callable[[Integration], list[e.Event]]


async def deprecation(asked: Deprecate, it: Integration, world: World) -> Decide:
    """The decision on what it is by then. Raises CannotDeprecate, also where it is still there."""
    if asked.removed_in is not None and it.state is State.ACTIVE:
        await _check_removed(it, asked.removed_in, world)
    why = await keep_text(world, it, asked.why) if asked.why else None
    wish = e.DeprecationRequested(by=asked.by, why=why, removed_in=asked.removed_in)
    return lambda now: retiring.deprecate(now, wish)


async def _check_removed(it: Integration, number: int, world: World) -> None:
    """A person's word counts where nothing is left that could be taken out by itself."""
    pull = await world.pulls.get(it.repository, number)
    theirs = number not in {each.pull_request for each in it.versions}
    is_other = pull.merged and pull.base == it.base and theirs
    if not is_other or (await plan_of(it, world)).edits:
        raise CannotDeprecate(it.state, number=number)


async def open_removal(world: World, integration_id: str, *, key: str) -> str:  # noqa: PLR0911  a table
    """Commit, branch and pull request, each once; where nothing is left of it, it is out already."""
    it = await load(world, integration_id)
    removal = it.removal
    if it.state is not State.ACTIVE or removal is None or not removal.is_under_way:
        return OVER
    if removal.asked.removed_in is not None:
        return OUT
    if removal.opened is not None:
        return OPEN
    if await freezes_on(it.repository, world):
        return HELD
    made = await _made(it, world)
    if made["head"]:
        number = await _opened(it, made, world)
        opened = e.RemovalOpened(number=number, **made)
        await amend(world, it.id, lambda now: retiring.open_removal(now, opened), key=key)
        return OPEN
    if not made["left_files"]:
        return OUT
    given_up = e.RemovalGivenUp(code="removal_conflicts", left=made["left"], left_files=made["left_files"])
    await amend(world, it.id, lambda now: retiring.give_up_removal(now, given_up), key=key)
    return OVER


async def _made(it: Integration, world: World) -> dict[str, Any]:
    """The commit that takes it out of the base as it is now, made once; without a head where none can be."""

    async def find() -> str | None:
        return None  # on no branch yet, it is seen by nobody

    async def make() -> str:
        base = await base_head(it.repository, it.base, world)
        plan = await plan_of(it, world, base=base)
        head = ""
        if plan.edits:
            commit = await world.branches.commit(
                it.repository, parent=base, edits=list(plan.edits), message=_message(it)
            )
            head = commit.sha
        made = {
            "head": head,
            "files": len(plan.edits),
            "left": await keep_text(world, it, json.dumps(plan.left)) if plan.left else "",
            "left_files": len(plan.left),
            "is_exact": plan.is_exact,
        }
        return json.dumps(made)

    made: dict[str, Any] = json.loads(await once(world, f"removal:{_name(it)}", find=find, make=make))
    return made


def _name(it: Integration) -> str:
    """What this removal is known by: it may be asked for again after it came to nothing."""
    nth = it.removal.nth if it.removal is not None else 1
    return it.name if nth == 1 else f"{it.name}-{nth}"


def _message(it: Integration) -> str:
    by = it.removal.asked.by if it.removal is not None else it.requested_by
    return commit_message(
        title=words.pull_title(it),
        requested_by=by.login,
        requester_id=by.id,
        integration_id=it.id,
    )


async def plan_of(it: Integration, world: World, *, base: str = "") -> Plan:
    """What is to be taken out of the base as it is now, and what a person has to see to."""
    base = base or await base_head(it.repository, it.base, world)
    tree = lay(await world.sources.listing(it.repository, base), ())
    layers = [await _layer(each, world) for each in it.versions]
    paths = sorted({after.path for layer in layers for after, _ in layer})
    if any(each.shared for each in it.versions):  # what others committed there cannot be told from its own
        return Plan(edits=(), left=tuple(paths), is_exact=False)
    now = {path: await as_of(it, base, tree.listing, path, world) for path in paths}
    return await asyncio.to_thread(planned, tree, now, layers)


async def _layer(it: Integration, world: World) -> Layer:
    before = await world.sources.listing(it.repository, it.base_commit)
    return [
        (edit, await as_of(it, it.base_commit, before, edit.path, world))
        for edit in await merged_change(it, world)
    ]


async def _opened(it: Integration, made: dict[str, Any], world: World) -> int:
    branch = f"claude/remove-{it.issue}-{_name(it)}"
    shown = await load_removal(world, it)
    said = shown.said if shown is not None else ""
    left = json.loads(await load_text(world, it, made["left"])) if made["left"] else []

    async def find() -> str | None:
        found = await world.pulls.find(it.repository, branch=branch)
        return None if found is None else str(found.number)

    async def make() -> str:
        await world.branches.create(it.repository, branch, sha=made["head"])
        title, body = words.pull_title(it), words.pull_body(it, said, left)
        opened = await world.pulls.open(it.repository, branch=branch, base=it.base, title=title, body=body)
        return str(opened.number)

    return int(await once(world, f"removal_pull:{_name(it)}", find=find, make=make))


async def merge_removal(world: World, integration_id: str, *, key: str) -> str:
    """Merge exactly that where policy allows and nobody has changed any of it since; else a person does."""
    it = await load(world, integration_id)
    opened = it.removal.waits_for if it.removal is not None else None
    if it.state is not State.ACTIVE or opened is None:
        return await look(world, integration_id, key=key)
    if not it.merge_reverts or opened.left_files or not opened.is_exact:
        return OPEN
    if await freezes_on(it.repository, world):
        return HELD
    try:
        await merge(it, opened.number, world, head=opened.head, message=_message(it))
    except StepFailed as no:
        log.info("removal_not_merged", code=no.code)
        return OPEN
    closed, number = e.RemovalClosed(merged=True), opened.number
    await amend(world, it.id, lambda now: retiring.close_removal(now, closed, number=number), key=key)
    return OUT


async def look(world: World, integration_id: str, *, key: str) -> str:
    """How it stands with the pull request: the message that tells may have been lost."""
    it = await load(world, integration_id)
    if it.removal is None or it.removal.opened is None:
        return OVER
    number = it.removal.opened.number
    if it.state is not State.ACTIVE:
        await _overtaken(it, number, world)
        return OVER
    await note_removal_closed(integration_id, number, by=None, key=key, world=world)
    removal = (await load(world, integration_id)).removal
    if removal is None or removal.waits_for is not None:
        return OPEN
    return OUT if removal.closed is not None and removal.closed.merged else OVER


async def note_removal_closed(
    integration_id: str, number: int, *, by: Actor | None, key: str, world: World
) -> None:
    """The pull request that takes it out was merged or closed, as GitHub says now.

    What was merged into another branch than the integration took nothing out.
    """
    it = await load(world, integration_id)
    if it.removal_pull != number:
        return
    pull = await world.pulls.get(it.repository, number)
    if pull.state != "closed":
        return
    closed = e.RemovalClosed(merged=pull.merged and pull.base == it.base, by=by)
    await amend(world, it.id, lambda now: retiring.close_removal(now, closed, number=number), key=key)


async def _overtaken(it: Integration, number: int, world: World) -> None:
    """It was rolled back meanwhile: what is left of it the roll-back tells."""
    pull = await world.pulls.get(it.repository, number)
    if pull.state == "closed":
        return
    marker = words.marker(it.id, f"{number}:overtaken")
    body = f"{marker}\n{words.overtaken()}"
    effect = f"removal_overtaken:{it.id}:{number}"
    await say_once(world, it.repository, number, body, marker=marker, effect=effect)
    await world.pulls.close(it.repository, number)


async def give_up(world: World, integration_id: str, code: str, *, key: str) -> str:
    """It could not be taken out by itself, and goes on running."""
    given_up = e.RemovalGivenUp(code=code)
    await amend(world, integration_id, lambda now: retiring.give_up_removal(now, given_up), key=key)
    return OVER


async def finish(world: World, integration_id: str, lacking: str, *, key: str) -> None:
    """Mark its deployment inactive, and say that it is deprecated; `lacking` is why the former cannot be."""
    it = await load(world, integration_id)
    if it.state is not State.ACTIVE:
        return
    deployment = ("not_undone", lacking) if lacking else await _inactive(it, world)
    parts = (("deployment", deployment), ("code", _code_is_out(it)))
    report = [e.StepUndone(step=part, outcome=outcome, what=what) for part, (outcome, what) in parts]
    await amend(world, it.id, lambda now: retiring.retire(now, report), key=key)


async def _inactive(it: Integration, world: World) -> tuple[str, str]:
    asked = [each.deployment for each in it.versions if each.deployment is not None]
    if not asked:
        is_run = any(each.dispatched is not None for each in it.versions)
        return ("needs_person", "run_again") if is_run else ("nothing", "")
    try:
        for deployment in asked:
            if await world.deployments.state(it.repository, deployment) != INACTIVE:
                why = words.inactive()
                await world.deployments.set_state(it.repository, deployment, state=INACTIVE, why=why)
    except StepFailed as no:
        return "not_undone", no.code
    return "undone", "deployment_inactive"


def _code_is_out(it: Integration) -> tuple[str, str]:
    removal = it.removal
    if removal is not None and removal.asked.removed_in is not None:
        return "undone", f"removed:{removal.asked.removed_in}"
    if removal is None or removal.opened is None:
        return "nothing", "removed_already"
    if removal.opened.left_files:
        return "needs_person", f"removed_partly:{removal.opened.number}"
    return "undone", f"removed:{removal.opened.number}"
