"""The engine (DBOS): launch, queues and their limits, steps with their repetition, jobs, the outbox."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import sqlalchemy
from dbos import (
    DBOS,
    EnqueueOptions,
    ScheduleInput,
    SetEnqueueOptions,
    StepOptions,
    WorkflowHandleAsync,
    error,
)
from dbos._dbos import _get_dbos_instance
from dbos._event_loop import BackgroundEventLoop
from structlog.contextvars import bound_contextvars

from bot.infrastructure import lookout
from bot.infrastructure.database import CONNECTIONS, FOLDED_TOGETHER, give_clock
from bot.infrastructure.repeating import TRIES, Pause, Tries
from bot.infrastructure.serializing import JsonSerializer, RemoteError
from bot.records import STOPPED, Start, StepFailed

T = TypeVar("T")

VERSION: Final = "1"  # the application version is fixed: a hash would strand every run in flight at a deploy
SCHEMA: Final = "dbos"
THREADS: Final = 16
QUEUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "intake": {"partition_worker_concurrency": 4},  # an installation's: it waits, and delays no other's
    "saga": {},
    "ai": {"partition_worker_concurrency": 2},  # a repository's; its account's, and all, are in shares.py
    "github": {"partition_worker_concurrency": 2},  # an installation's: GitHub may have it wait
    "sandbox": {"partition_worker_concurrency": 1},
    "notify": {"partition_concurrency": 1},
    "ops": {"worker_concurrency": 1},
}
# Every wait in a step has a limit of its own; this one catches a step that does not end. The longest runs a
# repository's tests four times, each as long as SANDBOX_LIMITS may say.
STEP_SECONDS: Final = 7200.0
POLL_JOB_SECONDS: Final = 0.05
LOOK_EVERY_SECONDS: Final = 1.0
# What an earlier version recorded where the tries were used up, or where the last one took too long.
EXHAUSTED: Final = ("DBOSMaxStepRetriesExceeded", "DBOSStepTimeoutError")
JOB_ERRORS: Final = (
    error.DBOSMaxStepRetriesExceeded,
    error.DBOSAwaitedWorkflowMaxRecoveryAttemptsExceeded,
)


class Leaves(Protocol):
    """Whether that job is to leave its queue, where it `waits` still."""

    async def __call__(self, job: str, /, *, waits: bool) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A workflow and when it runs: six fields, seconds first, UTC."""

    name: str
    cron: str
    workflow: Callable[..., Any]


class OneLoop(BackgroundEventLoop):
    """Work is done in the loop of the launch, or waits for it: what it uses, such as a session, is bound to
    that loop. By itself the engine takes a loop of its own while that one is not running.
    """

    def target_loop(self) -> asyncio.AbstractEventLoop | None:
        return self._main_loop or self._loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How this process runs the engine; `polls` is how often it looks for work, in seconds, `connections` how
    many to PostgreSQL it keeps.
    """

    url: str
    executor: str
    listens_to: tuple[str, ...] = tuple(QUEUES)
    polls: float = 0.2
    connections: int = CONNECTIONS

    async def launch(self, schedules: Sequence[Schedule] = ()) -> None:
        """Start inside the running loop, after every workflow is registered."""
        _get_dbos_instance()._background_event_loop = OneLoop()  # noqa: SLF001  there is no other way to say it
        DBOS.listen_queues([])  # each only where something waits in it, which it would not see
        DBOS.launch()
        queues = [
            await DBOS.register_queue_async(
                name, polling_interval_sec=self.polls, on_conflict="always_update", **limits
            )
            for name, limits in QUEUES.items()
        ]
        await DBOS.apply_schedules_async([_planned(schedule) for schedule in schedules])
        if worked := [queue for queue in queues if queue.name in self.listens_to]:
            lookout.work(worked, schema=SCHEMA, every=self.polls)

    def configure(self) -> sqlalchemy.Engine:
        """Before anything is registered; the pool that it works with."""
        pool = system_engine(self.url, connections=self.connections)
        DBOS(
            config={
                "name": "claude-code-bot",
                "system_database_engine": pool,
                "dbos_system_schema": SCHEMA,
                "executor_id": self.executor,
                "application_version": VERSION,
                "serializer": JsonSerializer(),
                "max_executor_threads": THREADS,
                "log_level": "ERROR",
                "notification_listener_polling_interval_sec": max(self.polls, 0.05),
                "scheduler_polling_interval_sec": 1.0,
            }
        )
        _log_like_the_rest()
        return pool

    async def stop(self, pool: sqlalchemy.Engine) -> None:
        """Stop at once: what runs or waits goes on at the next start, an unfinished step anew."""
        # What is broken off complains of the executor that is gone; that is no news.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        # The engine's threads had become the loop's own, and are gone; what closes after it needs some.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=THREADS))
        pool.dispose()


def _log_like_the_rest() -> None:
    """The engine's own handler would pass by the door that blacks out secrets."""
    logger = logging.getLogger("dbos")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True


