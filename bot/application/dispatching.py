"""Deployment by dispatch: a workflow of the repository is started on the base branch, and asked how it went.

GitHub has no key for a dispatch, so that one is not made twice rests on these: the intent is noted before
the call; where its outcome is in doubt, the run that may have come of it is looked for, and waited for as
long as GitHub may take to show it; only then is it made again. A run is the one that is looked for where
its title has the integration's name in it (a `run-name` with the input `claude_integration`), or where it
was dispatched by this App, by this workflow, on the base branch, over a commit that holds the merged one.
By such a title it is found also where no try of it is known, as on an older backup of the database.
Without one the limits are these: a run that another integration dispatched after this merge
deploys this one as well, and is taken for its own; and where GitHub shows a run later than that, a second
one begins.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

import structlog

from bot.application.effects import once
from bot.application.frozen import check_not_frozen
from bot.application.ports import World
from bot.application.recording import amend, load
from bot.application.workflow_file import by_hand, path_of, why_unfit
from bot.domain import deciding, deploying, dispatching
from bot.domain.dispatching import KEY, SUCCESS
from bot.domain.integration import Integration
from bot.domain.states import State
from bot.records import Repository, StepFailed, Unavailable
from bot.run_records import Dispatch, Run

log = structlog.get_logger()

MOST_COMPARED: Final = 10
UNTOLD: Final = ""
# A token with the right cannot be had, or the call itself is refused.
FORBIDDEN: Final = "github_forbidden"


async def check_can_be_dispatched(
    world: World, repository: Repository, workflow: str, inputs: Sequence[str], *, commits: Collection[str]
) -> None:
    """Said before anything is done: the file at each of these, and what GitHub says of it.

    GitHub knows it by the default branch, and runs it as it stands on the base. Raises StepFailed: workflow_…
    """
    for commit in commits:
        content = await world.sources.read(repository, commit, path_of(workflow))
        if (no := await why_unfit(content, inputs)) is not None:
            code, which = no
            raise StepFailed(code, f"{path_of(workflow)}{which and ': '}{which}")
    try:
        state = await world.workflows.state(repository, workflow)
    except StepFailed as no_right:
        raise _as_ours(no_right) from None
    if state != "active":
        raise StepFailed("workflow_disabled", f"{path_of(workflow)}: {state or 'not known to GitHub'}")


def _as_ours(no: StepFailed) -> StepFailed:
    return StepFailed("workflow_forbidden", no.detail) if no.code == FORBIDDEN else no


async def go_on(it: Integration, world: World, *, key: str) -> Integration:
    """The next thing that it takes: dispatch it, see how it goes, or take it as live.

    Raises StepFailed: dispatch_…, run_…
    """
    if it.dispatched is None:
        return await _dispatch(it, world, key=key)
    if it.deployment_outcome is None:
        return await _look(it, world, key=key)
    if it.deployment_outcome != SUCCESS:
        raise StepFailed(f"run_{it.deployment_outcome}")
    return await amend(world, it.id, deciding.activate, key=key)


async def _dispatch(it: Integration, world: World, *, key: str) -> Integration:
    """What GitHub runs is the base as it is then; it has to hold what was merged."""
    head = await world.branches.head(it.repository, it.base)
    if head is None or not await _holds(it, head.sha, world):
        raise StepFailed("dispatch_off_base", it.merged)
    effect = f"dispatch:{it.name}:{it.merged}"

    async def first() -> str | None:
        found = await world.workflows.runs(it.repository, it.workflow, it.base)
        titled = dispatching.titled(it, found)
        return str(titled[-1].id) if titled else None

    async def find() -> str | None:
        intent = await world.effects.begin(effect)
        found = await find_run(it, world)
        is_early = intent.begun_at is not None and world.clock.now() - intent.begun_at < _until_shown(world)
        if found is None and is_early:
            raise Unavailable("run_not_shown")
        return None if found is None else str(found.id)

    async def make() -> str:
        run = await world.workflows.dispatch(it.repository, await _what(it, world, over=head.sha))
        return UNTOLD if run is None else str(run)

    try:
        told = await once(world, effect, find=find, make=make, first=first)
    except StepFailed as no:
        raise _refused(no) from None
    run = None if told == UNTOLD else int(told)
    return await amend(world, it.id, lambda now: dispatching.dispatch(now, run=run), key=key)


def _until_shown(world: World) -> timedelta:
    """How long GitHub may take until it shows a run that it has taken."""
    return timedelta(seconds=world.rules.look_again_seconds)


def _refused(no: StepFailed) -> StepFailed:
    if no.code in {"github_invalid", "github_not_found"}:
        return StepFailed("dispatch_refused", no.detail)
    return _as_ours(no)


async def _what(it: Integration, world: World, *, over: str) -> Dispatch:
    """The inputs as agreed, and the integration's name where the workflow wants to be told.

    GitHub goes by the file as it is on the base by then.
    """
    content = await world.sources.read(it.repository, over, path_of(it.workflow))
    read = await asyncio.to_thread(by_hand, content or b"")
    own = ((KEY, it.name),) if read is not None and KEY in read.inputs else ()
    given = tuple(each for each in it.inputs if each[0] != KEY)
    return Dispatch(workflow=it.workflow, branch=it.base, inputs=(*given, *own))


async def find_run(it: Integration, world: World) -> Run | None:
    """The run that came of it: by its title, else the oldest over what was merged, or what holds that."""
    found = await world.workflows.runs(it.repository, it.workflow, it.base)
    exact = [run for run in found if run.head == it.merged]
    if ours := dispatching.titled(it, found) or exact:
        return ours[-1]
    holding = [run for run in found[:MOST_COMPARED] if await _holds(it, run.head, world)]
    return holding[-1] if holding else None


async def _holds(it: Integration, commit: str, world: World) -> bool:
    """Whether what was merged is in that commit."""
    return commit == it.merged or await world.branches.began(it.repository, it.merged, commit) == it.merged


async def _look(it: Integration, world: World, *, key: str) -> Integration:
    """Ask how it goes: the message that tells may have been lost, and is not believed."""
    run = await _run_of(it, world)
    if run is not None:
        await _check_is_right(it, run, world)
        it = await amend(world, it.id, lambda now: dispatching.see(now, run), key=key)
    now, records = world.clock.now(), await world.log.read(it.id)
    if it.deployment_outcome is None and deploying.is_overdue(it, records, now=now):
        await check_not_frozen(world, it.repository)
        raise StepFailed(_overdue(it))
    return it


def _overdue(it: Integration) -> str:
    if it.run is None:
        return "run_missing"
    return "run_not_let_go_on" if deploying.waits_for_people(it) else "run_overdue"


async def _run_of(it: Integration, world: World) -> Run | None:
    if it.run_number is None:
        return await find_run(it, world)
    return await world.workflows.run(it.repository, it.run_number)


async def _check_is_right(it: Integration, run: Run, world: World) -> None:
    is_known = it.run is not None and it.run.head == run.head
    if not is_known and not await _holds(it, run.head, world):
        raise StepFailed("run_elsewhere", run.head)


async def note_run(integration_id: str, number: int, *, key: str, world: World) -> None:
    """Word came that a run has ended: where it is this one's, GitHub is asked how.

    What cannot be asked now keeps no other from it: each looks by itself as well.
    """
    it = await load(world, integration_id)
    if not dispatching.may_be_of(it, number):
        return
    try:
        run = await _run_of(it, world)
        is_it = run is not None and run.id == number and await _holds(it, run.head, world)
    except StepFailed as no:
        log.warning("run_not_looked_at", integration=it.id, code=no.code)
        return
    if run is not None and is_it:
        await amend(world, it.id, lambda now: dispatching.see(now, run), key=key)


async def stop_run(it: Integration, world: World) -> None:
    """A run that has not ended is not to deploy what is being taken back; that goes on without it, too."""
    if it.way != "workflow" or not it.merged or it.deployment_outcome is not None:
        return
    try:
        run = await _run_of(it, world)
        if run is not None and run.status != dispatching.ENDED and await _is_own(it, run, world):
            await world.workflows.cancel(it.repository, run.id)
    except StepFailed as no:
        log.warning("run_not_stopped", code=no.code)


async def _is_own(it: Integration, run: Run, world: World) -> bool:
    """Whether nobody else's run can be meant: only such a one is stopped."""
    told = it.dispatched.run if it.dispatched is not None else None
    if told == run.id or dispatching.titled(it, [run]):
        return True
    return run.head == it.merged and not await _is_of_another(it, run, world)


async def _is_of_another(it: Integration, run: Run, world: World) -> bool:
    """Where this one was merged last, what was merged before it is deployed over the same commit."""
    rows = await world.integrations.find(repository_id=it.repository.id, state=str(State.DEPLOYING))
    others = [await load(world, row["id"]) for row in rows if row["id"] != it.id]
    return any(other.run_number == run.id for other in others)
