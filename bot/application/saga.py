"""Workflow: in this state that step, until nothing follows; where one fails, undo in reverse order."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import (
    checking,
    ending,
    own_checks,
    pausing,
    publishing,
    removing,
    spreading,
    steps,
    undoing,
)
from bot.application.coding import generate_code
from bot.application.lives import undo_of
from bot.application.ports import World
from bot.application.queueing import InLine
from bot.application.recording import FACTS
from bot.application.steps import Standing
from bot.application.testing import run_tests
from bot.application.validating import validate_request
from bot.application.watching import stoppable, watched
from bot.domain.freezing import FROZEN
from bot.domain.pausing import LONGEST
from bot.domain.reminding import LAPSES
from bot.domain.states import State
from bot.infrastructure.engine import heard, on, step
from bot.records import STOPPED, StepFailed

log = structlog.get_logger()

Work = Callable[..., Awaitable[Any]]
Queued = Callable[["Job", str], Awaitable[Standing]]

LOOK_EVERY_SECONDS: Final = 3_600.0
PATIENCE_SECONDS: Final[Mapping[str, float]] = {
    **{waits: lapses.total_seconds() for waits, lapses in LAPSES.items()},
    "merge": LOOK_EVERY_SECONDS,
}
DOUBLINGS: Final = 5

# Of these it asks GitHub again and again, and says by itself that it was too long.
LOOKED_AT: Final = ("deployment", "checks", "merge")


class Places(Protocol):
    """Room for so many at once; one tenant can hold only some of it."""

    def place(self, tenant: str) -> AbstractAsyncContextManager[None]:
        """One of the tenant's places, as soon as there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a state asks for: short work in the saga itself, and how it is taken back."""

    work: Work
    undo: Work | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Long work, on a queue of its own, and how it is taken back."""

    queue: str
    work: Work
    undo: Work | None = None


Steps = Mapping[State, Step | Job]

# Another sequence, or another name, is a new table under a new version: runs in flight keep theirs.
NEXT: Final[Steps] = {
    State.DRAFT: Step(work=steps.begin),
    State.VALIDATING: Job(queue="ai", work=validate_request),
    State.GENERATING: Job(queue="ai", work=generate_code, undo=undoing.delete_branch),
    State.TESTING: Job(queue="sandbox", work=run_tests, undo=undoing.cancel_checks),
    State.REVIEWING: Step(work=publishing.create_pull_request, undo=undoing.close_pull_request),
    State.DEPLOYING: Step(work=steps.deploy, undo=undoing.roll_back),
}

# The same steps where the repository's own checks judge: their pull request is there before.
CHECKED: Final[Steps] = {
    State.TESTING: Step(work=own_checks.pass_checks, undo=undoing.close_pull_request),
    State.REVIEWING: Step(work=publishing.create_pull_request, undo=undoing.cancel_checks),
}

SAGAS: Final[Mapping[str, Steps]] = {"integration_saga_v1": NEXT}


def in_order(table: Steps, standing: Standing) -> Steps:
    """The table as it goes by it: which one that is was agreed with the request, and every step says it."""
    return {**table, **CHECKED} if "checks" in standing[2:] else table


async def carry(integration_id: str, table: Steps, queued: Queued, world: World) -> None:
    """Carry it forward; if a step fails, take back what was done, last first."""
    done: list[State] = []
    try:
        await forward(integration_id, table, queued, done, world)
    except StepFailed as failure:
        await backward(integration_id, table, done, failure, world)


async def forward(integration_id: str, table: Steps, queued: Queued, done: list[State], world: World) -> None:
    """One call after another of the step that its state asks for; `done` is what there would be to undo.

    What comes before a state in the table counts as done with it: an earlier life did that.
    """
    state, order, looks, steps_now = State.DRAFT, list(table), 0, table
    while entry := steps_now.get(state):
        done += order[len(done) : order.index(state) + 1]
        standing = await take(entry, integration_id, queued, world)
        state, steps_now = State(standing[0] or state), in_order(table, standing)
        if standing[1] is not None:
            looks = 0 if await wait(integration_id, standing[1], looks, world) else looks + 1


async def take(entry: Step | Job, integration_id: str, queued: Queued, world: World) -> Standing:
    """Do it; where a ceiling stops it, rest until it may go on, and say where that leaves it."""
    try:
        return await do(entry, integration_id, queued, world)
    except StepFailed as stop:
        if stop.code not in {*LONGEST, STOPPED}:
            raise
        return await rest(integration_id, stop, world)


async def rest(integration_id: str, stop: StepFailed, world: World) -> Standing:
    """A message, or the hour, has it look whether what it rests for is over."""
    standing, was_frozen = await step(pausing.pause, world, integration_id, stop.code, stop.detail), False
    while standing[1] in LONGEST:
        was_frozen = was_frozen or standing[1] == FROZEN
        await heard(FACTS, seconds=LOOK_EVERY_SECONDS)
        standing = await step(pausing.look, world, integration_id)
    if was_frozen and standing[1] == "approval":
        await look_at_checks(integration_id, world)
    return standing


async def look_at_checks(integration_id: str, world: World) -> None:
    """What others' checks said meanwhile was not heard; where that cannot be had, it waits for people."""
    try:
        await stoppable(checking.look_again, world, integration_id)
    except StepFailed as failure:
        log.warning("checks_not_looked_at", code=failure.code)