def system_engine(url: str, *, connections: int = CONNECTIONS) -> sqlalchemy.Engine:
    """A connection pool for the engine's own tables, beside ours in the same database."""
    if not url.startswith("sqlite"):
        return sqlalchemy.create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=connections,
            pool_pre_ping=True,
        )
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": 30})
    sqlalchemy.event.listen(engine, "connect", _on_sqlite)
    return engine


def _on_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    give_clock(connection)
    folded = f"wal_autocheckpoint={FOLDED_TOGETHER}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", folded):
        connection.execute(f"PRAGMA {pragma}")


def _planned(schedule: Schedule) -> ScheduleInput:
    return {
        "schedule_name": schedule.name,
        "workflow_fn": schedule.workflow,
        "schedule": schedule.cron,
        "context": None,
    }


def options_of(start: Start) -> EnqueueOptions:
    """How the engine is told of it."""
    options = EnqueueOptions(
        workflow_name=start.workflow, queue_name=start.queue, workflow_id=start.id, app_version=VERSION
    )
    if start.partition is not None:
        options["queue_partition_key"] = start.partition
    return options


async def step(
    work: Callable[..., Awaitable[T]],
    *args: Any,
    pause: Pause = asyncio.sleep,
    unforeseen: str | None = None,
) -> T:
    """Run as one recorded step; `work` gets the step's own key and is repeated while Unavailable.

    `pause` is how it waits between its tries; under the code `unforeseen`, where there is one, every other
    error is a failure like any, and breaks nothing else. Raises StepFailed: its own, that of the pause, or
    "unavailable" once the tries are used up.
    """
    tries = Tries(step=work.__name__, pause=pause, unforeseen=unforeseen)

    async def keyed() -> T:
        key = f"{DBOS.workflow_id}:{DBOS.step_id}"
        return await tries.run(work(*args, key=key), key=key)

    options = StepOptions(
        name=work.__name__,
        retries_allowed=True,
        interval_seconds=0,  # the pause is the tries' own: the engine's could not be looked away from
        max_attempts=TRIES,
        should_retry=tries.worth_another,
        timeout_seconds=STEP_SECONDS,
    )
    try:
        with bound_contextvars(step=work.__name__):
            return await DBOS.run_step_async(options, keyed)
    except error.DBOSStepTimeoutError as late:
        raise StepFailed("unavailable", work.__name__) from late
    except RemoteError as recorded:
        if recorded.name not in EXHAUSTED:
            raise
        raise StepFailed("unavailable", work.__name__) from recorded


async def on(
    queue: str,
    workflow: Callable[..., Any],
    *args: Any,
    tenant: str,
    leaves: Leaves,
) -> Any:
    """Run a job on its queue, in the tenant's share of it, and wait for it.

    Once a second it is asked whether it `leaves`; at work it ends by itself. Raises StepFailed: the job's
    own, "stopped" or "job_failed".
    """
    with SetEnqueueOptions(queue_partition_key=tenant):
        handle: WorkflowHandleAsync[Any] = await DBOS.enqueue_workflow_async(queue, workflow, *args)
    lookout.look_now()
    try:
        return await _result(handle, leaves)
    except StepFailed:
        raise
    except error.DBOSAwaitedWorkflowCancelledError as left:
        raise StepFailed(STOPPED) from left
    except (RemoteError, *JOB_ERRORS) as failure:
        raise StepFailed("job_failed", str(failure)[:200]) from failure


async def _result(handle: WorkflowHandleAsync[Any], leaves: Leaves) -> Any:
    try:
        async with asyncio.TaskGroup() as group:
            # In a context of its own: what it asks of the engine is no step of the workflow that waits.
            guard = group.create_task(_guarded(handle.workflow_id, leaves), context=Context())
            result = await handle.get_result(polling_interval_sec=POLL_JOB_SECONDS)
            guard.cancel()
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return result


async def _guarded(job: str, leaves: Leaves) -> None:
    """Look once a second whether it still waits in its queue, and take it out once it is to leave."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        waits = await DBOS.list_workflows_async(
            workflow_ids=[job], status=["ENQUEUED", "DELAYED"], load_input=False, load_output=False
        )
        if await leaves(job, waits=bool(waits)):
            await DBOS.cancel_workflow_async(job)


async def heard(topic: str, *, seconds: float) -> bool:
    """Wait for a message on the topic; False once the time is over."""
    return await DBOS.recv_async(topic, timeout_seconds=seconds) is not None


async def start(asked: Start) -> None:
    """Start a workflow, from another or from outside, never from a step; an id in use starts nothing."""
    await DBOS.enqueue_workflow_with_options_async(options_of(asked), *asked.args)
    lookout.look_now()