async def do(entry: Step | Job, integration_id: str, queued: Queued, world: World) -> Standing:
    """A short effect as a step of the saga itself, long work as a workflow on its queue."""
    if isinstance(entry, Step):
        answer: Standing = await stoppable(entry.work, world, integration_id)
        return answer
    return await queued(entry, integration_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Where the long work of one repository's integrations goes, and of its account."""

    jobs: Mapping[str, Work]
    repository: str
    account: str
    world: World

    async def run(self, job: Job, integration_id: str) -> Standing:
        """Run it on its queue, where neither a repository nor an account takes every place."""
        result: Standing = await on(
            job.queue,
            self.jobs[job.work.__name__],
            integration_id,
            self.account,
            tenant=self.repository,
            leaves=InLine(self.world, integration_id, int(self.repository)),
        )
        return result


async def wait(integration_id: str, waiting_for: str, looks: int, world: World) -> bool:
    """Whether a message woke it. One only wakes: what was decided it reads from the log."""
    patience = PATIENCE_SECONDS.get(waiting_for, until_a_look(looks, world.rules.look_again_seconds))
    woken, left = await heard(FACTS, seconds=patience), None
    while not woken and waiting_for not in LOOKED_AT:
        left = await step(ending.wake_overdue, world, integration_id, waiting_for)
        if left is None:
            break
        woken = await heard(FACTS, seconds=left)
    return woken


def until_a_look(looks: int, longest: float) -> float:
    """Seconds: few at first, twice as many after each look in vain. The word of it may have been missed."""
    return longest / float(1 << DOUBLINGS - min(looks, DOUBLINGS))


async def backward(
    integration_id: str, table: Steps, done: list[State], failure: StepFailed, world: World
) -> None:
    """Say that it failed, then take back each step that was begun, last first, then say what came of it."""
    standing = await step(ending.fail, world, integration_id, failure.code, failure.detail)
    for state in reversed(done):
        if undo := in_order(table, standing)[state].undo:
            await take_back(integration_id, undo, world)
    await step(ending.finish, world, integration_id)


async def take_back(integration_id: str, undo: Work, world: World) -> None:
    """Undo one step; where even that fails, by whatever error, a person is told to."""
    try:
        await step(undo, world, integration_id, unforeseen="internal")
    except StepFailed as failure:
        await step(undoing.hand_over, world, integration_id, undo.__name__, failure.code)


def register(world: World, places: Mapping[str, Places], sagas: Mapping[str, Steps] = SAGAS) -> None:
    """Tell the engine of every saga and its jobs; wiring calls this before launch, in every process.

    `places` are those for the jobs of each queue.
    """
    tables = sagas.values()
    asked = {job.work.__name__: job for table in tables for job in table.values() if isinstance(job, Job)}
    jobs = {name: _job(job, places[job.queue], world) for name, job in asked.items()}
    for name, table in sagas.items():
        _saga(name, table, jobs, world)
    removing.register(world)
    spreading.register(world)


def _saga(name: str, table: Steps, jobs: Mapping[str, Work], world: World) -> None:
    # The engine counts every restart. These two wait, for weeks perhaps, and can be taken up without end.
    @DBOS.workflow(name=name, max_recovery_attempts=None)
    async def integration_saga(integration_id: str, repository: str, account: str = "") -> None:
        """Carry one integration of that repository by this table; who began before accounts had shares
        has a repository's.
        """
        queues = Queues(jobs=jobs, repository=repository, account=account or repository, world=world)
        with bound_contextvars(integration=integration_id):
            await carry(integration_id, table, queues.run, world)

    @DBOS.workflow(name=undo_of(name), max_recovery_attempts=None)
    async def integration_undo(integration_id: str, code: str) -> None:
        """Take back everything of an integration whose saga broke, or has ended."""
        with bound_contextvars(integration=integration_id):
            await backward(integration_id, table, list(table), StepFailed(code), world)


def _job(job: Job, places: Places, world: World) -> Work:
    """A workflow of the job's own name, so that the engine can find it after a restart."""

    @DBOS.workflow(name=f"{job.work.__name__}_v1")
    async def job_v1(integration_id: str, account: str = "") -> list[str]:
        """Run the job to its end, once its account has a place for it; whoever is stopped needs none."""
        async with AsyncExitStack() as held:
            await watched(world, integration_id, held.enter_async_context(places.place(account)))
            with bound_contextvars(integration=integration_id):
                result: list[str] = await job.work(world, integration_id)
                return result

    return job_v1
